// Levers of each firm, made from the scene: sliders with a field, switches and choices.

import { byId, element, helpOn, setText } from "./dom.js";

const EVERY = 120; // milliseconds between two messages of a slider that is being dragged
const MANY = 10;

/** The panel of levers. */
export class Levers {
  constructor({ changed }) {
    this.changed = changed; // (path, value)
    this.box = byId("levers");
    this.rows = new Map();
    this.search = byId("lever-search");
    this.idle = byId("lever-idle");
    this.search.addEventListener("input", () => this.filter());
    this.idle.addEventListener("change", () => this.filter());
  }

  load(scene, closed) {
    this.rows.clear();
    this.currency = scene.currency ?? "currency";
    this.closed = closed;
    const open = new Set([...this.box.querySelectorAll("details[open]")].map((firm) => firm.dataset.firm));
    const firms = scene.firms.map((firm, f) => this.firm(scene, firm.name, open.size ? open.has(firm.name) : f === 0));
    this.box.replaceChildren(...firms);
    byId("lever-note").hidden = !closed;
    byId("lever-idle-label").hidden = !scene.levers.some((lever) => lever.acts === false);
    byId("lever-tools").hidden = scene.levers.length <= MANY;
    this.filter();
  }

  firm(scene, name, open) {
    const levers = scene.levers.filter((lever) => lever.firm === name);
    const own = levers.filter((lever) => !lever.offer).map((lever) => this.row(lever));
    const offers = [...new Set(levers.map((lever) => lever.offer).filter(Boolean))];
    const groups = offers.map((offer) => element("section", { class: "offer", "aria-label": `Offer ${offer}` },
      element("h4", {}, offer), ...levers.filter((lever) => lever.offer === offer).map((lever) => this.row(lever))));
    const count = element("span", { class: "count" });
    const box = element("details", { class: "firm", open, "data-firm": name },
      element("summary", { title: name }, element("span", { class: "firm-name" }, name), count), ...groups, ...own);
    if (!levers.length) box.append(element("p", { class: "empty" }, "This firm has no levers."));
    box.count = count;
    return box;
  }

  row(lever) {
    const id = `lever-${this.rows.size}`;
    const control = { number: numberControl, switch: switchControl, choice: choiceControl }[lever.kind];
    const row = { lever, id, sent: 0, value: lever.value, start: lever.value };
    const made = control(lever, id, (value, last) => this.set(row, value, last), this.closed, row);
    row.write = made.write;
    row.undo = element("button", {
      type: "button", class: "undo", hidden: true, title: "Back to the scenario's value",
      "aria-label": `Undo ${lever.label}`, onclick: () => this.set(row, row.start, true),
    }, "undo");
    const unit = lever.unit === "1" ? "" : lever.unit.replace("currency", this.currency);
    const help = helpOn(lever.label, id, sentence(lever.doc), meanings(lever));
    row.box = element("div", { class: `lever ${lever.kind}`, title: sentence(lever.doc), "data-path": lever.path },
      element("label", { for: id }, lever.label, unit ? element("span", { class: "unit" }, ` ${unit}`) : null),
      row.undo, ...made.parts, help.button, help.said);
    row.write(lever.value);
    this.rows.set(lever.path, row);
    return row.box;
  }

  /** A value that somebody chose; a slider that is dragged tells it several times a second. */
  set(row, value, last) {
    const now = performance.now();
    row.value = value;
    this.mark(row);
    row.write(value, true);
    clearTimeout(row.late);
    const say = () => {
      row.sent = performance.now();
      this.changed(row.lever.path, value);
    };
    if (last || now - row.sent > EVERY) say();
    else row.late = setTimeout(say, EVERY);
  }

  /** Values as the run has them; what somebody is moving right now stays in the hand. */
  show(values) {
    for (const [path, value] of Object.entries(values ?? {})) {
      const row = this.rows.get(path);
      if (!row || performance.now() - row.sent < 1000 || row.box.contains(document.activeElement)) continue;
      if (row.value === value) continue;
      row.value = value;
      row.write(value);
      this.mark(row);
    }
  }

  /** A wish was refused: everything shows again what the run has. */
  takeBack(values) {
    for (const row of this.rows.values()) {
      clearTimeout(row.late);
      row.sent = 0;
      const value = values?.[row.lever.path];
      if (value === undefined) continue;
      row.value = value;
      row.write(value);
      this.mark(row);
    }
  }

  mark(row) {
    const moved = row.value !== row.start;
    row.box.classList.toggle("moved", moved);
    row.undo.hidden = !moved || this.closed;
    const firm = row.box.closest("details");
    const count = firm.querySelectorAll(".lever.moved").length;
    setText(firm.count, count ? `${count} changed` : "");
  }

  filter() {
    const wanted = this.search.value.trim().toLowerCase();
    const idle = this.idle.checked;
    for (const { lever, box } of this.rows.values()) {
      const found = `${lever.label} ${lever.offer ?? ""} ${lever.doc}`.toLowerCase().includes(wanted);
      box.hidden = !found || (lever.acts === false && !idle && !box.classList.contains("moved"));
    }
    for (const offer of this.box.querySelectorAll(".offer")) {
      offer.hidden = !offer.querySelector(".lever:not([hidden])");
    }
  }
}

function numberControl(lever, id, set, closed, row) {
  const { low, high, step } = lever;
  const bounds = { min: low, max: high, step: step ?? "any" };
  const fence = (value) => Math.max(low ?? -Infinity, value);
  const about = { "aria-description": sentence(lever.doc), disabled: closed };
  const field = element("input", {
    type: "number", id, ...bounds, max: null, step: "any", ...about, class: "field", placeholder: "none",
    onchange: () => {
      if (field.value !== "") {
        set(fence(Number(field.value)), true);
        field.value = tidy(row.value); // what the run was told, even where something else was written
      } else if (lever.optional) set(null, true);
      else write(row.value); // it cannot be without a value
    },
  });
  const ranged = low !== null && high !== null;
  const slider = ranged && element("input", {
    type: "range", ...bounds, ...about, "aria-label": `${lever.label}, slider`, tabindex: -1,
    oninput: () => set(Number(slider.value), false), onchange: () => set(Number(slider.value), true),
  });
  const write = (value, own = false) => {
    if (!own || document.activeElement !== field) field.value = value === null ? "" : tidy(value);
    if (ranged && !(own && document.activeElement === slider)) slider.value = value ?? low;
  };
  return { parts: ranged ? [slider, field] : [field], write };
}

function switchControl(lever, id, set, closed) {
  const box = element("input", {
    type: "checkbox", role: "switch", id, "aria-description": sentence(lever.doc), disabled: closed,
    onchange: () => set(box.checked, true),
  });
  return { parts: [box], write: (value) => { box.checked = Boolean(value); } };
}

function choiceControl(lever, id, set, closed) {
  const choices = lever.choices.includes(lever.value) ? lever.choices : [lever.value, ...lever.choices];
  const select = element("select", {
    id, "aria-description": sentence(lever.doc), disabled: closed,
    onchange: () => set(choices[select.selectedIndex], true),
  }, ...choices.map((choice) => element("option", {}, words(choice))));
  return { parts: [select], write: (value) => { select.selectedIndex = choices.indexOf(value); } };
}

/** What each choice of a lever means, a line each. */
export function meanings(lever) {
  return Object.entries(lever.meanings ?? {}).map(([choice, text]) => `${words(choice)}: ${text}`);
}

function words(choice) {
  return String(choice ?? "none").replaceAll("_", " ");
}

function tidy(value) {
  return Number(value.toPrecision(6));
}

export function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
