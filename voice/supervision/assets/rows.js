// The rows of the board's tables: what running and past calls have in common.

import { duration, element, labelled, milliseconds, moment, setText, taskName, troubles, word } from "./words.js";

const FIGURES = ["duration", "latency"];
const WORDS = ["last_words", "end"];

export function makeRow(call, columns) {
  const row = element("tr");
  row.dataset.call = call.id;
  for (const column of columns) {
    const made = element("td");
    made.dataset.column = column;
    made.dataset.label = labelled(word(column), "");
    if (FIGURES.includes(column)) made.className = "figure";
    if (WORDS.includes(column)) made.className = "words";
    row.append(made);
  }
  const link = element("a", "", call.number || word("unknown_number"));
  link.href = `/calls/${encodeURIComponent(call.id)}`;
  row.firstChild.append(link, element("span", "troubles"));
  return row;
}

export function fillRow(row, call) {
  cell(row, "began", moment(call.began));
  cell(row, "task", taskName(call.task));
  cell(row, "latency", call.latency_ms == null ? "" : milliseconds(call.latency_ms));
  if (call.duration_ms != null) cell(row, "duration", duration(call.duration_ms));
  row.querySelector(".troubles").replaceChildren(...troubles(call.trouble));
}

export function cell(row, column, text) {
  setText(row.querySelector(`[data-column="${column}"]`), text);
}
