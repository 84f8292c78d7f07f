// What the pages of a game share: asking the server, the theme, line charts and tables of decisions.

import { firmColor, firmDash, paletteOf } from "./colors.js";
import { drawing, element, pressOne, shortNumber } from "./dom.js";
import { recall, remember } from "./state.js";

const EVERY = 1000; // milliseconds between two looks at the game

/** Color and dash of the seat with this number: never told apart by color alone. */
export function seatLook(seat) {
  const palette = paletteOf(document.documentElement.dataset.theme);
  return { color: firmColor(palette, seat), dash: firmDash(seat).join(" ") };
}

/** Ask the server; what it refuses is thrown as the sentence that it says. */
export async function ask(what, message) {
  const answer = await fetch(`/game/${what}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(message),
  });
  const said = await answer.json();
  if (said.error) throw new Error(said.error);
  return said;
}

/** Look at the game again and again; `show` gets every new view, `fail` what went wrong. */
export function keepLooking(look, show, fail) {
  let version = null;
  async function once() {
    try {
      const view = await look(version);
      if (!view.unchanged) {
        version = view.version;
        show(view);
      }
      fail(null);
    } catch (error) {
      fail(error);
    }
    window.setTimeout(once, EVERY);
  }
  once();
}

/** Buttons for light, dark and projector, with the choice remembered; `redraw` is called after each. */
export function themes(box, otherwise, redraw) {
  const names = ["light", "dark", "projector"];
  const buttons = new Map();
  const choose = (name) => {
    document.documentElement.dataset.theme = name;
    remember("game-theme", name);
    pressOne(buttons, name);
    redraw();
  };
  for (const name of names) {
    const label = name[0].toUpperCase() + name.slice(1);
    buttons.set(name, element("button", { type: "button", onclick: () => choose(name) }, label));
  }
  box.replaceChildren(...buttons.values());
  const known = recall("game-theme", otherwise);
  choose(names.includes(known) ? known : otherwise);
}

const WIDE = 560;
const ROOM = { left: 58, right: 92, top: 8, bottom: 22 };

/** A chart of weekly lines: [{name, values, color, dash, dashed}]; every line is named at its end. */
export function chart(title, unit, lines, { wide = WIDE, high = 170, weeks = null } = {}) {
  const known = lines.filter((line) => line.values.length);
  const figure = element("figure", { class: "plot" }, element("figcaption", {}, title, " ",
    element("span", { class: "unit" }, unit)));
  if (!known.length) {
    figure.append(element("p", { class: "empty" }, "No week has been played yet."));
    return figure;
  }
  const right = lines.length > 1 ? ROOM.right : 14;
  const all = known.flatMap((line) => line.values).concat(0);
  const [low, high_] = span(Math.min(...all), Math.max(...all));
  const last = weeks ?? Math.max(...known.map((line) => line.values.length));
  const x = (week) => ROOM.left + ((wide - ROOM.left - right) * (week - 1)) / Math.max(last - 1, 1);
  const y = (value) => ROOM.top + ((high - ROOM.top - ROOM.bottom) * (high_ - value)) / (high_ - low);
  const svg = drawing("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${title}, ${last} weeks` });
  for (const value of [low, (low + high_) / 2, high_]) {
    svg.append(drawing("line", { class: "axis", x1: ROOM.left, x2: wide - right, y1: y(value), y2: y(value) }),
      drawing("text", { x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end" }, shortNumber(value)));
  }
  if (low < 0 && high_ > 0) svg.append(drawing("line", { class: "zero", x1: ROOM.left, x2: wide - right, y1: y(0), y2: y(0) }));
  svg.append(drawing("text", { x: ROOM.left, y: high - 5 }, "week 1"),
    drawing("text", { x: wide - right, y: high - 5, "text-anchor": "end" }, `week ${last}`));
  const ends = [];
  for (const line of known) {
    const points = line.values.map((value, i) => `${x(i + 1).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    svg.append(drawing("polyline", { class: "line", points, stroke: line.color, "stroke-dasharray": line.dash || null }));
    ends.push({ line, at: y(line.values.at(-1)), x: x(line.values.length) });
  }
  if (lines.length > 1) apart(ends, 13, high - ROOM.bottom).forEach(({ line, at, x: end }) => {
    svg.append(drawing("text", { class: "end", x: end + 6, y: at + 4, fill: line.color }, short(line.name)));
  });
  figure.append(svg);
  return figure;
}

function span(low, high) {
  if (low === high) return [Math.min(low, 0), Math.max(high, 1)];
  return [low, high];
}

function short(name) {
  return name.length > 13 ? `${name.slice(0, 12)}…` : name;
}

/** Move names apart that would stand over each other. */
function apart(ends, gap, bottom) {
  ends.sort((a, b) => a.at - b.at);
  for (let i = 1; i < ends.length; i += 1) ends[i].at = Math.max(ends[i].at, ends[i - 1].at + gap);
  const over = ends.length ? ends.at(-1).at - bottom : 0;
  if (over > 0) ends.forEach((end) => { end.at -= over; });
  return ends;
}

/** A table from heads and rows; a cell is text, a node, or [text, class]. */
export function table(heads, rows, { firstText = 1, rowClass = () => null, onrow = null } = {}) {
  const head = element("tr", {}, ...heads.map((text, c) => element("th", { class: c < firstText ? "text" : null, scope: "col" }, text)));
  const body = rows.map((cells, r) => element("tr", { class: rowClass(r), onclick: onrow ? () => onrow(r) : null },
    ...cells.map((cell, c) => {
      const [content, own] = Array.isArray(cell) ? cell : [cell, ""];
      return element("td", { class: `${c < firstText ? "text" : ""} ${own}`.trim() || null }, content);
    })));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
}

/** The table of what each decision was worth, and the game with and without the one that is picked. */
export function debrief(box, found, currency, teamOf) {
  if (!found) {
    box.replaceChildren();
    return;
  }
  if (!found.decisions.length) {
    box.replaceChildren(element("h2", {}, "What each decision was worth"),
      element("p", { class: "empty" }, "Nobody changed a lever, so there is nothing to compare."));
    return;
  }
  const order = [...found.decisions].sort((a, b) => b.profit - a.profit);
  const draw = (picked) => {
    const one = order[picked];
    const played = found.played[one.firm];
    const look = seatLook(found.firms.indexOf(one.firm));
    box.replaceChildren(
      element("h2", {}, "What each decision was worth"),
      element("p", { class: "soft" }, "The same game under the same luck, without that decision; all others as they were made."),
      chart(`${teamOf(one.firm)}: profit so far, with and without ${roundOf(one)}`, currency, [
        { name: "as played", values: played, color: look.color },
        { name: "without", values: one.without, color: paletteOf(document.documentElement.dataset.theme).baseline, dash: "6 4" },
      ], { high: 190 }),
      element("div", { class: "scroll" }, table(
        ["Team", "Round", "What was changed", `Profit (${currency})`, "Share, last round"],
        order.map((decision, r) => [
          teamOf(decision.firm),
          element("button", { type: "button", class: "plain", "aria-pressed": String(r === picked), onclick: () => draw(r) }, decision.round ? `round ${decision.round}` : "all rounds"),
          [decision.round ? changesOf(decision) : "everything it decided", "changes"],
          [signed(decision.profit), decision.profit < 0 ? "minus" : "plus"],
          signed(decision.market_share * 100, " points"),
        ]), { firstText: 3, rowClass: (r) => (r === picked ? "picked" : null) },
      )),
    );
  };
  draw(0);
}

function roundOf(decision) {
  return decision.round ? `its decision of round ${decision.round}` : "all its decisions";
}

function changesOf(decision) {
  return decision.changes.map(([path, value]) => `${leverName(path)} → ${valueText(value)}`).join("; ");
}

function leverName(path) {
  const parts = path.split(".");
  return parts.slice(parts[2] === "offers" ? 4 : 3).join(" ").replaceAll("_", " ");
}

/** A lever's value in words. */
export function valueText(value) {
  if (value === true) return "on";
  if (value === false) return "off";
  return typeof value === "number" ? shortNumber(value) : String(value ?? "none").replaceAll("_", " ");
}

function signed(value, unit = "") {
  const size = Math.abs(value);
  const text = size < 0.05 ? "0" : shortNumber(size);
  return `${text === "0" ? "" : value < 0 ? "−" : "+"}${text}${unit}`;
}
