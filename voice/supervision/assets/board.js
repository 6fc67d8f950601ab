// The board: a row for each running call, kept in step with the service, and the totals.

import { follow } from "./live.js";
import { callEnded } from "./past.js";
import { cell, fillRow, makeRow } from "./rows.js";
import { duration, element, figure, labelled, milliseconds, setText, word } from "./words.js";

const COLUMNS = ["number", "began", "task", "state", "duration", "last_words", "latency"];
const body = document.querySelector("#running tbody");
const calls = new Map();
const rows = new Map();
let clockAhead = 0;

follow("", (changes, anew) => {
  clockAhead = Date.now() / 1000 - changes.now;
  const kept = new Set(changes.kept);
  for (const call of changes.calls) {
    if (call.state !== "ended") calls.set(call.id, call);
    else if (calls.delete(call.id) || !anew) callEnded();
  }
  for (const id of calls.keys()) if (!kept.has(id)) calls.delete(id);
  for (const [id, row] of rows) {
    if (calls.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  for (const call of changes.calls) if (calls.has(call.id)) show(call);
  for (const key of ["running", "trouble", "calls", "transferred"]) total(key, figure(changes.totals[key]));
  total("median", milliseconds(changes.totals.latency_median_ms));
  total("p95", milliseconds(changes.totals.latency_p95_ms));
  document.getElementById("running").hidden = !calls.size;
  document.getElementById("no-running").hidden = Boolean(calls.size);
});

setInterval(() => calls.forEach(showDuration), 1000);

function total(key, text) {
  setText(document.querySelector(`[data-total="${key}"]`), text);
}

function show(call) {
  let row = rows.get(call.id);
  if (!row) {
    row = makeRow(call, COLUMNS);
    rows.set(call.id, row);
    place(row, call);
  }
  fillRow(row, call);
  const state = row.querySelector('[data-column="state"]');
  if (!state.firstChild) state.append(element("span", "chip"));
  state.firstChild.dataset.state = call.state;
  setText(state.firstChild, word(`state_${call.state}`));
  cell(row, "last_words", call.last_words && labelled(word(call.last_side), call.last_words));
  showDuration(call);
}

// The newest call stands first.
function place(row, call) {
  row.dataset.began = call.began;
  const next = [...body.children].find((other) => Number(other.dataset.began) < call.began);
  body.insertBefore(row, next ?? null);
}

function showDuration(call) {
  const ms = (Date.now() / 1000 - clockAhead - call.began) * 1000;
  cell(rows.get(call.id), "duration", duration(ms));
}
