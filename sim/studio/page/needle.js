// The needle of customer power: it tips from firms (left) to customers (right), with its components.

import { byId, drawing, element, setText } from "./dom.js";

const COMPONENTS = [
  ["power_information", "Information", "Do customers know the offers better than firms know them?"],
  ["power_price", "Price", "How little of the price is margin"],
  ["power_exit", "Exit", "How good the next best offer is that a customer knows"],
  ["power_voice", "Voice", "How much of all improvement customers caused"],
  ["power_surplus", "Surplus", "The customers' part of what trade is worth"],
];
const WIDE = 220;
const HIGH = 104;
const MIDDLE = { x: WIDE / 2, y: 96 };
const LONG = 74;

/** The dial and the bars of its components. */
export class Needle {
  constructor(page) {
    this.page = page;
    this.box = byId("needle");
    this.parts = new Map();
    this.build();
  }

  build() {
    this.behind = drawing("line", { class: "needle-behind", x1: MIDDLE.x, y1: MIDDLE.y, x2: MIDDLE.x, y2: MIDDLE.y - LONG });
    this.pointer = drawing("path", { class: "needle-hand", d: `M${MIDDLE.x - 4} ${MIDDLE.y} L${MIDDLE.x} ${MIDDLE.y - LONG} L${MIDDLE.x + 4} ${MIDDLE.y} Z` });
    this.dial = drawing("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, class: "dial", role: "img", "aria-label": "Customer power" },
      drawing("path", { class: "arc-firms", d: arc(-90, -1.5) }),
      drawing("path", { class: "arc-customers", d: arc(1.5, 90) }),
      drawing("line", { class: "half", x1: MIDDLE.x, y1: 4, x2: MIDDLE.x, y2: 26 }),
      this.behind, this.pointer,
      drawing("circle", { class: "needle-hub", cx: MIDDLE.x, cy: MIDDLE.y, r: 6 }));
    this.value = element("strong", { class: "needle-value" });
    this.reversal = element("p", { class: "reversal" });
    const bars = COMPONENTS.map(([name, label, doc]) => this.bar(name, label, doc));
    this.empty = element("p", { class: "empty", hidden: true }, "No power is observed in this run.");
    this.full = element("div", { class: "needle-full" },
      element("div", { class: "dial-box" }, this.dial,
        element("div", { class: "dial-ends" }, element("span", {}, "firms"), this.value, element("span", {}, "customers")),
        this.reversal),
      element("div", { class: "components" }, ...bars));
    this.box.replaceChildren(this.full, this.empty);
  }

  bar(name, label, doc) {
    const fill = element("span", { class: "component-fill" });
    const number = element("span", { class: "component-number" });
    this.parts.set(name, { fill, number });
    return element("div", { class: "component", title: doc }, element("span", { class: "component-label" }, label),
      element("span", { class: "component-track" }, fill), number);
  }

  load() {
    const there = this.page.points.kinds.has("customer_power");
    this.full.hidden = !there;
    this.empty.hidden = there;
  }

  draw() {
    const { points, state } = this.page;
    const { week } = state;
    const power = points.at(0, "customer_power", 0, week);
    const before = state.forked ? points.at(1, "customer_power", 0, week) : null;
    turn(this.pointer, power);
    turn(this.behind, before);
    setText(this.value, power === null ? "–" : power.toFixed(2));
    this.dial.setAttribute("aria-label", `Customer power ${power === null ? "unknown" : power.toFixed(2)}; 0 is firms, 1 is customers`);
    setText(this.reversal, reversalText(state));
    for (const [name, { fill, number }] of this.parts) {
      const value = points.at(0, name, 0, week);
      fill.style.width = `${(value ?? 0) * 100}%`;
      fill.classList.toggle("to-customers", (value ?? 0) > 0.5);
      setText(number, value === null ? "–" : value.toFixed(2));
    }
  }
}

function reversalText(state) {
  if (state.reversal_week) return `First above half in week ${state.reversal_week}`;
  return state.finished ? "Never above half" : "Not above half so far";
}

function turn(hand, power) {
  hand.setAttribute("transform", `rotate(${((power ?? 0.5) - 0.5) * 180} ${MIDDLE.x} ${MIDDLE.y})`);
  hand.style.visibility = power === null ? "hidden" : "visible";
}

function arc(from, to) {
  const radius = 82;
  const point = (degrees) => {
    const angle = ((degrees - 90) * Math.PI) / 180;
    return `${(MIDDLE.x + radius * Math.cos(angle)).toFixed(2)} ${(MIDDLE.y + radius * Math.sin(angle)).toFixed(2)}`;
  };
  return `M${point(from)} A${radius} ${radius} 0 0 1 ${point(to)}`;
}
