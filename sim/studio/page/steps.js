// Steps of a lesson on the run: begin anew or go on, and play to the last week of the step.

const STEP_TAKES = 6; // seconds that a step plays
const SLOWEST = 2;
const QUICKEST = 20;
const LATE = 2; // weeks that may be lived before a run hears that it should stop

/** Lives the steps of a lesson. */
export class Steps {
  constructor(page, { send, reopen }) {
    this.page = page;
    this.send = send;
    this.reopen = reopen; // ({strategy, levers})
    this.until = null;
    this.reopening = false; // what is still told of the run before must not end this one
  }

  /**
   * Live a step. It goes on where the step before ended; where the run stands elsewhere, because the step is
   * run again or the one before was left early, its run begins anew with the levers of all its steps.
   * Before the first step the market stands at its beginning.
   */
  run(steps, at, anew) {
    const { scene } = this.page;
    if (at < 0) {
      this.until = null;
      this.reopening = false;
      this.reopen({ strategy: steps[0].do?.strategy ?? scene.strategy });
      return;
    }
    let first = at;
    while (first > 0 && !steps[first].do?.strategy) first -= 1;
    const done = steps.slice(first, at + 1).map((step) => step.do ?? {});
    const strategy = done[0].strategy ?? scene.strategy;
    const levers = done.at(-1).levers ?? [];
    this.until = done.at(-1).weeks ?? scene.weeks;
    if (!anew && at > first && scene.strategy === strategy && this.standsAt(done.at(-2).weeks, levers.length > 0)) {
      for (const [, path, value] of levers) this.send({ type: "lever", path, value });
      this.play();
    } else {
      this.reopening = true;
      this.reopen({ strategy, levers: done.flatMap((one) => one.levers ?? []) });
    }
  }

  /** Whether the run can go on from the end of a step; only levers mind that it is not there yet. */
  standsAt(week, exactly) {
    const { head } = this.page.state;
    return head <= week + LATE && (head >= week || !exactly);
  }

  /** Play on to the week of the step. */
  play() {
    this.reopening = false;
    const weeks = this.until - this.page.state.head;
    if (weeks <= 0) return;
    const speed = Math.min(QUICKEST, Math.max(SLOWEST, Math.round(weeks / STEP_TAKES)));
    this.send({ type: "speed", weeks_per_second: speed });
    this.send({ type: "play" });
  }

  /** Stop at the week of the step, even if one more was lived before the message came. */
  stop() {
    if (this.reopening || !this.until || this.page.state.week < this.until) return;
    const week = this.until;
    this.until = null;
    this.send({ type: "pause" });
    this.send({ type: "seek", week });
  }
}
