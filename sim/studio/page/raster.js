// Pixels by hand. Software-rendered browsers take 50 ms for a thousand slanted, dashed lines and two
// thousand discs; written straight into a typed array and put on the canvas at once they take a few.
// A color is 0xBBGGRR, as a little-endian canvas keeps it.

const OPAQUE = 0xff000000;

/** "#rrggbb" as the canvas keeps it. */
export function packed(color) {
  const value = Number.parseInt(color.slice(1), 16);
  return ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16);
}

/** A picture in memory. */
export class Pixels {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    this.cells = new Uint32Array(this.image.data.buffer);
  }

  fill(color) {
    this.cells.fill((OPAQUE | color) >>> 0);
  }

  /** Begin from another picture of the same size. */
  copy(other) {
    this.cells.set(other.cells);
  }

  /** Lay a color over one pixel; `part` of 256. */
  blend(cell, color, part) {
    const { cells } = this;
    const under = cells[cell];
    const rest = 256 - part;
    const redBlue = ((Math.imul(under & 0xff00ff, rest) + Math.imul(color & 0xff00ff, part)) >>> 8) & 0xff00ff;
    const green = ((Math.imul(under & 0xff00, rest) + Math.imul(color & 0xff00, part)) >>> 8) & 0xff00;
    cells[cell] = (OPAQUE | redBlue | green) >>> 0;
  }

  /**
   * A straight line with smooth edges. It is walked along its longer axis; at each step a short run
   * across is covered, its ends in part. `on` and `off` are the lengths of dashes and gaps, in pixels.
   */
  line(x0, y0, x1, y1, thick, color, on = 0, off = 0) {
    const steep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
    if (steep) this.walk(y0, x0, y1, x1, thick, color, on, off, this.height, this.width, this.width, 1);
    else this.walk(x0, y0, x1, y1, thick, color, on, off, this.width, this.height, 1, this.width);
  }

  walk(a0, b0, a1, b1, thick, color, on, off, aEnd, bEnd, aStep, bStep) {
    if (a1 < a0) [a0, b0, a1, b1] = [a1, b1, a0, b0];
    const slope = a1 > a0 ? (b1 - b0) / (a1 - a0) : 0;
    const stretch = Math.sqrt(1 + slope * slope);
    const half = (thick * stretch) / 2;
    const period = (on + off) / stretch;
    const drawn = on / stretch;
    const last = Math.min(Math.round(a1), aEnd - 1);
    for (let a = Math.max(0, Math.round(a0)); a <= last; a += 1) {
      if (period > 0 && (a - a0) % period > drawn) continue;
      const middle = b0 + (a - a0) * slope + 0.5;
      const low = middle - half;
      const high = middle + half;
      const top = Math.min(bEnd - 1, Math.floor(high));
      for (let b = Math.max(0, Math.floor(low)); b <= top; b += 1) {
        const covered = Math.min(high, b + 1) - Math.max(low, b);
        if (covered > 0) this.blend(a * aStep + b * bStep, color, (covered * 256) | 0);
      }
    }
  }

  /** Lay a stamp with its middle on a pixel. */
  stamp({ size, middle, cells: colors, parts }, x, y) {
    const { width, height, cells } = this;
    const left = x - middle;
    const top = y - middle;
    if (left >= width || top >= height || left + size <= 0 || top + size <= 0) return;
    const inside = left >= 0 && left + size <= width;
    for (let row = 0; row < size; row += 1) {
      const at = top + row;
      if (at < 0 || at >= height) continue;
      for (let column = 0; column < size; column += 1) {
        const part = parts[row * size + column];
        if (part === 0 || (!inside && (left + column < 0 || left + column >= width))) continue;
        const cell = at * width + left + column;
        if (part === 256) cells[cell] = (OPAQUE | colors[row * size + column]) >>> 0;
        else this.blend(cell, colors[row * size + column], part);
      }
    }
  }
}

/** A small picture drawn once and laid down often; `draw(context, middle)` in pixels of the canvas. */
export function makeStamp(radius, draw) {
  const middle = Math.ceil(radius);
  const size = 2 * middle + 1;
  const context = new OffscreenCanvas(size, size).getContext("2d", { willReadFrequently: true });
  context.beginPath();
  draw(context, middle + 0.5);
  const { data } = context.getImageData(0, 0, size, size);
  const given = new Uint32Array(data.buffer);
  return {
    size, middle,
    cells: given.map((cell) => cell & 0xffffff),
    parts: Uint16Array.from(given, (cell) => Math.round((cell >>> 24) * (256 / 255))),
  };
}

/** Corners of a square, triangle or diamond around 0, of about the area of a disc of radius 1. */
export function cornersOf(form) {
  if (form === 1) return [[-0.89, -0.89], [0.89, -0.89], [0.89, 0.89], [-0.89, 0.89]];
  return form === 2 ? [[0, -1.2], [1.2, 0.9], [-1.2, 0.9]] : [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]];
}

/** Lay the outline of a mark around a point: a disc, or what has corners. */
export function outline(context, form, middle, radius) {
  if (!form) {
    context.arc(middle, middle, radius, 0, 7);
    return;
  }
  cornersOf(form).forEach(([x, y], i) => context[i ? "lineTo" : "moveTo"](middle + x * radius, middle + y * radius));
  context.closePath();
}
