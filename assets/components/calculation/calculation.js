// A calculation line by line: its name, the formula, the numbers that go in and the one that comes
// out. Of long vectors a few numbers at a time; a number of a matrix product opens its own sum.

import { paintStrip, readColors } from "../lib/canvas.js";
import { applyTheme, el, fillLabels, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";
import { renderSegments } from "../lib/text.js";

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  if (view.data?.key !== data.key) Object.assign(view, { first: 0, sums: {} });
  view.data = data;
  view.report = setTriggerValue;
  applyTheme(view.root);
  fillLabels(view.root, data.labels);
  view.root.style.setProperty("--window", data.window);
  drawLines(view);
  view.observer.observe(view.root);
  return () => view.observer.disconnect();
});

function createView(parentElement) {
  const root = el("div", "lab numbers");
  root.innerHTML = `
    <div class="top"><p class="heading"></p><div class="pager">
      <button class="back" data-name="back" data-testid="numbers-back">‹</button><output></output>
      <button class="next" data-name="next" data-testid="numbers-next">›</button></div></div>
    <ol class="lines" role="list"></ol><p class="end" data-testid="numbers-end"></p>`; // a constant
  root.dataset.testid = "numbers";
  parentElement.append(root);
  const view = { root, first: 0, sums: {} };
  for (const part of ["heading", "pager", "lines", "end", "back", "next"]) view[part] = root.querySelector(`.${part}`);
  view.back.onclick = () => turnPage(view, view.first - view.data.window);
  view.next.onclick = () => turnPage(view, view.first + view.data.window);
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => drawStrips(view)));
  views.set(parentElement, view);
  return view;
}

// --- what is drawn --------------------------------------------------------------------------

/** s_{t-1} and h_j with their indices set lower. */
function renderSymbols(text) {
  const nodes = text.split(/_(?:\{([^}]*)\}|([\p{L}\p{N}]+))/u).map((part, i) => (i % 3 ? part && el("sub", "", part) : part));
  return nodes.filter(Boolean);
}

function formatNumber(value) {
  if (value === null) return "−∞";
  const size = Math.abs(value);
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−");
}

/** Of so many numbers, where the last ones begin that stand there at once. */
const startLastPage = (count, window) => count - 1 - ((count - 1) % window);

function turnPage(view, first) {
  view.first = Math.max(0, Math.min(first, view.longest - 1));
  view.first -= view.first % view.data.window;
  drawLines(view);
}

function drawLines(view) {
  const { data: { lines, heading, end, window } } = view;
  view.strips = [];
  const lengths = ({ code, rows, product, words }) => words ? [] :
    [...rows.map(({ values }) => values.length), product?.rows[view.sums[code]]?.length ?? 0];
  view.longest = Math.max(1, ...lines.flatMap(lengths));
  view.first = Math.min(view.first, startLastPage(view.longest, window));
  view.heading.replaceChildren(...renderSegments(heading));
  view.end.replaceChildren(...renderSegments(end));
  view.pager.hidden = view.longest <= window;
  view.pager.querySelector("output").textContent = `${view.first + 1}–${Math.min(view.first + window, view.longest)}`;
  view.back.disabled = !view.first;
  view.next.disabled = view.first + window >= view.longest;
  const focus = view.root.getRootNode().activeElement?.dataset.at;
  view.lines.replaceChildren(...lines.map((line) => renderLine(view, line)));
  if (focus) view.lines.querySelector(`[data-at="${focus}"]`)?.focus({ preventScroll: true });
  drawStrips(view);
  view.lines.querySelectorAll(".scroll").forEach((box) => {
    const at = box.querySelector("[data-chosen=true]");
    if (at) box.scrollLeft = at.offsetLeft - (box.clientWidth - at.offsetWidth) / 2;
  });
}

function renderLine(view, line) {
  const node = el("li", "line", el("div", "head", el("span", "name", ...renderSegments(line.name)), el("code", "formula", ...renderSymbols(line.formula))));
  node.dataset.code = line.code;
  node.dataset.testid = "numbers-line";
  if (line.words) node.append(renderTable(view, line));
  else if (line.mixture) node.append(...renderMixture(view, line));
  else node.append(...line.rows.map((row) => renderVector(view, row, line.product && row.role === "result" ? line : null)));
  if (line.note) node.append(el("p", "note", line.note));
  const k = view.sums[line.code];
  if (line.product?.rows[k]) node.append(renderSum(view, line, k));
  return node;
}

/** A vector: its symbol, a strip of all its numbers where they are many, and as many of them as fit.
 *  line: whose result it is, where each number opens its own sum. */
