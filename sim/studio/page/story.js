// The glass box: who a customer is, what happened to her and why, how she chose last; what a firm
// believes against what is true.

import { byId, element, shortNumber } from "./dom.js";

const FRIENDS = 24;
const OPTIONS = 5;

/** The panel of the glass box. */
export class Story {
  constructor({ visit, seek, close }) {
    this.visit = visit; // (row)
    this.seek = seek; // (week)
    this.box = byId("story");
    this.close = close;
    this.rest();
  }

  /** Nobody is chosen. */
  rest() {
    this.shown = null;
    this.box.replaceChildren(element("p", { class: "empty" },
      "Click a customer on the stage to read her story, or a firm to see what it believes."));
  }

  /** Nothing comes any more: the run said why. */
  giveUp() {
    if (this.box.querySelector("[aria-busy]")) this.rest();
  }

  wait(what) {
    this.box.replaceChildren(element("p", { class: "empty", "aria-busy": "true" }, `Reading ${what} …`));
  }

  customer(told) {
    this.shown = { customer: told.id };
    this.box.replaceChildren(
      this.head(told.name ? `${told.name}` : `Customer ${told.id}`, `customer ${told.id}, week ${told.week}`),
      element("ul", { class: "traits" }, ...told.traits.map((trait) => element("li", {}, trait))),
      this.friends(told.friends ?? [], told.friend_names ?? []),
      this.choice(told.choice),
      this.story(told.story ?? []),
    );
  }

  head(title, below) {
    return element("div", { class: "card-head" },
      element("div", {}, element("h3", { title }, title), element("p", { class: "soft" }, below)),
      element("button", { type: "button", class: "plain", "aria-label": "Close the card", onclick: () => this.close() }, "close"));
  }

  /** Friends by the names that her story calls them, as far as these are known. */
  friends(rows, names) {
    if (!rows.length) return element("p", { class: "soft" }, "None of her friends is shown.");
    const few = rows.slice(0, FRIENDS).map((row, at) => element("button", {
      type: "button", class: "friend", title: `customer ${row}`, onclick: () => this.visit(row),
      "aria-label": names[at] ? `${names[at]}, friend: customer ${row}` : `Friend: customer ${row}`,
    }, names[at] ?? String(row)));
    const more = rows.length > FRIENDS ? element("span", { class: "soft" }, `and ${rows.length - FRIENDS} more`) : null;
    return element("div", {}, element("h4", {}, "Friends"), element("div", { class: "friends" }, ...few, more));
  }

  story(told) {
    const box = element("div", {}, element("h4", {}, "What happened to her"));
    if (!told.length) {
      box.append(element("p", { class: "soft" }, "Nothing happened to her so far."));
      return box;
    }
    // The latest week first; inside a week in order, since one thing leads to the next.
    const lately = told.map((one, at) => [one, at]).sort(([a, i], [b, j]) => b.week - a.week || i - j).map(([one]) => one);
    box.append(element("ol", { class: "happenings" }, ...lately.map((one) => element("li", {},
      element("button", { type: "button", class: "week", title: `See week ${one.week}`, onclick: () => this.seek(one.week) }, `week ${one.week}`),
      element("span", {}, one.text)))));
    return box;
  }

  choice(choice) {
    if (!choice) return element("p", { class: "soft" }, "She has not chosen yet.");
    const best = [...choice.options].sort((a, b) => rank(b, choice) - rank(a, choice)).slice(0, OPTIONS);
    const largest = Math.max(0.01, ...best.flatMap((option) => finite(option).map(([, value]) => Math.abs(value))));
    return element("div", {}, element("h4", {}, `Her last choice, week ${choice.week}`),
      ...best.map((option) => this.option(option, option.name === choice.chosen, largest)));
  }

  option(option, chosen, largest) {
    const terms = finite(option).filter(([, value]) => value !== 0);
    return element("div", { class: chosen ? "option chosen" : "option" },
      element("div", { class: "option-head" }, element("span", { title: option.name }, option.name),
        element("span", {}, `${chosen ? "chosen, " : ""}${option.total === null ? "not to be had" : shortNumber(option.total)}`)),
      ...terms.map(([term, value]) => bar(term, value, largest)));
  }

  firm(told) {
    this.shown = { firm: told.name };
    const parts = [this.head(told.name, told.week === undefined ? "what the firm believes" : `what the firm believes, week ${told.week}`)];
    if (told.satisfaction) {
      parts.push(element("h4", {}, "Share of its customers who are satisfied"), this.pair("satisfied", told.satisfaction));
    }
    parts.push(element("h4", {}, "What matters to customers"));
    parts.push(...(told.beliefs ?? []).map((belief) => this.pair(belief.attribute, belief)));
    if (!told.beliefs?.length) parts.push(element("p", { class: "soft" }, "It believes nothing about needs."));
    this.box.replaceChildren(...parts);
  }

  pair(name, { believed, true: truth }) {
    const known = [believed, truth].filter((value) => value !== null && value !== undefined);
    const largest = Math.max(0.01, 1 * (known.every((value) => value <= 1) ? 1 : 0), ...known);
    return element("div", { class: "pair" }, element("span", { class: "pair-name", title: name }, name.replaceAll("_", " ")),
      measure("believed", believed, largest), measure("true", truth, largest));
  }
}

function finite(option) {
  return Object.entries(option.terms).filter(([, value]) => Number.isFinite(value));
}

function rank(option, choice) {
  return option.name === choice.chosen ? Infinity : (option.total ?? -Infinity);
}

function bar(term, value, largest) {
  const fill = element("span", { class: value < 0 ? "term-fill against" : "term-fill" });
  fill.style.width = `${(Math.abs(value) / largest) * 50}%`;
  return element("div", { class: "term" }, element("span", { class: "term-name", title: term }, term.replaceAll("_", " ")),
    element("span", { class: "term-track" }, fill),
    element("span", { class: "term-number" }, `${value > 0 ? "+" : ""}${shortNumber(value)}`));
}

function measure(kind, value, largest) {
  const fill = element("span", { class: `measure-fill ${kind}` });
  fill.style.width = `${Math.max(0, (value ?? 0) / largest) * 100}%`;
  return element("div", { class: "measure" }, element("span", { class: "measure-name" }, kind),
    element("span", { class: "measure-track" }, fill), element("span", { class: "term-number" }, shortNumber(value)));
}
