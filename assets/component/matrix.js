// Attention as a table of cells: target rows × source columns, colours always from 0 to 1. Nodes stay
// where they are and only what differs is touched, so that it may change many times a second.

const NUMBERS = 12; // up to 12 × 12 cells carry their number
const SHOWN = 0.05; // a smaller weight stays without one
const STRONG = { true: 0.62, false: 0.85 }; // dark theme, light theme: from here on the number changes its ink
const WIDE = 3.4; // em of a name from which all stand upright
const NAMES = 30; // more rows or columns than this are too thin for names

/** attention: one row of weights per target token; meanings: of these tokens, where they are known;
 *  causal: what stands to the right of the diagonal cannot be looked at; looked: the same in words. */
function fill(matrix, { source, target, meanings = [], attention, causal = false, looked }, dark) {
  const key = JSON.stringify([source, target, causal, dark]);
  if (matrix.names !== key) frame(matrix, source, target, meanings, causal);
  matrix.names = key;
  matrix.setAttribute("aria-label", looked);

  const numbers = target.length <= NUMBERS && source.length <= NUMBERS;
  const cells = matrix.cells;
  for (let row = 0; row < target.length; row++)
    for (let column = 0; column < source.length; column++)
      tint(cells[row * source.length + column], attention[row]?.[column] ?? 0, numbers, STRONG[dark]);
}

/** About how wide a token is: a Chinese character takes one em, a letter half of one. */
const ems = (token) => [...token].reduce((sum, character) => sum + (character > "\u2e80" ? 1 : 0.55), 0);

/** The names and the empty cells; again only when the sentence itself is another one. */
function frame(matrix, source, target, meanings, causal) {
  const head = (kind, title, ...parts) => {
    const node = el("span", kind, ...parts);
    node.title = title;
    return node;
  };
  const column = ({ token, pinyin, gloss }) =>
    head("column", [token, pinyin, gloss].filter(Boolean).join(" · "), token, el("small", "", gloss));
  const row = (word, i) =>
    head("row", [word, meanings[i]].filter(Boolean).join(" · "), word, el("small", "", meanings[i] ?? ""));
  const cell = (word, i, j) => {
    const node = el("span", causal && j > i ? "cell absent" : "cell");
    node.dataset.testid = "live-cell";
    node.title = `${word} · ${source[j].token}`;
    return node;
  };
  matrix.replaceChildren(el("span"),
    ...source.map(column),
    ...target.flatMap((word, i) => [row(word, i), ...source.map((_, j) => cell(word, i, j))]));
  matrix.cells = [...matrix.querySelectorAll(".cell")];
  matrix.style.setProperty("--columns", source.length);
  matrix.style.setProperty("--rows", target.length);
  matrix.dataset.many = target.length > NUMBERS || source.length > NUMBERS;
  matrix.dataset.upright = source.length > NUMBERS || Math.max(...source.map(({ token }) => ems(token))) > WIDE;
  matrix.dataset.thin = [source.length > NAMES && "columns", target.length > NAMES && "rows"].filter(Boolean).join(" ");
}

function tint(cell, weight, numbers, strong) {
  const rounded = weight.toFixed(2); // finer than this no eye can tell
  if (cell.shown === rounded) return;
  cell.shown = rounded;
  cell.style.setProperty("--weight", rounded);
  if (numbers) cell.textContent = weight >= SHOWN ? rounded : "";
  cell.dataset.strong = weight >= strong;
}
