// The page of one call: its transcript, its turns, its health; live, and replayed when it is over.

import { follow } from "./live.js";
import { offerListening } from "./listen.js";
import { Replay } from "./replay.js";
import { showTurn } from "./turns.js";
import { duration, element, figure, milliseconds, setText, word } from "./words.js";

const id = document.getElementById("summary").dataset.call;
const transcript = document.getElementById("transcript");
const lines = new Map();
const replay = new Replay(id, lines);
let clockAhead = 0;
let call = null;
let stopListening = () => {};

follow(id, (changes, anew) => {
  clockAhead = Date.now() / 1000 - changes.now;
  if (anew) {
    transcript.replaceChildren();
    document.getElementById("turns").replaceChildren();
    lines.clear();
  }
  showSummary(changes.call);
  const atEnd = isAtEnd();
  for (const line of changes.lines) showLine(line);
  if (atEnd && changes.lines.length && call.state !== "ended") scrollToEnd();
  for (const turn of changes.turns) showTurn(turn, (ms) => replay.seek(ms));
  showHealth(changes.health);
});

setInterval(showDuration, 1000);

function showSummary(summary) {
  const first = call === null;
  const wasRunning = !first && call.state !== "ended";
  call = summary;
  const running = call.state !== "ended";
  text("number", call.number || word("unknown_number"));
  text("state", word(`state_${call.state}`) + (call.end ? ` (${call.end})` : ""));
  text("task", call.task || "–");
  text("latency", milliseconds(call.latency_ms));
  showDuration();
  if (first && running) stopListening = offerListening(id);
  if (wasRunning && !running) stopListening();
  if (first) document.getElementById("listen-section").hidden = !running;
  if (!running) replay.begin();
}

function showDuration() {
  if (!call || (call.state === "ended" && call.duration_ms == null)) return;
  const now = Date.now() / 1000 - clockAhead;
  text("duration", duration(call.duration_ms ?? (now - call.began) * 1000));
}

function showLine(line) {
  let item = lines.get(line.number)?.item;
  if (!item) {
    item = element("li");
    lines.set(line.number, { item, ms: line.ms });
    transcript.append(item);
  }
  item.className = `${line.side} ${line.kind === "partial" ? "partial" : ""}`;
  item.dataset.number = line.number;
  item.replaceChildren(...(line.side === "note" ? note(line) : speech(line)));
}

function speech(line) {
  const head = element("span", "head");
  head.append(time(line.ms), element("strong", "", word(line.side)));
  if (line.confidence != null) {
    head.append(element("span", "", `${word("confidence")} ${figure(Math.round(line.confidence * 100))} %`));
  }
  const parts = [head, element("span", "words", line.text || word("nothing_understood"))];
  if (line.interrupted) parts.push(element("span", "cut", ` — ${word("interrupted")}`));
  return parts;
}

function note(line) {
  const parts = [time(line.ms), element("span", "", ` ${word(`note_${line.kind}`)}: ${line.text} `)];
  if (line.detail) parts.push(element("code", "", line.detail));
  return parts;
}

// A time that can be sought once there is something to replay.
function time(ms) {
  const made = element("button", "time", duration(ms));
  made.type = "button";
  made.title = word("seek");
  made.disabled = !replay.ready;
  made.addEventListener("click", () => replay.seek(ms));
  return made;
}

function showHealth(health) {
  const set = (key, value) => setText(document.querySelector(`[data-health="${key}"]`), value);
  set("reprompts", figure(health.reprompts));
  set("mean_confidence", figure(health.mean_confidence));
  set("confidence", figure(health.confidence));
  const { received, lost, late } = health;
  set("packets", `${figure(received)} (${figure(lost)} ${word("lost")}, ${figure(late)} ${word("late")})`);
}

function text(name, value) {
  setText(document.getElementById(name), value);
}

function isAtEnd() {
  const page = document.documentElement;
  return page.scrollHeight - page.scrollTop - page.clientHeight < 80;
}

function scrollToEnd() {
  document.documentElement.scrollTop = document.documentElement.scrollHeight;
}
