// The board: a row for each call, kept in step with the service.

import { follow } from "./live.js";
import { clock, duration, element, figure, milliseconds, setText, word } from "./words.js";

const tables = {
  running: document.querySelector("#running tbody"),
  past: document.querySelector("#past tbody"),
};
const calls = new Map();
const rows = new Map();
let clockAhead = 0;

follow("", (changes, anew) => {
  clockAhead = Date.now() / 1000 - changes.now;
  if (anew) calls.clear();
  for (const call of changes.calls) calls.set(call.id, call);
  const kept = new Set(changes.kept);
  for (const id of [...calls.keys()]) if (!kept.has(id)) calls.delete(id);
  for (const [id, row] of [...rows]) {
    if (calls.has(id)) continue;
    row.remove();
    rows.delete(id);
  }
  for (const call of changes.calls) if (calls.has(call.id)) show(call);
  total("running", figure(changes.totals.running));
  total("calls", figure(changes.totals.calls));
  total("transferred", figure(changes.totals.transferred));
  total("median", milliseconds(changes.totals.latency_median_ms));
  total("p95", milliseconds(changes.totals.latency_p95_ms));
  for (const [name, body] of Object.entries(tables)) {
    document.getElementById(name).hidden = !body.children.length;
    document.getElementById(`no-${name}`).hidden = Boolean(body.children.length);
  }
});

setInterval(() => {
  for (const call of calls.values()) if (call.duration_ms == null) showDuration(call);
}, 1000);

function total(key, text) {
  setText(document.querySelector(`[data-total="${key}"]`), text);
}

function show(call) {
  const over = call.state === "ended";
  const table = over ? "past" : "running";
  let row = rows.get(call.id);
  if (!row || row.dataset.table !== table) {
    row?.remove();
    row = makeRow(call, table);
    rows.set(call.id, row);
    place(row, call, tables[table]);
  }
  cell(row, "task", call.task);
  if (over) {
    cell(row, "began", clock(call.began));
    cell(row, "end", call.end);
  } else {
    cell(row, "state", word(`state_${call.state}`));
    cell(row, "last_words", call.last_words && `${word(call.last_side)}: ${call.last_words}`);
  }
  cell(row, "latency", call.latency_ms == null ? "" : milliseconds(call.latency_ms));
  showDuration(call);
}

// The newest call stands first.
function place(row, call, body) {
  row.dataset.began = call.began;
  const next = [...body.children].find((other) => Number(other.dataset.began) < call.began);
  body.insertBefore(row, next ?? null);
}

function makeRow(call, table) {
  const row = element("tr");
  row.dataset.table = table;
  row.dataset.call = call.id;
  const columns =
    table === "past"
      ? ["number", "task", "began", "duration", "end", "latency"]
      : ["number", "task", "state", "duration", "last_words", "latency"];
  for (const column of columns) {
    const made = element("td");
    made.dataset.column = column;
    made.dataset.label = word(column);
    if (column === "duration" || column === "latency") made.className = "figure";
    if (column === "last_words" || column === "end") made.className = "words";
    row.append(made);
  }
  const link = element("a", "", call.number || word("unknown_number"));
  link.href = `/calls/${encodeURIComponent(call.id)}`;
  row.firstChild.append(link);
  return row;
}

function cell(row, column, text) {
  setText(row.querySelector(`[data-column="${column}"]`), text);
}

function showDuration(call) {
  const ms = call.duration_ms ?? (Date.now() / 1000 - clockAhead - call.began) * 1000;
  const row = rows.get(call.id);
  if (row && !(call.state === "ended" && call.duration_ms == null)) cell(row, "duration", duration(ms));
}
