// The timeline: play, pause, step, reset, speed, scrub and fork.

import { byId, element, setText } from "./dom.js";

const SPEEDS = [[1, "1 week a second"], [2, "2 weeks a second"], [5, "5 weeks a second"], [10, "10 weeks a second"],
  [20, "20 weeks a second"], [0, "as fast as possible"]];
const SCRUB_EVERY = 150; // milliseconds between two weeks asked for while the slider is dragged

/** The bar below the stage. */
export class Timeline {
  constructor(send, state) {
    this.send = send;
    this.state = state;
    this.play = byId("play");
    this.scrub = byId("scrub");
    this.speed = byId("speed");
    this.speed.replaceChildren(...SPEEDS.map(([value, text]) => element("option", { value }, text)));
    this.play.addEventListener("click", () => this.toggle());
    byId("step").addEventListener("click", () => this.step(1));
    byId("back").addEventListener("click", () => this.step(-1));
    byId("reset").addEventListener("click", () => this.send({ type: "reset" }));
    byId("fork").addEventListener("click", () => this.fork());
    this.speed.addEventListener("change", () => this.send({ type: "speed", weeks_per_second: Number(this.speed.value) }));
    this.scrub.addEventListener("input", () => this.drag(false));
    this.scrub.addEventListener("change", () => this.drag(true));
  }

  /** A run begins; it takes keys and buttons from now on, before it first tells its state. */
  load(scene, weeks, state) {
    this.scene = scene;
    this.weeks = weeks;
    this.scrub.max = weeks;
    this.show(state);
  }

  toggle() {
    this.send({ type: this.state.playing ? "pause" : "play" });
  }

  /** One week on or back; beyond what was lived, the market lives one more. */
  step(by) {
    const { playing, week, head } = this.state;
    if (playing) this.send({ type: "pause" });
    if (by < 0) this.send({ type: "seek", week: Math.max(0, week - 1) });
    else this.send(week < head ? { type: "seek", week: week + 1 } : { type: "step" });
  }

  fork() {
    this.send(this.state.forked ? { type: "unfork" } : { type: "fork", week: this.state.week });
  }

  drag(last) {
    const week = Number(this.scrub.value);
    this.tell(week);
    clearTimeout(this.late);
    this.dragging = !last;
    const say = () => {
      this.asked = performance.now();
      if (this.state.playing) this.send({ type: "pause" });
      this.send({ type: "seek", week });
    };
    if (last || performance.now() - (this.asked ?? 0) > SCRUB_EVERY) say();
    else this.late = setTimeout(say, SCRUB_EVERY);
  }

  show(state) {
    this.state = state;
    const { playing, forked, finished } = state;
    setText(this.play, playing ? "Pause" : "Play");
    this.play.setAttribute("aria-pressed", String(playing));
    this.play.disabled = finished && !playing && state.week >= state.head;
    byId("step").disabled = finished && state.week >= state.head;
    byId("back").disabled = state.week === 0;
    setText(byId("fork"), forked ? "End fork" : "What if from here");
    byId("fork").disabled = Boolean(state.recorded);
    byId("fork").title = state.recorded ? "A recording cannot be forked" : "F";
    const known = SPEEDS.find(([value]) => value === state.speed);
    if (known) this.speed.value = String(state.speed);
    this.marks(state.log ?? []);
    this.week(state.week);
  }

  week(week) {
    if (this.dragging) return;
    this.scrub.value = week;
    this.tell(week);
  }

  tell(week) {
    setText(byId("week"), `Week ${week} of ${this.weeks}`);
    this.scrub.setAttribute("aria-valuetext", `week ${week} of ${this.weeks}`);
  }

  /** Events of the scenario and levers that were moved, above the slider. */
  marks(log) {
    const key = JSON.stringify([this.scene.events, this.weeks, log, this.state.reversal_week, this.state.fork_week]);
    if (key === this.marked) return;
    this.marked = key;
    const mark = (kind, week, text) => {
      const made = element("span", { class: `mark ${kind}`, title: `week ${week}: ${text}` });
      made.style.left = `${(week / this.weeks) * 100}%`;
      return made;
    };
    const events = this.scene.events.filter((event) => event.week).map((event) => mark("event", event.week, event.name));
    const moved = log.map(([week, path, value]) => mark("moved", week, `${path} = ${value}`));
    const fork = this.state.forked ? [mark("forked", this.state.fork_week, "fork")] : [];
    const turned = this.state.reversal_week ? [mark("turned", this.state.reversal_week, "power reversed")] : [];
    byId("marks").replaceChildren(...events, ...moved, ...fork, ...turned);
  }
}
