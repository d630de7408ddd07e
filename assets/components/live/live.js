// What a learning model does right now: its numbers, its curve, where it looks, what it writes. New
// data arrives several times a second, so nodes stay where they are and only what differs is touched.

import { applyTheme, el, fillLabels, resizeChildren, setText } from "../lib/dom.js";
import { drawHeatMap } from "../lib/heat_map.js";
import { drawLineChart } from "../lib/line_chart.js";
import { createWord, fillWord } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";

// The empty page. data-text says which label goes there.
const SKELETON = `<div class="parts">
  <section class="hero" data-testid="live-hero"><ol class="words" role="list"></ol><p class="written"><span></span></p></section>
  <dl class="numbers" data-testid="live-numbers"></dl>
  <section class="curve" data-testid="live-curve">
    <div class="tabs" role="group"></div><p class="pointed"></p><svg role="img"></svg>
  </section>
  <section class="look">
    <h2 data-text="attention"></h2>
    <div class="room"><div class="matrix" role="img"></div><p class="empty"></p></div>
  </section>
  <section class="read">
    <h2 data-text="sentences"></h2>
    <ol class="sentences" role="list"></ol>
  </section></div>`;

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data }) => {
  if (!data) return;
  const root = parentElement.querySelector(".live") ?? createView(parentElement);
  const { labels } = data;
  root.dataset.layout = data.layout;
  fillLabels(root, labels);
  applyTheme(root);
  drawHero(root, data);
  drawNumbers(root.querySelector(".numbers"), data.numbers);
  drawLineChart(root, data);
  drawAttention(root, data);
  const listed = data.layout === "start" ? [] : data.sentences;
  resizeChildren(root.querySelector(".sentences"), listed.length, createSentence).forEach((li, i) => fillSentence(li, listed[i], labels));
});

function createView(parentElement) {
  const root = el("div", "lab live");
  root.dataset.testid = "live";
  root.innerHTML = SKELETON; // a constant
  parentElement.append(root);
  return root;
}

// --- one sentence, large; and the numbers of this moment -------------------------------------

function drawHero(root, { layout, source, sentences: [first] }) {
  if (layout !== "start" || !first) return;
  const box = root.querySelector(".hero");
  resizeChildren(box.firstChild, source.length, () => el("li", "", ...createWord()))
    .forEach(({ children: parts }, i) => fillWord([...parts], source[i]));
  box.dataset.state = judgeSentence(first);
  drawWords(box.lastChild.firstChild, first.output);
}

function drawNumbers(list, tiles) {
  resizeChildren(list, tiles.length, () => el("div", "", el("dt"), el("dd")))
    .forEach(({ firstChild: label, lastChild: value }, i) => {
      setText(label, tiles[i].label);
      if (value.drawn === tiles[i].value + tiles[i].note) return;
      value.drawn = tiles[i].value + tiles[i].note;
      value.replaceChildren(tiles[i].value, el("small", "", tiles[i].note));
      value.parentNode.title = tiles[i].explanation;
    });
}

// --- where it looks ---------------------------------------------------------------------------

function drawAttention(root, data) {
  const { target, attention, labels } = data;
  const matrix = root.querySelector(".matrix");
  const empty = root.querySelector(".empty");
  const drawn = target.length > 0 && attention !== null;
  matrix.hidden = !drawn;
  empty.hidden = drawn;
  setText(empty, target.length ? labels.no_attention : labels.waiting);
  if (drawn) drawHeatMap(matrix, data, root.dataset.dark);
}

// --- what it writes -------------------------------------------------------------------------

const judgeSentence = ({ output, exact, reference }) => (!output.length || !reference ? "none" : exact ? "right" : "wrong");

function drawWords(node, output) {
  const text = JSON.stringify(output);
  if (node.drawn === text) return;
  node.drawn = text;
  node.replaceChildren(...output.flatMap(({ token, right }, i) => {
    const word = el("span", right ? "right" : "wrong", token);
    return i ? [" ", word] : [word];
  }));
}

function createSentence() {
  const li = el("li", "", el("span", "mark"), el("div", "", el("p", "source"), el("span", "badge")), el("p", "output"));
  li.dataset.testid = "live-sentence";
  return li;
}

function fillSentence(li, { source, gloss, reference, output, exact, badge }, labels) {
  const text = JSON.stringify([source, reference, output, exact, badge, labels]);
  if (li.drawn === text) return;
  li.drawn = text;
  const [mark, { firstChild: original, lastChild: note }, written] = li.children;
  const state = judgeSentence({ output, exact, reference });
  li.dataset.state = state;
  setText(mark, { none: "·", right: "✓", wrong: "✗" }[state], labels[state] ?? "");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", labels[state] ?? "");
  setText(original, source, gloss || source);
  setText(note, badge);
  note.hidden = !badge;
  written.title = reference;
  drawWords(written, output);
}
