// The jitter buffer of a listener, on the audio thread: bounded, and silent when it runs empty.

const START_MS = 80;
const MOST_MS = 320;
const TELL_EVERY_MS = 250;

class Playout extends AudioWorkletProcessor {
  constructor() {
    super();
    this._pieces = [];
    this._used = 0;
    this._frames = 0;
    this._playing = false;
    this._dropped = 0;
    this._told = 0;
    this.port.onmessage = ({ data }) => this._take(new Int16Array(data));
  }

  _take(piece) {
    this._pieces.push(piece);
    this._frames += piece.length / 2;
    // What is too old goes at once, down to where playing begins: a listener stays close to the call.
    if (this._ms() <= MOST_MS) return;
    while (this._ms() > START_MS && this._pieces.length > 1) {
      const first = this._pieces.shift();
      this._frames -= first.length / 2 - this._used;
      this._used = 0;
      this._dropped += 1;
    }
  }

  process(_inputs, [[left, right]]) {
    if (!this._playing && this._ms() >= START_MS) this._playing = true;
    if (this._playing) {
      for (let frame = 0; frame < left.length; frame += 1) {
        const piece = this._pieces[0];
        if (!piece) {
          this._playing = false;
          break;
        }
        left[frame] = piece[2 * this._used] / 32768;
        right[frame] = piece[2 * this._used + 1] / 32768;
        this._used += 1;
        this._frames -= 1;
        if (2 * this._used >= piece.length) {
          this._pieces.shift();
          this._used = 0;
        }
      }
    }
    this._told += (left.length * 1000) / sampleRate;
    if (this._told >= TELL_EVERY_MS) {
      this._told = 0;
      this.port.postMessage({ bufferedMs: Math.round(this._ms()), dropped: this._dropped });
    }
    return true;
  }

  _ms() {
    return (this._frames * 1000) / sampleRate;
  }
}

registerProcessor("playout", Playout);
