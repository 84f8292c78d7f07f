// A run from a file: answers what LiveSource answers, without a server. Weeks are stored as differences
// to the week before, packed; they are unpacked once.

import { bytesOf } from "./stage.js";

const PLANES_OF_FRAME = ["brand", "satisfaction", "power", "membership", "talk"];
const FASTEST = 60; // weeks a second of "as fast as possible"

/** A recorded run; the object stands in the page as JSON. */
export class RecordedSource {
  constructor(recording, { heard, connection }) {
    this.recording = recording;
    this.heard = heard;
    this.connection = connection;
    this.live = false;
    this.week = 0;
    this.speed = 10;
    this.playing = false;
  }

  async start() {
    const { scene, points, frames, lit, stories } = this.recording;
    this.scene = scene;
    this.weeks = frames.weeks;
    this.first = frames.from ?? 1;
    this.planes = await unpack(frames.data);
    undoDifferences(this.planes, frames.n * (frames.planes ?? PLANES_OF_FRAME).length);
    this.lit = splitLit(await unpack(lit.data), this.weeks);
    this.stories = stories?.data ? JSON.parse(new TextDecoder().decode(await unpack(stories.data))) : {};
    this.connection("open");
    this.heard({ ...scene, type: "scene" });
    for (const [side, { from, values }] of Object.entries(points)) {
      this.heard({ type: "points", side: Number(side), from, values });
    }
    this.go(Math.min(this.recording.state?.week ?? 0, this.last));
  }

  get last() {
    return this.first + this.weeks - 1;
  }

  /** What the page asks; a recording has no other answer than the one it holds. */
  send(message) {
    const answers = {
      play: () => this.play(), pause: () => this.pause(), step: () => this.step(),
      reset: () => this.go(0), speed: () => this.pace(message.weeks_per_second),
      seek: () => this.go(Math.min(message.week, this.last)),
      customer: () => this.customer(message.id), firm: () => this.firm(message.name),
      lever: () => this.refuse("levers"), fork: () => this.refuse("a fork"), export: () => this.refuse("this file"),
    };
    answers[message.type]?.();
  }

  refuse(what) {
    this.heard({ type: "error", message: `This is a recording: ${what} would need the live studio.` });
  }

  play() {
    if (this.week >= this.last) this.week = 0;
    this.playing = true;
    this.tick();
    this.tell();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    this.tell();
  }

  step() {
    this.playing = false;
    clearTimeout(this.timer);
    this.go(Math.min(this.week + 1, this.last));
  }

  tick() {
    clearTimeout(this.timer);
    if (!this.playing) return;
    this.timer = setTimeout(() => {
      this.playing = this.week + 1 < this.last;
      this.go(Math.min(this.week + 1, this.last));
      this.tick();
    }, 1000 / (this.speed || FASTEST));
  }

  pace(speed) {
    this.speed = speed;
    this.tell();
  }

  go(week) {
    this.week = week;
    this.tell();
    const frame = this.frame(week);
    if (frame) this.heard({ type: "frame", frame });
  }

  /** The frame of a week, as views into the unpacked planes; before the first week nothing is known. */
  frame(week) {
    const names = this.recording.frames.planes ?? PLANES_OF_FRAME;
    const { n } = this.recording.frames;
    const row = week - this.first;
    const frame = { number: week, week, side: 0, n, lit: this.lit[row] ?? new Uint32Array(0) };
    names.forEach((name, p) => {
      const from = (row * names.length + p) * n;
      frame[name] = row < 0 ? unknownPlane(name, n) : this.planes.subarray(from, from + n);
    });
    return frame;
  }

  tell() {
    const recorded = this.recording.state ?? {};
    this.heard({
      levers: {}, log: [], reversal_week: null, ...recorded, type: "state", playing: this.playing, week: this.week,
      weeks: this.last, speed: this.speed, forked: Boolean(this.recording.points[1]),
      fork_week: recorded.fork_week ?? null, finished: this.week >= this.last && !this.playing, recorded: true,
    });
  }

  customer(row) {
    const told = this.stories[row];
    if (!told) return this.heard({ type: "error", message: this.untold(row) });
    return this.heard({
      friends: [], traits: [], ...told, type: "customer", id: row, week: this.week,
      friend_names: (told.friends ?? []).map((friend) => this.stories[friend]?.name),
      story: (told.story ?? []).filter((one) => one.week <= this.week),
      choice: told.choice?.week <= this.week ? told.choice : null,
    });
  }

  untold(row) {
    const all = this.scene.shown.of;
    if (row >= all) return `There is no customer ${row}; there are ${all}, counted from 0.`;
    const kept = this.recording.stories?.told;
    if (!kept) return `Customer ${row} is not part of the recording.`;
    return `The recording has room for the stories of the ${kept} customers who talked most; customer ${row} is not one of them.`;
  }

  firm(name) {
    const told = this.recording.firms?.[name];
    if (!told) return this.heard({ type: "error", message: "What firms believe is not part of the recording." });
    return this.heard({ ...told, type: "firm", name });
  }
}

async function unpack(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function undoDifferences(bytes, week) {
  for (let i = week; i < bytes.length; i += 1) bytes[i] ^= bytes[i - week];
}

function splitLit(bytes, weeks) {
  const numbers = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
  const found = [];
  for (let week = 0, at = 0; week < weeks && at < numbers.length; week += 1) {
    const count = numbers[at];
    found.push(numbers.subarray(at + 1, at + 1 + count));
    at += 1 + count;
  }
  return found;
}

function unknownPlane(name, n) {
  return new Uint8Array(n).fill(name === "brand" || name === "satisfaction" ? 255 : 0);
}
