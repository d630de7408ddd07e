// A beam search as a tree, which grows by a column with each step.

import { createSvg, el, setText } from "../lib/dom.js";
import { controlsMarkup, createPlayback, isNarrow, measureTallest } from "../lib/playback.js";
import { listGlossedWords } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";
import { formatWholePercent, renderSegments } from "../lib/text.js";

const PLAY_EVERY = 1100; // ms
const DENSE = 5; // a wider beam gets smaller boxes
const LONG = 16; // words: from here on a phone has no room for what they mean

// The empty page. data-text and data-name say which label goes there: as text, or as spoken name.
const SKELETON = `
  <ol class="source" role="list"></ol>
  <div class="scroll" tabindex="0" data-name="tree">
    <div class="stage">
      <svg class="edges" aria-hidden="true"></svg>
      <div class="grid"></div>
      <p class="line"><span data-text="cut"></span></p>
    </div>
  </div>
  <p class="legend" data-text="legend"></p>
  ${controlsMarkup("tree")}
  <section class="panel">
    <h2 data-text="said"></h2>
    <p class="said" aria-live="polite" aria-atomic="true" data-testid="tree-said"></p>
  </section>
  <p class="keys" data-text="keys"></p>`;

export default whenStyled(import.meta.url, createPlayback({
  name: "tree",
  skeleton: SKELETON,
  playEvery: PLAY_EVERY,
  countSteps: ({ columns }) => columns.length + 1, // the last one shows what came out
  fillView,
  layOut,
  drawStep,
}));

// --- what stays the same at every step ----------------------------------------------------

const formatSigned = (number) => number.toFixed(2).replace("-", "−");

function fillView(view) {
  const { root, data: { source, columns, width } } = view;
  root.dataset.dense = width > DENSE;
  root.dataset.long = source.length > LONG;
  listGlossedWords(view.source, source);
  view.grid.replaceChildren();
  const start = createNode("<sos>", "");
  start.style.gridArea = `1 / 1 / ${width + 1} / 2`;
  start.dataset.state = "start";
  view.grid.append(start);
  view.nodes = [[{ box: start, state: "start", parent: 0 }]];
  columns.forEach((column, step) => {
    let row = 0;
    view.nodes.push(column.map(([token, probability, log, parent, state]) => {
      if (state === "pruned") row = Math.max(row, width + 1); // below the line
      row += 1;
      const node = createNode(token, `${formatWholePercent(probability)} · ${formatSigned(log)}`);
      node.style.gridArea = `${row} / ${step + 2}`;
      const path = createSvg("path");
      path.style.strokeWidth = 1 + 5 * probability;
      view.grid.append(node);
      return { box: node, path, state, parent, token };
    }));
  });
  view.edges.replaceChildren(...view.nodes.flat().slice(1).map(({ path }) => path));
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const words = listTokens(view, step + 1, node);
    node.box.title = words.join(" ");
  }));
  view.line.style.display = columns.flat().some(([, , , , state]) => state === "pruned") ? "" : "none";
}

function createNode(token, numbers) {
  const node = el("div", "node", el("b"), el("span", "", numbers));
  node.dataset.testid = "tree-node";
  setText(node.firstChild, token);
  return node;
}

/** The tokens from the first one to this node. */
function listTokens(view, step, node) {
  const tokens = [];
  for (let at = node; step > 0; at = view.nodes[step][at.parent]) {
    tokens.unshift(at.token);
    step -= 1;
  }
  return tokens;
}

function layOut(view) {
  // The tallest sentence of all steps reserves its room; on a phone that would be a void.
  view.said.style.minHeight = isNarrow(view) ? "" : `${measureTallest(view, view.data.said)}px`;

  const findRightEdge = (node) => [node.offsetLeft + node.offsetWidth, node.offsetTop + node.offsetHeight / 2];
  view.edges.setAttribute("width", view.grid.scrollWidth);
  view.edges.setAttribute("height", view.grid.scrollHeight);
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const [x, y] = findRightEdge(view.nodes[step][node.parent].box);
    const [u, v] = [node.box.offsetLeft, node.box.offsetTop + node.box.offsetHeight / 2];
    node.path.setAttribute("d", `M${x} ${y}C${(x + u) / 2} ${y} ${(x + u) / 2} ${v} ${u} ${v}`);
  }));
  const first = view.nodes.slice(1).flat().find(({ state }) => state === "pruned");
  if (first) view.line.style.top = `${first.box.offsetTop - view.line.offsetHeight}px`;
}

// --- what changes with every step -----------------------------------------------------------

/** The nodes that something alive, or a finished sentence, goes back to. */
function findAncestors(view) {
  const ancestors = new Set();
  const addPath = (step, node) => {
    for (let at = node; step > 0 && !ancestors.has(at); step -= 1) {
      ancestors.add(at);
      at = view.nodes[step - 1][at.parent];
    }
  };
  const { position, nodes } = view;
  const front = Math.min(position, nodes.length - 1);
  for (let step = 1; step <= front; step++)
    for (const node of nodes[step])
      if (node.state === "ended" || (step === front && node.state === "alive")) addPath(step, node);
  return ancestors;
}

function drawStep(view) {
  const { position, nodes, data: { said, winner } } = view;
  const over = position === view.last;
  view.root.dataset.over = over;
  const alive = findAncestors(view);
  nodes.slice(1).forEach((column, step) => column.forEach((node, place) => {
    const visible = step < position;
    const won = over && winner[step] === place;
    const state = !visible ? "none" : won ? "won" : node.state === "alive" && !alive.has(node) ? "dead" : node.state;
    node.box.dataset.state = state;
    node.box.dataset.now = step === position - 1;
    node.path.setAttribute("class", state);
    node.box.ariaHidden = !visible;
  }));
  const column = Math.min(position, nodes.length - 1);
  scrollToColumn(view, nodes[over ? Math.min(winner.length + 1, column) : column]);
  view.said.replaceChildren(...renderSegments(said[position]));
}

/** The tree scrolls inside its own box: the step that has just grown stays in sight. */
function scrollToColumn(view, column) {
  const { scroll } = view;
  if (!column.length || scroll.scrollWidth <= scroll.clientWidth) return;
  const end = Math.max(...column.map(({ box }) => box.offsetLeft + box.offsetWidth));
  scroll.scrollTo({ left: end + 24 - scroll.clientWidth, behavior: "smooth" });
}
