// Lesson mode: the question, the class's guesses, the run step by step, and the answer beside the guesses.
//
// A step's `do` holds `strategy` (begin anew with it; none: go on), `levers` as [week, path, value], and
// `weeks` (play to the end of that week). The page may be told a `truth` by the server, lived over several
// replications; without one, the answer is read off the run.

import { byId, drawing, element, setText, shortNumber } from "./dom.js";

const STRIP_WIDE = 260;
const MOST_GUESSED = 1e12; // what the server takes

/** The panel of a lesson. */
export class Lesson {
  constructor(page, { run, guessed, look, ask }) {
    this.page = page;
    this.run = run; // (steps, at, anew): lives a step; at -1: shows the market before the first
    this.ask = ask; // (): asks what the runs say
    this.guessed = guessed; // (value): tells the server
    this.look = look; // ({outcome, firm})
    this.box = byId("lesson");
    this.notes = false;
    this.begin();
    this.loadedAgain = performance.getEntriesByType("navigation")[0]?.type === "reload";
  }

  begin() {
    const { at, revealed } = this.loadedAgain ? keptPlace(this.lesson) : { at: -1, revealed: false };
    this.loadedAgain = false;
    this.at = at;
    this.values = keptGuesses(this.lesson);
    this.revealed = revealed;
    this.truth = null;
    if (revealed) this.ask();
  }

  load(lesson, seed) {
    const again = lesson?.id === this.lesson?.id;
    const luck = again && seed !== this.seed;
    Object.assign(this, { lesson, seed });
    if (luck) this.truth = null; // the server tells it anew
    byId("panel-lesson").hidden = !lesson;
    if (lesson && !again) this.begin();
    if (lesson) this.draw();
  }

  /** What the runs say; kept until the answer is revealed. Of another seed than the page's it comes too late. */
  take(truth) {
    if (String(truth.seed) !== String(this.seed)) return;
    this.truth = truth;
    if (this.revealed) this.draw();
  }

  /** Guesses to draw beside a curve: only where a guess is a value of that curve. */
  marks() {
    const asked = this.lesson?.predict;
    const kind = this.kind();
    if (!asked || !kind || !this.onCurve(asked, kind)) return { outcome: null, values: [] };
    const factor = asked.unit === "%" ? 0.01 : 1;
    return { outcome: asked.outcome, values: this.values.map((value) => value * factor) };
  }

  onCurve(asked, kind) {
    const plain = (asked.by ?? "value") === "value";
    return plain && (kind.unit.endsWith("/week") === String(asked.unit).endsWith("/week"));
  }

  kind() {
    return this.page.points?.kinds.get(this.lesson?.predict?.outcome);
  }

  draw() {
    const { lesson, at, revealed } = this;
    keep("place", lesson, { at, revealed });
    const steps = lesson.steps ?? [];
    const parts = [
      element("p", { class: "lesson-question" }, lesson.question),
      ...(at < 0 ? this.prediction() : [this.step(steps[at], at, steps.length)]),
      this.way(steps.length),
      ...(at >= 0 && !revealed && this.values.length ? [this.guesses()] : []),
      ...(revealed ? this.answer() : []),
    ];
    this.box.replaceChildren(...parts.filter(Boolean));
  }

  speaker(notes) {
    if (!notes) return null;
    const text = element("p", { class: "notes", hidden: !this.notes }, notes);
    const words = () => (this.notes ? "Hide speaker notes" : "Speaker notes");
    const button = element("button", { type: "button", class: "plain", "aria-expanded": String(this.notes), onclick: () => {
      this.notes = !this.notes;
      text.hidden = !this.notes;
      button.setAttribute("aria-expanded", String(this.notes));
      setText(button, words());
    } }, words());
    return element("div", {}, button, text);
  }

