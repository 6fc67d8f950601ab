// The words of this page's language, and how figures are written in it.

const words = JSON.parse(document.getElementById("wording").textContent);
const language = document.documentElement.lang;
const figures = new Intl.NumberFormat(language);
const amounts = new Intl.NumberFormat(language, { minimumFractionDigits: 2 });
const shares = new Intl.NumberFormat(language, { style: "percent" });
const days = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const moments = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

export const word = (key) => words[key] ?? key;

// A word for something that the service names; what has none is shown as it is.
export const named = (kind, name) => words[`${kind}_${name}`] ?? name;

export const taskName = (task) => words[`task_${task}`] ?? task.replaceAll("_", " ");

// What a tool was asked with, or answered, as a person would write it.
export function fact(name, value) {
  const label = words[`fact_${name}`] ?? name.replaceAll("_", " ");
  return labelled(label, name === "status" ? status(value) : readable(value));
}

const status = (value) => words[`status_${value}`] ?? String(value).replaceAll("_", " ");

function readable(value) {
  if (typeof value === "boolean") return word(value ? "yes" : "no");
  if (value == null || typeof value === "number") return figure(value);
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return days.format(new Date(value));
  if (/^-?\d+\.\d\d$/.test(value)) return amounts.format(value);
  return value;
}

const languages = new Intl.DisplayNames([language], { type: "language" });

export const languageName = (tag) => languages.of(tag);

export const labelled = (label, text) => word("labelled").replace("{label}", label).replace("{text}", text);

export const milliseconds = (ms) => (ms == null ? "–" : `${figures.format(Math.round(ms))}\u202fms`);

export const figure = (value) => (value == null ? "–" : figures.format(value));

export const share = (value) => (value == null ? "–" : shares.format(value));

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const moment = (wall) => moments.format(new Date(wall * 1000));

// An element with text, never with markup: what callers say stays text.
export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text != null) made.textContent = text;
  return made;
}

// Changes the text only where it differs, so that a selection or a screen reader is left alone.
export function setText(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

// What went wrong for the caller, a chip for each kind.
export function troubles(trouble) {
  return Object.entries(trouble).map(([kind, count]) =>
    element("span", "chip trouble", word(`trouble_${kind}`) + (count > 1 ? ` ×\u202f${figure(count)}` : "")),
  );
}
