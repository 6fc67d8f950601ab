// Keeps the latest line of a scrolling box in view, until one scrolls away to read.

const NEAR_PX = 40;

export class Following {
  constructor(box, button) {
    this._box = box;
    this._button = button;
    this._on = true;
    this._item = null;
    this._begun = false;
    box.addEventListener("scroll", () => this._set(Math.abs(box.scrollTop - this._wanted()) < NEAR_PX));
    button.addEventListener("click", () => this.resume());
  }

  // The box has changed; `item` is the line to be seen, else the last one.
  show(item = null) {
    this._begun = true;
    this._item = item;
    if (this._on) this._box.scrollTop = this._wanted();
  }

  resume() {
    this._set(true);
    this._box.scrollTop = this._wanted();
  }

  _set(on) {
    this._on = on || !this._begun;
    this._button.hidden = this._on;
  }

  _wanted() {
    const lowest = this._box.scrollHeight - this._box.clientHeight;
    if (!this._item) return lowest;
    const third = this._item.offsetTop - this._box.clientHeight / 3;
    return Math.min(lowest, Math.max(0, third));
  }
}
