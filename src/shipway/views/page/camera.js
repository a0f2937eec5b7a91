// The part of the graph that is looked at: dragging, the wheel, and buttons or keys for both.

import { scale } from "./layout.js";

const CLOSEST = 2.5;
const SLIGHT = 4;
const READABLE = 0.55;
const FAR = 0.2;

/** What is seen; `isFitted` until somebody moves it, zooms it or folds a part of it. */
export class Camera {
  /**
   * @param stage the SVG element
   * @param scene the group in it that moves
   */
  constructor(stage, scene) {
    Object.assign(this, { stage, scene, x: 0, y: 0, scale: 1, isFitted: false, wasMoved: false });
    this.pointers = new Map();
    stage.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.#grab(event));
    stage.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => this.#release(event));
    }
  }

  /** Show the whole; or the surroundings of `first`, where there is one and all were too small. */
  fit(size, first = null) {
    const { width, height } = this.stage.getBoundingClientRect();
    const whole = Math.min(scale(size, { width, height }), 1.1);
    const isSmall = first && whole < READABLE;
    this.scale = isSmall ? 0.8 : whole;
    const point = isSmall ? first : { x: size.width / 2, y: size.height / 2 };
    const at = { x: width / 2, y: height / 2 };
    if (isSmall && size.isDown) at.y = 96;
    else if (isSmall) at.x = 160;
    this.x = at.x - point.x * this.scale;
    this.y = at.y - point.y * this.scale;
    this.#apply();
    this.isFitted = true;
  }

  /** Zoom by a factor, around a point of the stage, or around its middle. */
  zoom(factor, at = null) {
    const { width, height } = this.stage.getBoundingClientRect();
    const point = at ?? { x: width / 2, y: height / 2 };
    const scale = Math.min(Math.max(this.scale * factor, 0.02), CLOSEST);
    this.x = point.x - ((point.x - this.x) * scale) / this.scale;
    this.y = point.y - ((point.y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.isFitted = false;
    this.#apply();
  }

  /** Put a box that cannot be seen into the middle, or one that cannot be read; else move nothing. */
  show(box, { toRead = true } = {}) {
    const { width, height } = this.stage.getBoundingClientRect();
    const half = { x: (box.width * this.scale) / 2 + 16, y: (box.height * this.scale) / 2 + 16 };
    const at = { x: this.x + box.x * this.scale, y: this.y + box.y * this.scale };
    const isWithin = at.x > half.x && at.x < width - half.x;
    const isSeen = isWithin && at.y > half.y && at.y < height - half.y;
    const isSmall = toRead && this.scale < READABLE;
    if (isSeen && !isSmall) return;
    if (isSmall) this.scale = 0.9;
    this.x = width / 2 - box.x * this.scale;
    this.y = height / 2 - box.y * this.scale;
    this.#apply();
  }

  /** Put the middle of a box where it was before the graph was laid out anew. */
  keep(box, before) {
    this.x += (before.x - box.x) * this.scale;
    this.y += (before.y - box.y) * this.scale;
    this.isFitted = false;
    this.#apply();
  }

  #apply() {
    this.scene.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
    // Where no text can be read any more, boxes must still be seen.
    this.stage.classList.toggle("far", this.scale < FAR);
  }

  #wheel(event) {
    event.preventDefault();
    const box = this.stage.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0015), at);
  }

  #grab(event) {
    if (event.button !== 0 || event.target.closest(".box, .group-name")) return;
    if (!this.pointers.size) this.wasMoved = false;
    this.pointers.set(event.pointerId, placeOf(event));
    this.stage.classList.add("grabbed");
    this.stage.setPointerCapture(event.pointerId);
  }

  /** One pointer moves the graph; two fingers zoom it, too. */
  #drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = placeOf(event);
    // What trembles a little is still a click.
    if (!this.wasMoved && Math.hypot(now.x - before.x, now.y - before.y) < SLIGHT) return;
    this.wasMoved = true;
    this.pointers.set(event.pointerId, now);
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId);
    if (other) this.#pinch(other[1], before, now);
    else this.#moveBy(now.x - before.x, now.y - before.y);
  }

  #pinch(fixed, before, now) {
    const far = (point) => Math.max(Math.hypot(point.x - fixed.x, point.y - fixed.y), 1);
    const { left, top } = this.stage.getBoundingClientRect();
    this.zoom(far(now) / far(before), { x: fixed.x - left, y: fixed.y - top });
  }

  #moveBy(x, y) {
    this.x += x;
    this.y += y;
    this.isFitted = false;
    this.#apply();
  }

  #release(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.stage.classList.remove("grabbed");
  }
}

function placeOf(event) {
  return { x: event.clientX, y: event.clientY };
}
