// Drawing by lot: how likely each word is at one step, as the model says and as it is drawn, and
// the sentences that were drawn.

import { applyTheme, el, fillLabels, resizeChildren, setText } from "../lib/dom.js";
import { listGlossedWords } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";
import { formatPercentTenths } from "../lib/text.js";

// The empty page. data-text says which label goes there.
const SKELETON = `
  <section class="card">
    <ol class="source" role="list"></ol>
    <h3 data-text="chances"></h3>
    <p class="written"></p>
    <p class="key"><i class="before"></i><span data-text="before"></span><i class="after"></i><span data-text="after"></span></p>
    <ol class="bars" role="list"></ol>
    <p class="about" data-text="left" data-testid="lot-left"></p>
  </section>
  <section class="card">
    <h3 data-text="drawn"></h3>
    <ol class="drawn" role="list"></ol>
    <p class="about" data-text="same" data-testid="lot-same"></p>
  </section>`;

export default whenStyled(({ parentElement, data }) => {
  if (!data) return;
  const root = parentElement.querySelector(".lot") ?? createView(parentElement);
  const { source, written, chances, drawn, draws, labels } = data;
  fillLabels(root, labels);
  applyTheme(root);
  listGlossedWords(root.querySelector(".source"), source);
  root.querySelector(".written").replaceChildren(
    ...written.map((token) => el("b", "", token)), el("b", "next", "?"));
  resizeChildren(root.querySelector(".bars"), chances.length, createBar).forEach((li, i) => fillBars(li, chances[i], labels));
  resizeChildren(root.querySelector(".drawn"), drawn.length, createSentence).forEach((li, i) => {
    const { text, count, share, right } = drawn[i];
    const [times, sentence] = li.children;
    setText(times.firstChild, `${count} ×`);
    times.lastChild.style.setProperty("--share", count / draws);
    setText(sentence.firstChild, text);
    setText(sentence.lastChild, `${labels.share} ${share}`);
    setText(li.lastChild, right === null ? "" : right ? "✓" : "✗", right ? labels.right : labels.wrong);
    li.lastChild.dataset.right = right;
  });
});

function createView(parentElement) {
  const root = el("div", "lab lot");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "lot";
  parentElement.append(root);
  return root;
}

function createBar() {
  const li = el("li", "", el("b"), el("div", "", el("i", "before"), el("i", "after")), el("span"), el("span", "now"));
  li.dataset.testid = "lot-bar";
  return li;
}

function fillBars(li, [token, before, after], labels) {
  const [word, lines, unchanged, changed] = li.children;
  setText(word, token, token);
  lines.children[0].style.setProperty("--share", before);
  lines.children[1].style.setProperty("--share", after);
  setText(unchanged, formatPercentTenths(before));
  setText(changed, after ? formatPercentTenths(after) : labels.cut);
  li.dataset.cut = !after;
}

function createSentence() {
  const li = el("li", "", el("div", "times", el("span"), el("i")), el("div", "said", el("b"), el("small")), el("span", "mark"));
  li.dataset.testid = "lot-drawn";
  return li;
}
