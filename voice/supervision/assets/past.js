// Past calls: searched and paged by the service; what is looked for stands in the page's address.

import { cell, fillRow, makeRow } from "./rows.js";
import { figure, named, setText, word } from "./words.js";

const COLUMNS = ["number", "began", "task", "end", "duration", "latency", "call_id"];
const FIELDS = ["text", "date", "task", "end"];
const REST_MS = 300;
const UNREAD_MS = 2000;
const form = document.getElementById("search");
const table = document.getElementById("past");
let page = 1;
let asked = 0;
let timer = null;

// A call has ended: it belongs into the list, unless one looks at older ones.
export function callEnded() {
  if (page === 1) soon(REST_MS);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  turnTo(1);
});
form.addEventListener("reset", () => setTimeout(() => turnTo(1)));
document.getElementById("newer").addEventListener("click", () => turnTo(page - 1));
document.getElementById("older").addEventListener("click", () => turnTo(page + 1));
addEventListener("popstate", readAddress);
readAddress();

function readAddress() {
  const query = new URLSearchParams(location.search);
  for (const field of FIELDS) form.elements[field].value = query.get(field) ?? "";
  page = Number(query.get("page")) || 1;
  load();
}

function turnTo(wanted) {
  page = wanted;
  const query = new URLSearchParams();
  for (const field of FIELDS) if (form.elements[field].value) query.set(field, form.elements[field].value);
  if (page > 1) query.set("page", page);
  history.pushState(null, "", query.size ? `/?${query}` : "/");
  load();
}

function soon(ms) {
  clearTimeout(timer);
  timer = setTimeout(load, ms);
}

async function load() {
  clearTimeout(timer);
  asked += 1;
  const own = asked;
  const answer = await fetch(`/past?${question()}`).catch(() => null);
  if (own !== asked) return;
  if (answer?.status === 401) location.assign("/sign-in");
  if (!answer?.ok) return soon(UNREAD_MS);
  show(await answer.json());
}

function question() {
  const { text, date, task, end } = form.elements;
  const query = new URLSearchParams({ text: text.value, task: task.value, end: end.value, page });
  if (date.value) {
    const [year, month, day] = date.value.split("-").map(Number);
    const midnight = (days) => Math.floor(new Date(year, month - 1, day + days) / 1000);
    query.set("after", midnight(0));
    query.set("before", midnight(1));
  }
  return query;
}

function show(told) {
  page = told.page;
  const focused = document.activeElement?.closest("#past a")?.getAttribute("href");
  table.tBodies[0].replaceChildren(
    ...told.calls.map((call) => {
      const row = makeRow(call, COLUMNS);
      fillRow(row, call);
      cell(row, "end", named("end", call.end));
      cell(row, "call_id", call.id);
      return row;
    }),
  );
  if (focused) table.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  table.hidden = !told.calls.length;
  const searched = FIELDS.some((field) => form.elements[field].value);
  const counted = told.found === 1 ? word("one_call") : word("calls_found").replace("{count}", figure(told.found));
  const none = word(searched ? "nothing_found" : "no_past_calls");
  const unread = told.unread ? ` ${word("still_reading").replace("{count}", figure(told.unread))}` : "";
  setText(document.getElementById("found"), (told.found ? counted : none) + unread);
  document.getElementById("pager").hidden = told.pages < 2;
  document.getElementById("newer").disabled = page <= 1;
  document.getElementById("older").disabled = page >= told.pages;
  const place = word("page_of").replace("{page}", figure(page)).replace("{pages}", figure(told.pages));
  setText(document.getElementById("page"), place);
  if (told.unread) soon(UNREAD_MS);
}
