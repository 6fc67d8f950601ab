// The page of one call: its transcript, its turns, its health; live, and replayed when it is over.

import { Following } from "./following.js";
import { offerListening } from "./listen.js";
import { follow } from "./live.js";
import { Replay } from "./replay.js";
import { Transcript } from "./transcript.js";
import { showTurn } from "./turns.js";
import { duration, figure, milliseconds, moment, named, setText, share, taskName, troubles, word } from "./words.js";

const id = document.getElementById("summary").dataset.call;
const following = new Following(document.getElementById("talk"), document.getElementById("follow"));
const transcript = new Transcript((ms) => replay.seek(ms), () => replay.ready);
const replay = new Replay(id, transcript.lines, (item) => following.show(item));
let clockAhead = 0;
let call = null;
let stopListening = () => {};

follow(id, (changes, anew) => {
  clockAhead = Date.now() / 1000 - changes.now;
  if (anew) {
    transcript.clear();
    document.getElementById("turns").replaceChildren();
  }
  showSummary(changes.call);
  for (const line of changes.lines) transcript.show(line);
  if (call.state !== "ended") following.show();
  for (const turn of changes.turns) showTurn(turn, (ms) => replay.seek(ms));
  showHealth(changes.health);
});

setInterval(showDuration, 1000);
document.getElementById("replay").addEventListener("seeking", () => following.resume());

function showSummary(summary) {
  const first = call === null;
  const wasRunning = !first && call.state !== "ended";
  call = summary;
  const running = call.state !== "ended";
  text("number", call.number || word("unknown_number"));
  text("state", word(`state_${call.state}`));
  document.getElementById("state").dataset.state = call.state;
  document.getElementById("trouble").replaceChildren(...troubles(call.trouble));
  text("began", moment(call.began));
  text("task", call.task ? taskName(call.task) : "–");
  text("end", running ? "–" : named("end", call.end));
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

function showHealth(health) {
  const set = (key, value) => setText(document.querySelector(`[data-health="${key}"]`), value);
  set("reprompts", figure(health.reprompts));
  set("mean_confidence", share(health.mean_confidence));
  set("confidence", share(health.confidence));
  const { received, lost, late } = health;
  set("packets", `${figure(received)} (${figure(lost)} ${word("lost")}, ${figure(late)} ${word("late")})`);
}

function text(name, value) {
  setText(document.getElementById(name), value);
}
