// The words of this page's language, and how figures are written in it.

const words = JSON.parse(document.getElementById("wording").textContent);
const language = document.documentElement.lang;
const figures = new Intl.NumberFormat(language);

export const word = (key) => words[key] ?? key;

export const milliseconds = (ms) => (ms == null ? "–" : `${figures.format(Math.round(ms))} ms`);

export const figure = (value) => (value == null ? "–" : figures.format(value));

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const clock = (wall) =>
  new Date(wall * 1000).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

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
