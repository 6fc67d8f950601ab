// A turn's waterfall: one bar, a piece for each stage that the caller waited for.

import { element, figure, milliseconds, word } from "./words.js";

const STAGES = ["end_of_turn", "recognition", "response", "synthesis", "output"];
const SVG = "http://www.w3.org/2000/svg";
const SHOWN_MS = 2000;

export function showTurn(turn, seek) {
  const list = document.getElementById("turns");
  const row = element("li");
  const button = element("button", "time turn", `${word("turn")} ${figure(turn.turn)}`);
  button.type = "button";
  button.title = word("seek");
  button.addEventListener("click", () => seek(turn.speech_end_ms - 2000));
  row.append(button, bar(turn), element("span", "figure", milliseconds(turn.total_ms)));
  list.append(row);
}

function bar(turn) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${SHOWN_MS} 100`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const spoken = STAGES.map((stage) => `${word(`stage_${stage}`)} ${milliseconds(turn[`${stage}_ms`])}`);
  svg.setAttribute("aria-label", spoken.join(", "));
  let left = 0;
  for (const stage of STAGES) {
    const piece = document.createElementNS(SVG, "rect");
    const width = Math.min(turn[`${stage}_ms`], SHOWN_MS - left);
    piece.setAttribute("class", stage);
    piece.setAttribute("x", left);
    piece.setAttribute("width", Math.max(0, width));
    piece.setAttribute("height", 100);
    svg.append(piece);
    left += width;
  }
  return svg;
}
