// Keys of the page: they act unless somebody is writing, or the key belongs to what has the focus.

/** Do what a key means, if it means something here; `meanings` is {key: action}. */
export function keyed(event, meanings) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, summary, [role=tab]")) return;
  if (event.key === " " && event.target.closest("button")) return;
  const act = meanings[event.key] ?? meanings[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}
