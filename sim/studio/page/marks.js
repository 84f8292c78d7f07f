// Firms around the stage, and the legend below it.

import { CROWD, DASHES, firmColor, firmForm, MOST_COMMUNITIES, nameOf } from "./colors.js";
import { byId, element, setText, shortNumber, swatch } from "./dom.js";

const FEW = 4;
const MOST_RINGS = 3;

/** Firms as marks above and below the network, with their shares. */
export class Marks {
  constructor(page, { asked }) {
    this.page = page;
    this.asked = asked; // (name)
    this.marks = [];
  }

  show() {
    const { scene } = this.page;
    this.marks = scene.firms.map((firm, f) => this.mark(firm.name, f));
    const n = this.marks.length;
    const above = n <= FEW ? Math.min(2, n) : Math.ceil(n / 2);
    byId("firms-above").replaceChildren(...this.marks.slice(0, above).map(({ box }) => box));
    byId("firms-below").replaceChildren(...this.marks.slice(above).map(({ box }) => box));
    for (const id of ["firms-above", "firms-below", "firm-legend"]) {
      byId(id).classList.toggle("many", n > FEW);
      byId(id).classList.toggle("crowd", n > CROWD);
    }
    for (const id of ["legend-fold", "firm-fold"]) foldIn(byId(id), n);
    this.tell();
  }

  mark(name, firm) {
    const share = element("span", { class: "firm-share" });
    const block = element("span", { class: `firm-block form-${firmForm(firm)}` });
    block.style.background = firmColor(this.page.palette, firm);
    const box = element("button", {
      type: "button", class: "firm-mark", title: name, "aria-label": `Firm ${name}: what it believes`,
      onclick: () => this.asked(name),
    }, block, element("span", { class: "firm-label" }, name), share);
    return { box, share };
  }

  tell() {
    const { points, state, smooth } = this.page;
    this.marks.forEach(({ share }, f) => {
      const value = points.smoothAt(0, "market_share", f, state.week, smooth);
      setText(share, value === null ? "" : shortNumber(value, true));
    });
  }
}

/** What the colors and lines of the stage mean. */
export function legendOf(page, stage) {
  const { kind, palette } = stage;
  const items = kind.entries.filter((one) => one.label).map(dot);
  if (kind.low) items.push(range(kind));
  if (stage.rings && stage.coloring !== "membership") {
    const ringed = page.scene.communities.slice(0, Math.min(MOST_RINGS, MOST_COMMUNITIES));
    items.push(...ringed.map((community, c) => dot({
      label: `member of ${nameOf(community)}`, color: palette.members[c % palette.members.length], hollow: true,
    })));
  }
  if (stage.talks) items.push(line(palette.good, [], "good news"), line(palette.bad, DASHES[4], "bad news"));
  return items;
}

/** A legend of a crowd is folded until somebody opens it; of few it is always open. */
function foldIn(fold, firms) {
  const crowd = firms > CROWD;
  if (fold.classList.contains("folds") !== crowd) fold.open = !crowd;
  fold.classList.toggle("folds", crowd);
  setText(fold.querySelector("summary"), `Legend, ${firms} firms`);
}

function dot({ color, label, hollow, form }) {
  const made = element("span", { class: hollow ? "dot hollow" : `dot form-${form ?? 0}` });
  made.style[hollow ? "borderColor" : "background"] = color;
  return element("li", { title: label }, made, element("span", {}, label));
}

function range(kind) {
  const colors = kind.entries.filter((one) => one.ramp).map((one) => one.color);
  const made = element("span", { class: "ramp" });
  made.style.background = `linear-gradient(to right, ${colors.join(",")})`;
  return element("li", { class: "range" }, element("span", {}, kind.low), made, element("span", {}, kind.high));
}

function line(color, dashes, text) {
  return element("li", {}, swatch(color, dashes), element("span", {}, text));
}
