// The replay of a call that is over: the recording, and the transcript in step with it.

const TRIES = 2;
const PAUSE_MS = 1500;

export class Replay {
  // `onCurrent` is told the line that is heard.
  constructor(id, lines, onCurrent) {
    this.ready = false;
    this._lines = lines;
    this._onCurrent = onCurrent;
    this._current = null;
    this._source = `/calls/${encodeURIComponent(id)}/recording`;
    this._audio = document.getElementById("replay");
    this._shown = false;
    this._tries = 0;
  }

  // The recording begins when the call is answered, a few milliseconds after the call itself.
  begin() {
    if (this._shown) return;
    this._shown = true;
    document.getElementById("replay-section").hidden = false;
    this._audio.addEventListener("timeupdate", () => this._mark());
    this._audio.addEventListener("seeked", () => this._mark());
    this._audio.addEventListener("loadedmetadata", () => this._enable());
    this._audio.addEventListener("error", () => this._missing());
    this._audio.src = this._source;
  }

  seek(ms) {
    if (!this.ready) return;
    this._audio.currentTime = Math.max(0, ms / 1000);
    this._audio.play();
  }

  _enable() {
    this.ready = true;
    for (const button of document.querySelectorAll("#transcript button")) button.disabled = false;
  }

  // The last second of a recording may still be on its way to the disk.
  _missing() {
    this._tries += 1;
    if (this._tries < TRIES) {
      setTimeout(() => (this._audio.src = this._source), PAUSE_MS);
      return;
    }
    this._audio.hidden = true;
    document.getElementById("no-recording").hidden = false;
  }

  // The latest line of each side that has begun by now; speech outlasts the notes after it.
  _mark() {
    const now = this._audio.currentTime * 1000;
    let current = null;
    for (const { item, ms } of this._lines.values()) {
      item.classList.remove("now");
      if (ms <= now && !item.classList.contains("note")) current = item;
    }
    current?.classList.add("now");
    if (current && current !== this._current) this._onCurrent(current);
    this._current = current;
  }
}
