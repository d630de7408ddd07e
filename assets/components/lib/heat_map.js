// Attention as a table of cells: target rows × source columns, colours always from 0 to 1. Nodes stay
// where they are and only what differs is touched, so that it may change many times a second.

import { el } from "./dom.js";
import { formatWeight } from "./text.js";

const MOST_NUMBERED = 12; // up to 12 × 12 cells carry their number
const STRONG = { true: 0.62, false: 0.85 }; // dark theme, light theme: from here on the number changes its ink
const UPRIGHT_FROM = 3.4; // em of a name from which all stand upright
const MOST_NAMED = 30; // more rows or columns than this are too thin for names

/** attention: one row of weights per target token; meanings: of these tokens, where they are known;
 *  causal: what stands to the right of the diagonal cannot be looked at; label: the same in words. */
export function drawHeatMap(matrix, { source, target, meanings = [], attention, causal = false, label }, dark) {
  const key = JSON.stringify([source, target, causal, dark]);
  if (matrix.names !== key) drawNames(matrix, source, target, meanings, causal);
  matrix.names = key;
  matrix.setAttribute("aria-label", label);

  const numbers = target.length <= MOST_NUMBERED && source.length <= MOST_NUMBERED;
  const cells = matrix.cells;
  for (let row = 0; row < target.length; row++)
    for (let column = 0; column < source.length; column++)
      tintCell(cells[row * source.length + column], attention[row]?.[column] ?? 0, numbers, STRONG[dark]);
}

/** About how wide a token is: a Chinese character takes one em, a letter half of one. */
const estimateWidth = (token) => [...token].reduce((sum, character) => sum + (character > "\u2e80" ? 1 : 0.55), 0);

/** The names and the empty cells; again only when the sentence itself is another one. */
function drawNames(matrix, source, target, meanings, causal) {
  const createHead = (kind, title, ...parts) => {
    const node = el("span", kind, ...parts);
    node.title = title;
    return node;
  };
  const createColumn = ({ token, pinyin, gloss }) =>
    createHead("column", [token, pinyin, gloss].filter(Boolean).join(" · "), token, el("small", "", gloss));
  const createRow = (word, i) =>
    createHead("row", [word, meanings[i]].filter(Boolean).join(" · "), word, el("small", "", meanings[i] ?? ""));
  const createCell = (word, i, j) => {
    const node = el("span", causal && j > i ? "cell absent" : "cell");
    node.dataset.testid = "live-cell";
    node.title = `${word} · ${source[j].token}`;
    return node;
  };
  matrix.replaceChildren(el("span"),
    ...source.map(createColumn),
    ...target.flatMap((word, i) => [createRow(word, i), ...source.map((_, j) => createCell(word, i, j))]));
  matrix.cells = [...matrix.querySelectorAll(".cell")];
  matrix.style.setProperty("--columns", source.length);
  matrix.style.setProperty("--rows", target.length);
  matrix.dataset.many = target.length > MOST_NUMBERED || source.length > MOST_NUMBERED;
  matrix.dataset.upright = source.length > MOST_NUMBERED || Math.max(...source.map(({ token }) => estimateWidth(token))) > UPRIGHT_FROM;
  matrix.dataset.thin = [source.length > MOST_NAMED && "columns", target.length > MOST_NAMED && "rows"].filter(Boolean).join(" ");
}

function tintCell(cell, weight, numbers, strong) {
  const rounded = weight.toFixed(2); // finer than this no eye can tell
  if (cell.weight === rounded) return;
  cell.weight = rounded;
  cell.style.setProperty("--weight", rounded);
  if (numbers) cell.textContent = formatWeight(weight);
  cell.dataset.strong = weight >= strong;
}