function renderVector(view, { symbol, values, kind, role, more, word }, line) {
  const row = el("div", "row");
  row.dataset.role = role ?? "part";
  row.append(el("span", "symbol", ...(word ? renderSegments([word]) : []), ...renderSymbols(symbol)));
  const body = row.appendChild(el("div", "body"));
  const most = Math.max(1e-9, ...values.map(Math.abs));
  const { window } = view.data;
  const first = Math.min(view.first, Math.max(0, startLastPage(values.length, window)));
  if (values.length > window) {
    const strip = body.appendChild(el("canvas", "strip"));
    strip.ariaHidden = true;
    strip.onclick = (event) => turnPage(view, Math.floor((event.offsetX / strip.clientWidth) * values.length));
    view.strips.push([strip, values, kind, most, first]);
  }
  const cells = body.appendChild(el("div", "cells"));
  cells.dataset.single = values.length === 1;
  values.slice(first, first + window).forEach((value, i) => {
    const k = first + i;
    const button = line?.product.rows[k];
    const cell = cells.appendChild(el(button ? "button" : "span", "cell", formatNumber(value)));
    shadeCell(cell, value, kind, most);
    cell.title = `${k + 1}`;
    if (!button) return;
    cell.dataset.at = `${line.code} ${k}`;
    cell.ariaExpanded = view.sums[line.code] === k;
    cell.onclick = () => {
      view.sums[line.code] = view.sums[line.code] === k ? undefined : k;
      drawLines(view);
    };
  });
  if (values.length > window) body.append(el("span", "more", `${first + 1}–${Math.min(first + window, values.length)}`, " ", more ?? ""));
  return row;
}

/** Signs in green and violet, gates from 0 to 1 in ink, attention in its own hue. */
function shadeCell(cell, value, kind, most) {
  cell.dataset.kind = kind === "signed" ? (value < 0 ? "negative" : "positive") : kind;
  const share = value === null ? 0 : kind === "signed" ? Math.abs(value) / most : value;
  cell.style.setProperty("--share", kind === "plain" ? 0 : share.toFixed(3));
}

/** One number of a matrix product: its row times what goes in, summed up. */
function renderSum(view, { code, product }, k) {
  const { inputs, rows, bias, result, matrix, input } = product;
  const products = rows[k].map((weight, i) => weight * inputs[i]);
  const total = products.reduce((a, b) => a + b, 0);
  const renderNumber = (symbol, value, role) => renderVector(view, { symbol, values: [value], kind: "plain", role });
  const node = el("div", "sum",
    renderVector(view, { symbol: `${matrix}[${k + 1}]`, values: rows[k], kind: "signed", more: product.more }),
    renderVector(view, { symbol: input, values: inputs, kind: "signed", more: product.more }),
    renderVector(view, { symbol: `${matrix}[${k + 1}] ⊙ ${input}`, values: products, kind: "signed", more: product.more }),
    renderNumber("Σ", total));
  if (bias.length) node.append(renderNumber(`+ b[${k + 1}]`, bias[k]));
  node.append(renderNumber(`${product.squash}${result.symbol}[${k + 1}]`, result.values[k], "result"));
  node.dataset.testid = "numbers-sum";
  node.dataset.code = code;
  return node;
}

/** Numbers that belong to words: a column for each, the chosen one marked; it scrolls by itself. */
function renderTable(view, { rows, words, chosen, clickable }) {
  const grid = el("div", "grid", el("span", "symbol"));
  grid.style.setProperty("--columns", words.length);
  words.forEach(({ token, side }, j) => {
    const word = grid.appendChild(el(j < clickable ? "button" : "span", `word ${side}`));
    setText(word, token, token);
    word.dataset.chosen = j === chosen;
    word.dataset.at = `word ${j}`;
    if (j < clickable) word.onclick = () => view.report("source", j + 1);
  });
  for (const { symbol, values, kind, role } of rows) {
    const most = Math.max(1e-9, ...values.map(Math.abs));
    const head = grid.appendChild(el("span", "symbol", ...renderSymbols(symbol)));
    head.dataset.role = role ?? "part";
    values.forEach((value, j) => {
      const cell = grid.appendChild(el("span", "cell", formatNumber(value)));
      shadeCell(cell, value, kind, most);
      cell.dataset.chosen = j === chosen;
    });
  }
  return el("div", "scroll", grid);
}

/** A weighted mean: each word's weight beside its vector, and what comes out of them all. */
function renderMixture(view, { rows, mixture }) {
  const box = el("div", "many", ...mixture.map(({ weight, ...row }) =>
    renderVector(view, { ...row, symbol: `${row.symbol}, α=${formatNumber(weight)}` })));
  return [box, ...rows.map((row) => renderVector(view, row))];
}

/** The strips of long vectors, with a frame around the numbers that stand below. */
function drawStrips(view) {
  const [positive, negative, text] = readColors(view.root, "positive", "negative", "text");
  for (const [canvas, values, kind, most, first] of view.strips ?? []) {
    const shade = (value) => kind === "unit" ? [text, 0.04 + 0.8 * value]
      : [value < 0 ? negative : positive, 0.06 + (0.94 * Math.abs(value)) / most];
    const { ink, height, each } = paintStrip(canvas, values, shade, { apart: 3, inset: 2 });
    ink.strokeStyle = text;
    ink.strokeRect(first * each + 0.5, 0.5, Math.min(view.data.window, values.length - first) * each - 1, height - 1);
  }
}
