// Elements of the page. Text only ever becomes text nodes: names of firms, customers and
// communities come from scenario files and may hold anything.

/** An element with attributes, listeners ("onclick") and children (strings become text). */
export function element(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

/** The same for a part of a drawing. */
export function drawing(name, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function furnish(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** The element of the page with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * Help that opens by tap and by key: a button and the text that it opens, each to be put where it belongs.
 * A line "name: text" of `lines` explains one choice.
 */
export function helpOn(what, id, text, lines = []) {
  const parts = [text, ...lines].filter(Boolean).map((line) => element("p", {}, line));
  const said = element("div", { class: "help-text", id: `${id}-help`, hidden: true }, ...parts);
  const button = element("button", {
    type: "button", class: "help", "aria-label": `What is ${what}?`, "aria-expanded": "false", "aria-controls": said.id,
    onclick: () => {
      said.hidden = !said.hidden;
      button.setAttribute("aria-expanded", String(!said.hidden));
    },
  }, "?");
  return { button, said };
}

/** Options of a select, from [value, text] pairs. */
export function setChoices(select, pairs, chosen) {
  select.replaceChildren(
    ...pairs.map(([value, text]) => element("option", { value, selected: value === chosen }, text)),
  );
}

/** Write only what changed: the same text again would still cost a layout. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A number in few digits, such as 0.42, 12.5 or 1,240. */
export function shortNumber(value, percent = false) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (percent) return `${(value * 100).toFixed(Math.abs(value) < 0.0995 && value !== 0 ? 1 : 0)} %`;
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e6).toLocaleString("en-US", { maximumSignificantDigits: 3 })} m`;
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} m`;
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

/** A toggle among a few: one button is pressed. */
export function pressOne(buttons, chosen) {
  for (const [name, button] of buttons) button.setAttribute("aria-pressed", String(name === chosen));
}

/** A short line in the color and form of a curve. */
export function swatch(color, dashes) {
  const canvas = element("canvas", { width: 26, height: 8, class: "swatch", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  context.strokeStyle = color;
  context.lineWidth = 3;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(0, 4);
  context.lineTo(26, 4);
  context.stroke();
  return canvas;
}
