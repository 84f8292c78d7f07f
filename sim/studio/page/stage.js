// The stage: the social network on a Canvas 2D. Ties that never change are painted once per view into
// a layer of their own; customers are stamped from one small picture per class; only ties that carried
// talk this week are drawn anew. No objects are made per customer.

import { Camera, steer } from "./camera.js";
import { coloring, mix, MOST_COMMUNITIES, paletteOf } from "./colors.js";
import { makeStamp, outline, packed, Pixels } from "./raster.js";

const ROOM = 40; // pixels for the firms above and below the network
const PLANES = ["brand", "satisfaction", "power", "membership", "talk"];
const BAD = 0x80000000;

/** Bytes of base64 text. */
export function bytesOf(text) {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** The parts of a binary frame, as views of its buffer. */
export function readFrame(buffer) {
  const head = new DataView(buffer);
  const n = head.getUint32(8, true);
  const lit = head.getUint32(12, true);
  const frame = { number: head.getUint32(0, true), week: head.getUint16(4, true), side: head.getUint8(6), n };
  PLANES.forEach((name, p) => {
    frame[name] = new Uint8Array(buffer, 16 + p * n, n);
  });
  const from = 16 + PLANES.length * n;
  frame.lit = new Uint32Array(buffer.slice(from, from + 4 * lit));
  return frame;
}

/** The network of a scene, drawn. */
export class Stage {
  constructor(canvas, { picked }) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { alpha: false });
    this.camera = new Camera();
    this.picked = picked;
    this.frames = [null, null];
    this.side = 0;
    this.coloring = "brand";
    this.rings = true;
    this.theme = "light";
    this.chosen = -1;
    this.friends = [];
    this.stale = true;
    this.n = 0;
    steer(canvas, this.camera, { moved: () => this.look(), clicked: (x, y) => this.pick(x, y) });
  }

  /** Take a scene's positions and ties. */
  load(scene) {
    this.scene = scene;
    this.positions = new Uint16Array(bytesOf(scene.positions).buffer);
    this.n = this.positions.length / 2;
    const ties = bytesOf(scene.ties).buffer;
    this.ties = scene.tie_bytes === 2 ? new Uint16Array(ties) : new Uint32Array(ties);
    this.strong = scene.strong ? bytesOf(scene.strong) : new Uint8Array(this.ties.length / 2);
    this.segment = bytesOf(scene.segment);
    this.rows = new Uint32Array(bytesOf(scene.rows).buffer);
    this.place = new Map(Array.from(this.rows, (row, i) => [row, i]));
    this.left = new Int16Array(this.n);
    this.top = new Int16Array(this.n);
    this.changed = new Uint8Array(this.n);
    this.frames = [null, null];
    this.choose(null, []);
    this.camera.reset();
    this.recolor();
  }

  /** The canvas has a new size, in CSS pixels. */
  resize(width, height) {
    const dots = Math.min(window.devicePixelRatio || 1, 2);
    this.dots = dots;
    this.canvas.width = Math.max(1, Math.round(width * dots));
    this.canvas.height = Math.max(1, Math.round(height * dots));
    this.layer = new Pixels(this.canvas.width, this.canvas.height);
    this.pixels = new Pixels(this.canvas.width, this.canvas.height);
    this.camera.resize(width, height, this.room ?? ROOM);
    this.recolor();
  }

  /** Another theme, coloring or side. */
  show(settings) {
    Object.assign(this, settings);
    this.recolor();
  }

  recolor() {
    if (!this.scene || !this.dots) return;
    this.palette = paletteOf(this.theme);
    this.kind = coloring(this.coloring, this.scene, this.palette);
    this.look();
  }

  /** The camera moved, or something else that the layer of ties depends on. */
  look() {
    this.stale = true;
    this.ask?.();
  }

  /** The newest frame of a side. */
  take(frame) {
    this.frames[frame.side] = frame;
  }

  /** Mark a customer and her friends, by their numbers. */
  choose(row, friends) {
    this.chosen = row === null ? -1 : (this.place?.get(row) ?? -1);
    this.friends = friends.map((friend) => this.place.get(friend)).filter((i) => i !== undefined);
    this.ask?.();
  }

  /** Nearer or farther around the middle; 0 shows everything. */
  zoom(factor) {
    const { camera } = this;
    if (factor) camera.zoomAt(factor, camera.width / 2, camera.height / 2);
    else camera.reset();
    this.look();
  }

  pick(x, y) {
    let best = -1;
    let nearest = 14 ** 2;
    for (let i = 0; i < this.n; i += 1) {
      const distance = (this.left[i] - x) ** 2 + (this.top[i] - y) ** 2;
      if (distance < nearest) [best, nearest] = [i, distance];
    }
    this.picked(best < 0 ? null : this.rows[best]);
  }

  /** Draw the newest frame. */
  paint() {
    if (!this.scene || !this.dots) return;
    if (this.stale) this.prepare();
    this.compose();
  }

  prepare() {
    const { camera, dots, palette, scene } = this;
    camera.place(this.positions, this.left, this.top);
    const room = (camera.across * camera.down) / Math.max(this.n, 1);
    this.radius = Math.min(9, Math.max(1.6, 0.24 * Math.sqrt(room) * Math.sqrt(camera.zoom)));
    this.stamps = this.kind.entries.map((entry) => this.disc(entry));
    this.ringStamps = scene.communities.slice(0, MOST_COMMUNITIES).map((_, c) => this.ring(c));
    this.good = { thick: 1.3 * dots, color: packed(palette.good), on: 0, off: 0 };
    this.bad = { thick: 2.2 * dots, color: packed(palette.bad), on: 6 * dots, off: 4 * dots };
    this.paintTies();
    this.stale = false;
  }

  /** All ties, paler where there are many of them. */
  paintTies() {
    const { strong, palette, dots } = this;
    const crowd = Math.min(0.6, Math.max(0, strong.length / Math.max(this.n, 1) - 3) * 0.07);
    const pens = [palette.tie, palette.strong].map((color, s) => ({
      color: packed(mix(color, palette.page, crowd)), thick: (s ? 1 : 0.8) * dots, on: 0, off: 0,
    }));
    this.layer.fill(packed(palette.page));
    for (const one of [0, 1]) {
      for (let t = 0; t < strong.length; t += 1) if ((strong[t] ? 1 : 0) === one) this.tie(this.layer, t, pens[one]);
    }
  }

  tie(pixels, tie, { thick, color, on, off }) {
    const { left, top, ties, dots } = this;
    const from = ties[2 * tie];
    const to = ties[2 * tie + 1];
    pixels.line(left[from] * dots, top[from] * dots, left[to] * dots, top[to] * dots, thick, color, on, off);
  }

  disc({ color, hollow, form }) {
    const radius = this.radius * this.dots;
    return makeStamp(radius * (form ? 1.25 : 1) + 1, (context, middle) => {
      context.fillStyle = hollow ? this.palette.page : color;
      outline(context, form, middle, hollow ? radius * 0.72 : radius);
      context.fill();
      if (!hollow) return;
      context.strokeStyle = color;
      context.lineWidth = Math.max(0.8, radius * 0.24);
      context.stroke();
    });
  }

  ring(c) {
    const radius = (this.radius + 1.6 + 1.4 * (c % 3)) * this.dots;
    return makeStamp(radius + 1, (context, middle) => {
      context.strokeStyle = this.palette.members[c % this.palette.members.length];
      context.globalAlpha = 0.8;
      context.lineWidth = this.dots;
      if (c % 2) context.setLineDash([2.5 * this.dots, 1.5 * this.dots]);
      context.arc(middle, middle, radius, 0, 7);
      context.stroke();
    });
  }

  compose() {
    const frame = this.frames[this.side] ?? this.frames[0];
    this.pixels.copy(this.layer);
    if (frame && this.talks) this.paintTalk(frame);
    this.paintCustomers(frame);
    this.context.putImageData(this.pixels.image, 0, 0);
    if (this.chosen >= 0) this.paintChosen(this.context);
  }

  /** Who differs between two runs would be lost behind the talk of one of them. */
  get talks() {
    return this.coloring !== "changed";
  }

  /** Good news: thin and whole. Bad news above it: thick and broken. */
  paintTalk({ lit }) {
    for (const bad of [false, true]) {
      const pen = bad ? this.bad : { ...this.good, thick: this.good.thick * Math.max(0.6, 1 - lit.length / 2500) };
      for (let i = 0; i < lit.length; i += 1) {
        if (lit[i] >= BAD === bad) this.tie(this.pixels, lit[i] & 0x7fffffff, pen);
      }
    }
  }

  paintCustomers(frame) {
    const { left, top, dots, stamps, kind, ringStamps, pixels } = this;
    const plane = this.planeOf(frame, kind.plane);
    const members = this.rings && ringStamps.length ? frame?.membership : null;
    for (let i = 0; i < this.n; i += 1) {
      const x = Math.round(left[i] * dots);
      const y = Math.round(top[i] * dots);
      if (members && members[i]) this.stampRings(members[i], x, y);
      pixels.stamp(stamps[plane ? kind.lookup[plane[i]] : 0], x, y);
    }
  }

  stampRings(member, x, y) {
    for (let c = 0; c < this.ringStamps.length; c += 1) {
      if ((member >> c) & 1) this.pixels.stamp(this.ringStamps[c], x, y);
    }
  }

  planeOf(frame, name) {
    if (name === "segment") return this.segment;
    if (name !== "changed") return frame?.[name];
    const [main, baseline] = this.frames;
    if (!main || !baseline) return null;
    for (let i = 0; i < this.n; i += 1) this.changed[i] = main.brand[i] === baseline.brand[i] ? 0 : 1;
    return this.changed;
  }

  paintChosen(context) {
    context.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    const { left, top, chosen, friends, radius } = this;
    context.strokeStyle = this.palette.ink;
    context.lineWidth = 1.2;
    context.beginPath();
    for (const friend of friends) {
      context.moveTo(left[chosen], top[chosen]);
      context.lineTo(left[friend], top[friend]);
      context.moveTo(left[friend] + radius + 2, top[friend]);
      context.arc(left[friend], top[friend], radius + 2, 0, 7);
    }
    context.stroke();
    context.lineWidth = 3;
    context.beginPath();
    context.arc(left[chosen], top[chosen], radius + 5, 0, 7);
    context.stroke();
  }
}
