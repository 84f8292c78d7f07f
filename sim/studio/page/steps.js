// Steps of a lesson on the run: begin anew or go on, and play to the last week of the step.

const STEP_TAKES = 6; // seconds that a step plays
const SLOWEST = 2;
const QUICKEST = 20;

/** Lives the steps of a lesson. */
export class Steps {
  constructor(page, { send, reopen }) {
    this.page = page;
    this.send = send;
    this.reopen = reopen; // ({strategy, levers})
    this.until = null;
  }

  run({ strategy, levers, weeks }, at) {
    const { scene } = this.page;
    this.until = weeks ?? scene.weeks;
    if (strategy || at === 0) {
      this.reopen({ strategy: strategy ?? scene.strategy, levers: levers ?? [] });
      return;
    }
    for (const [, path, value] of levers ?? []) this.send({ type: "lever", path, value });
    this.play();
  }

  /** Play on to the week of the step. */
  play() {
    const weeks = this.until - this.page.state.head;
    if (weeks <= 0) return;
    const speed = Math.min(QUICKEST, Math.max(SLOWEST, Math.round(weeks / STEP_TAKES)));
    this.send({ type: "speed", weeks_per_second: speed });
    this.send({ type: "play" });
  }

  /** Stop at the week of the step, even if one more was lived before the message came. */
  stop() {
    if (!this.until || this.page.state.week < this.until) return;
    const week = this.until;
    this.until = null;
    this.send({ type: "pause" });
    this.send({ type: "seek", week });
  }
}