  prediction() {
    const { predict, notes } = this.lesson;
    if (!predict) return [this.speaker(notes)];
    const field = element("input", { type: "number", step: "any", id: "guess", inputmode: "decimal", "aria-describedby": "guess-unit" });
    const form = element("form", { class: "guess-form", onsubmit: (event) => {
      event.preventDefault();
      if (field.value !== "") this.guess(Number(field.value));
    } },
    element("label", { for: "guess" }, predict.prompt ?? "What do you expect?"),
    element("div", { class: "guess-line" }, field, element("span", { id: "guess-unit", class: "unit" }, predict.unit ?? ""),
      element("button", { type: "submit" }, "Add guess")));
    return [this.speaker(notes), form, this.guesses()];
  }

  guess(value) {
    if (Math.abs(value) > MOST_GUESSED) return;
    this.values.push(value);
    keep("guesses", this.lesson, this.values);
    this.guessed(value);
    this.draw();
    byId("guess")?.focus();
  }

  drop(i) {
    this.values.splice(i, 1);
    keep("guesses", this.lesson, this.values);
    this.guessed(null);
    this.draw();
  }

  guesses() {
    if (!this.values.length) return element("p", { class: "soft" }, "Guesses of the class will stand here and beside the result.");
    return element("div", {}, element("h4", {}, `Guesses (${this.values.length})`), this.strip(null),
      element("ul", { class: "guesses" }, ...this.values.map((value, i) => element("li", {}, this.written(value),
        this.at < 0 ? element("button", { type: "button", class: "plain", "aria-label": `Remove guess ${i + 1}`, onclick: () => this.drop(i) }, "remove") : null))));
  }

  step(step, at, count) {
    return element("section", { class: "lesson-step", "aria-live": "polite" },
      element("p", { class: "soft" }, `Step ${at + 1} of ${count}`), element("h3", {}, step.title ?? ""),
      element("p", {}, step.text ?? ""), this.speaker(step.notes));
  }

  way(count) {
    const last = this.at >= count - 1;
    const button = (text, act, attributes = {}) => element("button", { type: "button", onclick: act, ...attributes }, text);
    return element("div", { class: "lesson-way" },
      this.at >= 0 ? button(this.at ? "Previous step" : "To the question", () => this.go(this.at - 1, true)) : null,
      this.at >= 0 ? button("Run again", () => this.run(this.lesson.steps, this.at, true)) : null,
      last ? null : button(this.at < 0 ? "Run the first step" : "Next step", () => this.go(this.at + 1, false), { class: "primary" }),
      last && !this.revealed ? button("Reveal", () => this.reveal(), { class: "primary" }) : null);
  }

  /** To another step; back to one that was run, its run begins anew. */
  go(at, anew) {
    this.at = at;
    this.draw();
    this.run(this.lesson.steps, at, anew);
  }

  reveal() {
    this.revealed = true;
    const { predict } = this.lesson;
    if (predict) this.look(predict);
    if (predict && !this.truth) this.ask();
    this.draw();
  }

  answer() {
    const { explain, predict } = this.lesson;
    const truth = this.truth ?? this.read();
    const box = element("section", { class: "lesson-answer", "aria-live": "polite" }, element("h3", {}, "What happened"));
    if (truth) box.append(element("p", { class: "lesson-truth" }, said(truth, predict.unit, this.seed)), this.strip(truth), this.nearest(truth));
    else if (predict) box.append(element("p", { class: "soft" }, "What the runs say comes in a moment …"));
    const told = typeof explain === "string" ? { text: explain } : (explain ?? {});
    if (told.text) box.append(element("p", {}, told.text));
    if (told.discuss) box.append(element("h4", {}, "To discuss"), element("p", { class: "lesson-discuss" }, told.discuss));
    const looks = (told.look_at ?? []).map((look) => element("li", {},
      element("button", { type: "button", class: "plain", onclick: () => this.look(look) }, this.labelOf(look)), ` ${look.why}`));
    if (looks.length) box.append(element("h4", {}, "Where to look"), element("ul", { class: "traits" }, ...looks));
    const sources = (told.sources ?? []).map((source) => element("li", {}, source));
    if (sources.length) box.append(element("h4", {}, "Sources"), element("ul", { class: "traits soft" }, ...sources));
    return [box];
  }

