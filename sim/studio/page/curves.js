// Curves by uPlot, grouped in tabs; only those in view are drawn. When the run is forked, the baseline
// runs in gray behind the alternative and the difference is a curve of its own.

import { CROWD, firmColor, firmDash } from "./colors.js";
import { byId, element, setText, shortNumber, swatch } from "./dom.js";

/** Tabs in their order, with the outcomes that come first in each. */
export const GROUPS = [
  ["sales", "Sales", ["market_share", "price_paid", "revenue", "units"]],
  ["feelings", "Feelings", ["satisfaction", "expectation", "loyalty"]],
  ["talk", "Talk", ["good_news", "bad_news"]],
  ["power", "Power", ["customer_power", "power_information", "power_price"]],
  ["community", "Community", ["membership", "fan_share"]],
  ["value", "Value", ["customer_value", "consumer_surplus", "profit"]],
];
const HEIGHT = 150;
const APART = 90;

/** The outcomes of a group, best known first. */
export function outcomesOf(scene, group) {
  const first = GROUPS.find(([name]) => name === group)?.[2] ?? [];
  const rank = (outcome) => {
    const at = first.indexOf(outcome.name);
    return at < 0 ? first.length : at;
  };
  return scene.outcomes.filter((outcome) => outcome.group === group).sort((a, b) => rank(a) - rank(b));
}

/** The panel of curves: its tabs and the charts of the open one. */
export class Curves {
  constructor(page) {
    this.page = page; // {scene, points, state, palette, guesses}
    this.tabs = byId("curve-tabs");
    this.box = byId("curves");
    this.charts = [];
    this.watch = new IntersectionObserver((seen) => this.saw(seen), { root: this.box });
    new ResizeObserver(() => this.fit()).observe(this.box);
  }

  /** A new scene: make its tabs, and keep the open one if there is such a one. */
  load() {
    const { scene } = this.page;
    const there = GROUPS.filter(([name]) => outcomesOf(scene, name).length);
    if (!there.some(([name]) => name === this.group)) this.group = there[0]?.[0];
    this.buttons = new Map(there.map(([name, title]) => [name, this.tab(name, title)]));
    this.tabs.replaceChildren(...this.buttons.values());
    this.legend();
    this.open(this.group);
  }

  tab(name, title) {
    return element("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "curves",
      onclick: () => this.open(name), onkeydown: (event) => this.walk(event),
    }, title);
  }

  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.stopPropagation();
    const names = [...this.buttons.keys()];
    const next = names[(names.indexOf(this.group) + step + names.length) % names.length];
    this.open(next);
    this.buttons.get(next).focus();
  }

  legend() {
    const { scene, palette } = this.page;
    byId("firm-legend").replaceChildren(...scene.firms.map((firm, f) => element("li", { title: firm.name },
      swatch(firmColor(palette, f), firmDash(f)), element("span", {}, firm.name))));
    const { forked } = this.page.state;
    if (!forked && !this.page.before) return;
    const behind = forked ? "baseline" : `before: ${titleOf(this.page.before)}`;
    byId("firm-legend").append(element("li", { title: behind }, swatch(palette.baseline, []), element("span", {}, behind)));
  }

  /** Show the charts of a group. */
  open(group) {
    this.group = group;
    for (const [name, button] of this.buttons ?? []) {
      button.setAttribute("aria-selected", String(name === group));
      button.tabIndex = name === group ? 0 : -1;
    }
    for (const chart of this.charts) chart.leave();
    this.watch.disconnect();
    const outcomes = group ? outcomesOf(this.page.scene, group) : [];
    this.charts = outcomes.map((outcome) => new Chart(this.page, outcome));
    this.box.setAttribute("aria-labelledby", `tab-${group}`);
    this.box.replaceChildren(...this.charts.map((chart) => chart.box));
    if (!outcomes.length) this.box.append(element("p", { class: "empty" }, "This scenario observes nothing to draw."));
    this.box.scrollTop = 0;
    this.charts.forEach((chart) => this.watch.observe(chart.box));
  }

  /** Bring the chart of an outcome into view. */
  reveal(name) {
    const outcome = this.page.scene.outcomes.find((one) => one.name === name);
    if (!outcome) return;
    if (outcome.group !== this.group) this.open(outcome.group);
    this.charts.find((chart) => chart.outcome.name === name)?.box.scrollIntoView({ block: "nearest" });
  }

  saw(seen) {
    for (const { target, isIntersecting } of seen) {
      const chart = this.charts.find((one) => one.box === target);
      if (chart) chart.inView = isIntersecting;
      if (chart && isIntersecting) chart.draw(this.box.clientWidth);
    }
  }

  /** Draw what is in view anew. */
  draw() {
    for (const chart of this.charts) if (chart.inView) chart.draw(this.box.clientWidth);
  }

  fit() {
    this.draw();
  }

  /** Theme, fork or guesses changed: make the charts anew. */
  remake() {
    if (!this.page.scene) return;
    this.legend();
    const { scrollTop } = this.box;
    this.open(this.group);
    this.box.scrollTop = scrollTop;
  }
}

