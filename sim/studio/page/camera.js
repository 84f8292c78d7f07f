// Where a customer stands on the screen: pan by dragging, zoom by wheel, pinch or keys.

const NEAREST = 1;
const FARTHEST = 24;
const CLICK_SLIP = 5; // pixels a pointer may move and still have clicked

/** Turns the scene's 0..65535 square into pixels of the canvas. */
export class Camera {
  constructor() {
    this.zoom = 1;
    this.x = 0.5;
    this.y = 0.5;
    this.resize(1, 1, 0);
  }

  /** Fit the square into a canvas, with room for the firms above and below. */
  resize(width, height, room) {
    this.width = width;
    this.height = height;
    this.across = Math.max(width - 32, 10);
    this.down = Math.max(height - 2 * room, 10);
  }

  /** Pixels of all positions, rounded: sprites drawn between pixels would be blurred and slow. */
  place(positions, left, top) {
    const { zoom, x, y, width, height } = this;
    const across = (this.across * zoom) / 65535;
    const down = (this.down * zoom) / 65535;
    for (let i = 0; i < left.length; i += 1) {
      left[i] = Math.round(width / 2 + positions[2 * i] * across - x * 65535 * across);
      top[i] = Math.round(height / 2 + positions[2 * i + 1] * down - y * 65535 * down);
    }
  }

  pan(right, down) {
    this.x = inside(this.x - right / (this.across * this.zoom));
    this.y = inside(this.y - down / (this.down * this.zoom));
  }

  /** Zoom by a factor; what lies at (px, py) stays there. */
  zoomAt(factor, px, py) {
    const before = this.zoom;
    this.zoom = Math.min(FARTHEST, Math.max(NEAREST, before * factor));
    const moved = 1 / before - 1 / this.zoom;
    this.x = inside(this.x + ((px - this.width / 2) / this.across) * moved);
    this.y = inside(this.y + ((py - this.height / 2) / this.down) * moved);
    if (this.zoom === NEAREST) this.x = this.y = 0.5;
  }

  reset() {
    this.zoom = 1;
    this.x = this.y = 0.5;
  }
}

function inside(value) {
  return Math.min(1, Math.max(0, value));
}

/** Let pointers, wheel and keys move a camera; `moved()` after each move, `clicked(x, y)` otherwise. */
export function steer(canvas, camera, { moved, clicked }) {
  const pointers = new Map();
  let slipped = 0;

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    if (pointers.size === 1) slipped = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.offsetX, y: event.offsetY };
    slipped += Math.hypot(now.x - before.x, now.y - before.y);
    if (pointers.size === 2) pinch(camera, pointers, event.pointerId, now);
    else if (slipped > CLICK_SLIP) camera.pan(now.x - before.x, now.y - before.y);
    pointers.set(event.pointerId, now);
    if (slipped > CLICK_SLIP) moved();
  });
  const lifted = (event) => {
    const known = pointers.delete(event.pointerId);
    if (known && event.type === "pointerup" && slipped <= CLICK_SLIP && pointers.size === 0) {
      clicked(event.offsetX, event.offsetY);
    }
  };
  canvas.addEventListener("pointerup", lifted);
  canvas.addEventListener("pointercancel", lifted);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    camera.zoomAt(Math.exp(-event.deltaY * 0.0015), event.offsetX, event.offsetY);
    moved();
  }, { passive: false });
  canvas.addEventListener("dblclick", () => {
    camera.reset();
    moved();
  });
}

function pinch(camera, pointers, id, now) {
  const other = [...pointers.entries()].find(([key]) => key !== id)[1];
  const before = pointers.get(id);
  const spread = (a, b) => Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  camera.zoomAt(spread(now, other) / spread(before, other), (now.x + other.x) / 2, (now.y + other.y) / 2);
}
