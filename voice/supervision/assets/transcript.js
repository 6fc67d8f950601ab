// The transcript: a bubble for what was said, a line for what was done.

import {
  duration,
  element,
  fact,
  figure,
  labelled,
  languageName,
  named,
  share,
  taskName,
  word,
} from "./words.js";

const HIDDEN = "[hidden]";

export class Transcript {
  constructor(seek, canSeek) {
    this._list = document.getElementById("transcript");
    this._seek = seek;
    this._canSeek = canSeek;
    this.lines = new Map();
  }

  clear() {
    this._list.replaceChildren();
    this.lines.clear();
  }

  show(line) {
    let item = this.lines.get(line.number)?.item;
    if (!item) {
      item = element("li");
      this.lines.set(line.number, { item, ms: line.ms });
      this._list.append(item);
    }
    item.className = line.side;
    item.ariaBusy = line.kind === "partial"; // read out once the words are final
    item.dataset.number = line.number;
    item.replaceChildren(...(line.side === "note" ? this._note(line) : this._speech(line)));
  }

  _speech(line) {
    const head = element("span", "head");
    head.append(this._time(line.ms), element("strong", "", word(line.side)));
    if (line.turn != null) head.append(element("span", "", `${word("turn")} ${figure(line.turn)}`));
    if (line.confidence != null) {
      head.append(element("span", "", `${word("confidence")} ${share(line.confidence)}`));
    }
    if (line.language) head.append(element("span", "", languageName(line.language)));
    const nothing = line.side === "caller" ? "nothing_understood" : "nothing_heard";
    const none = line.kind === "partial" ? "…" : word(nothing);
    const stable = line.text.slice(0, line.text.length - line.tail.length);
    const words = element("span", "words", shown(stable) || (line.tail ? "" : none));
    if (line.tail) {
      const tail = element("span", "tail", shown(line.tail));
      tail.title = word("may_change");
      words.append(tail);
    }
    const parts = [head, words];
    if (line.interrupted) parts.push(element("span", "cut", ` — ${word("interrupted")}`));
    return parts;
  }

  _said(line) {
    if (line.kind.startsWith("tool")) return taskName(line.text);
    return line.kind.startsWith("language") ? languageName(line.text) : named("said", line.text);
  }

  _note(line) {
    const said = labelled(word(`note_${line.kind}`), this._said(line));
    const parts = [this._time(line.ms), element("span", "", ` ${said} `)];
    if (line.detail) parts.push(element("code", "", line.detail));
    for (const [name, value] of line.facts) parts.push(element("span", "fact", fact(name, value)), " ");
    return parts;
  }

  // A time that can be sought once there is something to replay.
  _time(ms) {
    const made = element("button", "time", duration(ms));
    made.type = "button";
    made.title = word("seek");
    made.disabled = !this._canSeek();
    made.addEventListener("click", () => this._seek(ms));
    return made;
  }
}

function shown(text) {
  return text.replaceAll(HIDDEN, word("hidden"));
}