/** One outcome over the weeks, and the difference to the baseline below. */
class Chart {
  constructor(page, outcome) {
    this.page = page;
    this.outcome = outcome;
    this.firms = outcome.per === "firm" ? page.scene.firms.map((_, f) => f) : [0];
    this.values = this.firms.map(() => element("span", { class: "value" }));
    this.week = element("span", { class: "soft" });
    this.crowd = this.firms.length > CROWD;
    this.box = element("figure", { class: "chart" },
      element("figcaption", {}, element("span", { class: "chart-title" }, outcome.label),
        element("span", { class: "unit" }, unitOf(page, outcome))),
      element("div", { class: "values", "aria-hidden": "true" }, this.week, ...this.values));
    this.firms.forEach((f) => {
      this.values[f].style.color = this.color(f);
      if (outcome.per === "firm") this.values[f].title = page.scene.firms[f].name;
    });
  }

  color(firm) {
    const { palette } = this.page;
    if (this.outcome.per === "firm") return firmColor(palette, firm);
    return this.outcome.name.startsWith("bad") ? palette.bad : palette.customers;
  }

  dashes(firm) {
    return this.outcome.per === "firm" ? firmDash(firm) : [];
  }

  /** Whether another run lies behind this one: the baseline of a fork, or the run before. */
  compared() {
    return this.page.state.forked || Boolean(this.page.before);
  }

  draw(width) {
    if (width < 40) return;
    if (!this.plots) this.make(width);
    if (width !== this.width) this.resize(width);
    this.plots.forEach(({ plot, data }) => plot.setData(data()));
    this.tell(this.hovered ?? this.page.state.week);
  }

  make(width) {
    const forked = this.compared();
    this.width = width;
    this.weeks = Array.from({ length: this.page.points.weeks + 1 }, (_, week) => week);
    this.plots = [this.plot(width, forked ? HEIGHT - 20 : HEIGHT, () => this.lines(), this.pens(forked), false)];
    if (!forked) return;
    const to = this.page.state.forked ? "Difference to the baseline" : "Difference to the run before";
    this.box.append(element("div", { class: "apart" }, this.outcome.percent ? `${to}, percentage points` : to));
    this.plots.push(this.plot(width, APART, () => this.differences(), this.pens(false), true));
  }

  plot(width, height, data, series, signed) {
    const plot = new uPlot({
      width, height, series: [{}, ...series], legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false, range: () => [0, this.page.points.weeks] },
        y: { range: (_, low, high) => rangeOf(low, high, signed, signed ? [] : this.guesses()) } },
      axes: this.axes(signed), padding: [Math.ceil(this.page.size / 2) + 2, 10, 0, 0], // half a label stands above its line
      hooks: { draw: [(u) => this.mark(u, signed)], setCursor: [(u) => this.hover(u)] },
    }, data(), this.box);
    return { plot, data };
  }

  pens(forked) {
    const { baseline } = this.page.palette;
    const pens = this.firms.map((f) => ({
      stroke: this.color(f), width: this.page.thick, dash: this.dashes(f), points: { show: false },
    }));
    const behind = this.firms.map((f) => ({
      stroke: baseline, width: this.page.thick, dash: this.dashes(f), points: { show: false },
    }));
    return forked ? [...behind, ...pens] : pens;
  }

  lines() {
    const side = (s) => this.firms.map((f) => this.page.points.smooth(s, this.outcome.name, f, this.page.smooth));
    return this.compared() ? [this.weeks, ...side(1), ...side(0)] : [this.weeks, ...side(0)];
  }

  differences() {
    const { points, smooth } = this.page;
    return [this.weeks, ...this.firms.map((f) => {
      const [main, base] = [0, 1].map((side) => points.smooth(side, this.outcome.name, f, smooth));
      return main.map((value, week) => (value === null || base[week] === null ? null : value - base[week]));
    })];
  }

  axes(signed) {
    const { palette, size } = this.page;
    const look = { stroke: palette.soft, font: `${size}px system-ui, sans-serif`, ticks: { show: false },
      grid: { stroke: palette.grid, width: 1 } };
    return [
      { ...look, size: size + 12, grid: { show: false }, show: true },
      { ...look, size: (_, labels) => { this.room = Math.max(this.room ?? 0, roomFor(labels, size)); return this.room; }, space: 26,
        ...(signed ? { splits: (_, axis, low, high) => besideZero(low, high) } : {}),
        values: (_, ticks) => ticks.map((tick) => this.text(tick, signed)) },
    ];
  }

  text(value, signed) {
    if (value === null) return "";
    if (!this.outcome.percent) return shortNumber(value);
    return `${+(value * 100).toFixed(2)}${signed ? "" : " %"}`;
  }

  /** Lines of the week, of events, and the guesses of a lesson. */
  mark(u, signed) {
    const { state, scene, palette } = this.page;
    for (const event of scene.events) if (event.week) upright(u, event.week, palette.soft, [2, 4]);
    if (state.fork_week !== null && state.forked) upright(u, state.fork_week, palette.ink, [5, 3]);
    if (this.hovered === undefined) upright(u, state.week, palette.ink, []);
    if (signed) level(u, 0, palette.soft);
    else this.guesses().forEach((guess) => guessMark(u, guess, palette));
  }

  /** What the class guessed of this outcome. */
  guesses() {
    const { guesses } = this.page;
    return guesses.outcome === this.outcome.name ? guesses.values : [];
  }

  hover(u) {
    const { idx } = u.cursor;
    const inside = u.cursor.left >= 0 && idx !== null && idx !== undefined;
    this.hovered = inside ? idx : undefined;
    this.near = inside && this.crowd && u === this.plots?.[0]?.plot ? this.nearest(u, idx) : undefined;
    this.tell(this.hovered ?? this.page.state.week);
  }

  /** The firm whose curve is nearest to where somebody points. */
  nearest(u, week) {
    const { points, smooth } = this.page;
    const away = (f) => {
      const value = points.smoothAt(0, this.outcome.name, f, week, smooth);
      return value === null ? Infinity : Math.abs(u.valToPos(value, "y") - u.cursor.top);
    };
    return this.firms.reduce((best, f) => (away(f) < away(best) ? f : best), 0);
  }

  /** Values of the week; of a crowd that of the curve pointed at, with its name. */
  tell(week) {
    const { points, smooth, scene } = this.page;
    const when = smooth > 1 ? `week ${week}, mean of ${smooth}` : `week ${week}`;
    setText(this.week, this.crowd && this.near === undefined ? `${when}; point at a curve: its firm` : when);
    this.firms.forEach((f) => {
      const value = shortNumber(points.smoothAt(0, this.outcome.name, f, week, smooth), this.outcome.percent);
      setText(this.values[f], this.crowd ? `${scene.firms[f].name} ${value}` : value);
      this.values[f].hidden = this.crowd && f !== this.near;
    });
  }

  resize(width) {
    this.width = width;
    this.plots.forEach(({ plot }) => plot.setSize({ width, height: plot.height }));
  }

  leave() {
    this.plots?.forEach(({ plot }) => plot.destroy());
    this.plots = null;
  }
}

