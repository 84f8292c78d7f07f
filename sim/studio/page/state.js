// What the address says (scenario, strategy, seed, week, levers, fork), and what the browser remembers.

/** The run that an address names: `#s=first_lesson&t=listen&seed=0&w=20&l=12~path~0.5`. */
export function readAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (key, otherwise) => {
    const value = Number.parseInt(given.get(key) ?? "", 10);
    return Number.isFinite(value) && value >= 0 ? value : otherwise;
  };
  const forked = number("f", null);
  return {
    scenario: given.get("s"),
    strategy: given.get("t"),
    seed: seedOf(given.get("seed")) ?? 0,
    weeks: number("n", null),
    week: number("w", 0),
    levers: readLog(given.get("l")),
    fork: forked === null ? null : { week: forked, levers: readLog(given.get("fl")) },
  };
}

const LESS = [{ levers: [], fork: null, weeks: null, week: 0 }, { strategy: null }, { seed: 0 }, { scenario: null }];

/** A run that cannot be opened, without the next part that may be why; null when nothing is left to leave out. */
export function lessOf(run) {
  const step = run.less ?? 0;
  return step < LESS.length ? { ...run, ...LESS[step], less: step + 1 } : null;
}

/** A seed as it was written: a number, or its digits where numbers are no longer exact; null if it is none. */
export function seedOf(text) {
  const digits = String(text ?? "").trim();
  if (!/^\d{1,19}$/.test(digits)) return null;
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : digits;
}

/** The run that a page shows now; levers of an alternative are those that act after its fork. */
export function runOf({ scene, state }, weeks) {
  const log = state.log ?? [];
  const forked = state.forked && state.fork_week !== null;
  const after = ([week]) => week > state.fork_week;
  return {
    scenario: scene.id, strategy: scene.strategy, seed: scene.seed, weeks, week: state.week,
    levers: forked ? log.filter((entry) => !after(entry)) : log,
    fork: forked ? { week: state.fork_week, levers: log.filter(after) } : null,
  };
}

/** The address of a run. */
export function writeAddress(run) {
  const said = new URLSearchParams();
  if (run.scenario) said.set("s", run.scenario);
  if (run.strategy) said.set("t", run.strategy);
  said.set("seed", String(run.seed));
  if (run.weeks) said.set("n", String(run.weeks));
  said.set("w", String(run.week));
  if (run.levers.length) said.set("l", writeLog(run.levers));
  if (run.fork) {
    said.set("f", String(run.fork.week));
    if (run.fork.levers.length) said.set("fl", writeLog(run.fork.levers));
  }
  return `#${said}`;
}

function writeLog(log) {
  return log
    .map(([week, path, value]) => [week, encodeURIComponent(path), encodeURIComponent(JSON.stringify(value))])
    .map((entry) => entry.join("~"))
    .join(";");
}

function readLog(text) {
  if (!text) return [];
  return text.split(";").flatMap((entry) => {
    try {
      const [week, path, value] = entry.split("~").map(decodeURIComponent);
      return [[Number.parseInt(week, 10), path, JSON.parse(value)]];
    } catch {
      return []; // a mangled address loses that one lever; the server checks the others
    }
  });
}

const PREFIX = "counterpoise.";

/** What this browser remembers under a name; private windows remember nothing. */
export function recall(name, otherwise) {
  try {
    return localStorage.getItem(PREFIX + name) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** Remember a setting of the page. */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // nothing is lost but the memory
  }
}

const FEWEST_WEEKS = 3;

/** Weekly values of all outcomes of the run and, when forked, of its baseline. */
export class Points {
  constructor(scene) {
    this.scene = scene;
    this.weeks = scene.limits?.max_weeks ? Math.min(scene.weeks, scene.limits.max_weeks) : scene.weeks;
    this.kinds = new Map(scene.outcomes.map((outcome) => [outcome.name, outcome]));
    this.clear();
  }

  clear() {
    this.sides = [new Map(), new Map()];
    this.last = [0, 0];
  }

  /** Take the points of one message in; a week that is said again replaces what was there. */
  add({ side, from, values }) {
    let length = 0;
    if (from === 1) this.forget(side);
    for (const [name, weekly] of Object.entries(values)) {
      if (!this.kinds.has(name)) continue;
      length = Math.max(length, weekly.length);
      weekly.forEach((value, i) => this.set(side, name, from + i, value));
    }
    this.last[side] = Math.max(this.last[side], from + length - 1);
  }

  set(side, name, week, value) {
    const given = Array.isArray(value) ? value : [value];
    given.forEach((one, firm) => {
      this.series(side, name, firm)[week] = Number.isFinite(one) ? one : null;
    });
  }

  /** The values by week of one curve, as long as the run; null where nothing is known. */
  series(side, name, firm) {
    const known = this.sides[side];
    const key = `${name}/${firm}`;
    if (!known.has(key)) known.set(key, new Array(this.weeks + 1).fill(null));
    return known.get(key);
  }

  /** The curve as it is drawn: each week the mean of the last few known. */
  smooth(side, name, firm, weeks) {
    const values = this.series(side, name, firm);
    if (weeks <= 1) return values;
    return values.map((value, week) => (value === null ? null : meanOf(values, week, weeks)));
  }

  /** One point of the smooth curve. */
  smoothAt(side, name, firm, week, weeks) {
    const values = this.sides[side].get(`${name}/${firm}`);
    return values && values[week] !== null && values[week] !== undefined ? meanOf(values, week, weeks) : null;
  }

  /** One value; null where nothing is known. */
  at(side, name, firm, week) {
    return this.sides[side].get(`${name}/${firm}`)?.[week] ?? null;
  }

  /** Forget one side. */
  forget(side) {
    this.sides[side].clear();
    this.last[side] = 0;
  }

  /** Lay the run of other points behind this one; whether there was one worth it. */
  behind(other) {
    if (other.last[0] < FEWEST_WEEKS || other.weeks !== this.weeks) return false;
    this.sides[1] = other.sides[0];
    this.last[1] = other.last[0];
    return true;
  }
}

function meanOf(values, week, weeks) {
  let sum = 0;
  let n = 0;
  for (let w = Math.max(0, week - weeks + 1); w <= week; w += 1) {
    if (values[w] === null) continue;
    sum += values[w];
    n += 1;
  }
  return sum / n;
}
