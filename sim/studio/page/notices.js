// What the page says to the person: a toast, the state for screen readers, a lost line.

import { byId, setText } from "./dom.js";

const TOAST_STAYS = 7000;

/** Say something for a while. */
export function say(message) {
  const toast = byId("toast");
  setText(toast, message);
  toast.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { toast.hidden = true; }, TOAST_STAYS);
}

/** Say to those who listen what changed between two states. */
export function announce(before, now) {
  const said = [];
  if (before.playing !== now.playing) said.push(now.playing ? "Playing" : `Paused in week ${now.week}`);
  if (before.forked !== now.forked) said.push(now.forked ? `What if from week ${now.fork_week}` : "The fork has ended");
  if (!before.finished && now.finished) said.push("The run is finished");
  if (!before.reversal_week && now.reversal_week) said.push(`Customer power is above one half in week ${now.reversal_week}`);
  if (said.length) setText(byId("live"), said.join(". "));
}

/** Say that the line to the studio is lost, until it is back. */
export function showLine(lost) {
  const line = byId("line");
  line.hidden = !lost;
  if (lost) setText(line, "The connection to the studio is lost. Trying again …");
}

/** Say on the stage what takes longer, or that there is nobody on it. */
export function showNote(note, nobody) {
  const said = byId("stage-empty");
  said.hidden = !note && !nobody;
  if (note || nobody) setText(said, note ?? "This market has no customers to show.");
}