function titleOf(scene) {
  return scene.strategies.find((one) => one.name === scene.strategy)?.title ?? scene.strategy ?? "";
}

/** The unit of an outcome, with the scene's own currency. */
export function unitOf(page, outcome) {
  if (outcome.percent) return outcome.unit.replace(/^0 to 1$/, "share");
  return outcome.unit.replace("currency", page.scene.currency ?? "currency");
}

function rangeOf(low, high, signed, others) {
  if (low === null || high === null) return signed ? [-1, 1] : [0, Math.max(1, ...others)];
  const bottom = Math.min(low, 0, ...others);
  const top = Math.max(high, 0, ...others);
  if (top === bottom) return signed ? [-1, 1] : [0, 1];
  const room = (top - bottom) * 0.08;
  return [bottom < 0 ? bottom - room : 0, top > 0 ? top + room : 0];
}

/** Zero and a round number on either side of it: a low chart must not be without a scale. */
function besideZero(low, high) {
  const most = Math.max(-low, high);
  const size = 10 ** Math.floor(Math.log10(most));
  const far = size * [8, 6, 5, 4, 3, 2, 1].find((part) => part * size <= most);
  return [-far, 0, far].filter((at) => at >= low && at <= high);
}

function roomFor(labels, size) {
  const longest = Math.max(2, ...(labels ?? []).map((label) => label.length));
  return Math.ceil(longest * size * 0.6) + 12;
}

function upright(u, week, color, dashes) {
  const x = Math.round(u.valToPos(week, "x", true));
  stroke(u, color, dashes, [x, u.bbox.top, x, u.bbox.top + u.bbox.height]);
}

function level(u, value, color) {
  const y = Math.round(u.valToPos(value, "y", true));
  stroke(u, color, [], [u.bbox.left, y, u.bbox.left + u.bbox.width, y]);
}

function guessMark(u, guess, palette) {
  const right = u.bbox.left + u.bbox.width;
  const y = Math.min(Math.max(u.valToPos(guess, "y", true), u.bbox.top), u.bbox.top + u.bbox.height);
  const { ctx } = u;
  ctx.save();
  ctx.fillStyle = palette.ink;
  ctx.beginPath();
  ctx.moveTo(right, y);
  ctx.lineTo(right + 9, y - 5);
  ctx.lineTo(right + 9, y + 5);
  ctx.fill();
  ctx.restore();
}

function stroke(u, color, dashes, [x0, y0, x1, y1]) {
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash(dashes);
  ctx.beginPath();
  ctx.moveTo(x0 + 0.5, y0 + 0.5);
  ctx.lineTo(x1 + 0.5, y1 + 0.5);
  ctx.stroke();
  ctx.restore();
}