  labelOf({ outcome, firm }) {
    const label = this.page.points.kinds.get(outcome)?.label ?? outcome.replaceAll("_", " ");
    return firm ? `${label} of ${firm}` : label;
  }

  nearest(truth) {
    const best = [...this.values].sort((a, b) => Math.abs(a - truth.value) - Math.abs(b - truth.value))[0];
    return best === undefined ? "" : element("p", {}, `The nearest guess was ${this.written(best)}.`);
  }

  /** A value as guesses are written: with a plus where a change is guessed. */
  written(value) {
    const { unit, signed } = this.lesson.predict;
    return withUnit(value, unit, signed);
  }

  /** The outcome asked for as the run at hand shows it; null where it is a comparison of runs. */
  read() {
    const { points, scene } = this.page;
    const asked = this.lesson.predict;
    const kind = this.kind();
    if (!asked || !kind || !this.onCurve(asked, kind)) return null;
    const firm = kind.per === "firm" ? scene.firms.findIndex((one) => one.name === asked.firm) : 0;
    const [from, to] = asked.weeks ?? [points.last[0], points.last[0]];
    const known = points.series(0, asked.outcome, Math.max(firm, 0)).slice(from, to + 1).filter((value) => value !== null);
    if (!known.length) return null;
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
    return { value: mean * (asked.unit === "%" ? 100 : 1) };
  }

  /** Guesses as marks on a line, and the truth with its interval. */
  strip(truth) {
    const ends = truth ? [truth.value, truth.low ?? truth.value, truth.high ?? truth.value] : [];
    const all = [...this.values, ...ends];
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const room = (high - low || Math.abs(high) || 1) * 0.12;
    const x = (value) => 8 + ((value - low + room) / (high - low + 2 * room)) * (STRIP_WIDE - 16);
    const parts = [drawing("line", { class: "strip-line", x1: 8, x2: STRIP_WIDE - 8, y1: 24, y2: 24 })];
    if (truth) {
      parts.push(drawing("rect", { class: "strip-truth", x: x(ends[1]) - 1.5, y: 16, width: x(ends[2]) - x(ends[1]) + 3, height: 16 }),
        drawing("text", { x: x(truth.value), y: 46, "text-anchor": "middle" }, truth.said ?? this.written(truth.value)));
    }
    parts.push(...this.values.map((value) => drawing("path", { class: "strip-guess", d: `M${x(value)} 22l-5 -10h10z` })));
    return drawing("svg", { class: "strip", viewBox: `0 0 ${STRIP_WIDE} 50`, role: "img", "aria-label": "Guesses beside the result" }, ...parts);
  }
}

/** Guesses of this tab, which live on when the page is loaded again. */
function keptGuesses(lesson) {
  const known = kept("guesses", lesson);
  return Array.isArray(known) ? known.filter(Number.isFinite) : [];
}

/** Where the class was when the page was loaded again: its step, and whether it has seen the answer. */
function keptPlace(lesson) {
  const { at, revealed } = kept("place", lesson) ?? {};
  const there = Number.isInteger(at) && at >= 0 && at < (lesson?.steps ?? []).length;
  return { at: there ? at : -1, revealed: there && revealed === true };
}

function kept(what, lesson) {
  try {
    return JSON.parse(sessionStorage.getItem(`counterpoise.${what}.${lesson?.id}`));
  } catch {
    return null;
  }
}

function keep(what, lesson, value) {
  try {
    sessionStorage.setItem(`counterpoise.${what}.${lesson.id}`, JSON.stringify(value));
  } catch {
    // private windows keep nothing
  }
}

function withUnit(value, unit, signed) {
  return `${signed && value > 0 ? "+" : ""}${shortNumber(value)} ${unit ?? ""}`.trim();
}

function said(truth, unit, seed) {
  if (truth.text) return truth.text.replace(/ Your guess.*$/, "");
  return `This run says ${withUnit(truth.value, unit)} (seed ${seed}).`;
}
