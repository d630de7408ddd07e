// What a learning model does right now: its numbers, its curve, where it looks, what it writes. New
// data arrives several times a second, so nodes stay where they are and only what differs is touched.

const NUMBERS = 12; // up to 12 × 12 cells carry their number
const SHOWN = 0.05; // a smaller weight stays without one
const STRONG = { true: 0.62, false: 0.85 }; // dark theme, light theme: from here on the number changes its ink
const NAMES = 30; // more rows or columns than this are too thin for names

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
export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".live") ?? create(parentElement);
  const { labels } = data;
  root.dataset.layout = data.layout;
  name(root, labels);
  dress(root);
  hero(root, data);
  numbers(root.querySelector(".numbers"), data.numbers);
  curve(root, data);
  look(root, data);
  const read = data.layout === "start" ? [] : data.sentences;
  children(root.querySelector(".sentences"), read.length, sentence).forEach((li, i) => tell(li, read[i], labels));
}

function create(parentElement) {
  const root = el("div", "lab live");
  root.dataset.testid = "live";
  root.innerHTML = SKELETON; // a constant
  parentElement.append(root);
  return root;
}

// --- one sentence, large; and the numbers of this moment -------------------------------------

function hero(root, { layout, source, sentences: [first] }) {
  if (layout !== "start" || !first) return;
  const box = root.querySelector(".hero");
  children(box.firstChild, source.length, () => el("li", "", el("b"), el("span", "pinyin"), el("span", "gloss")))
    .forEach(({ children: [token, pinyin, gloss] }, i) => {
      write(token, source[i].token);
      write(pinyin, source[i].pinyin);
      write(gloss, source[i].gloss);
    });
  box.dataset.state = stateOf(first);
  words(box.lastChild.firstChild, first.output);
}

function numbers(list, shown) {
  children(list, shown.length, () => el("div", "", el("dt"), el("dd")))
    .forEach(({ firstChild: label, lastChild: value }, i) => {
      write(label, shown[i].label);
      if (value.shown === shown[i].value + shown[i].note) return;
      value.shown = shown[i].value + shown[i].note;
      value.replaceChildren(shown[i].value, el("small", "", shown[i].note));
      value.parentNode.title = shown[i].explained;
    });
}

// --- where it looks: target rows × source columns -------------------------------------------

function look(root, { source, target, attention, labels, looked }) {
  const matrix = root.querySelector(".matrix");
  const empty = root.querySelector(".empty");
  const drawn = target.length > 0 && attention !== null;
  matrix.hidden = !drawn;
  empty.hidden = drawn;
  write(empty, target.length ? labels.no_attention : labels.waiting);
  if (!drawn) return;
  const { dark } = root.dataset;
  const key = JSON.stringify([source, target, dark]);
  if (matrix.names !== key) frame(matrix, source, target);
  matrix.names = key;
  matrix.setAttribute("aria-label", looked);

  const numbers = target.length <= NUMBERS && source.length <= NUMBERS;
  const cells = matrix.cells;
  for (let row = 0; row < target.length; row++)
    for (let column = 0; column < source.length; column++)
      tint(cells[row * source.length + column], attention[row]?.[column] ?? 0, numbers, STRONG[dark]);
}

/** The names and the empty cells; again only when the sentence itself is another one. */
function frame(matrix, source, target) {
  const head = (kind, text, title) => {
    const node = el("span", kind, text);
    node.title = title;
    return node;
  };
  const cell = (word, j) => {
    const node = el("span", "cell");
    node.dataset.testid = "live-cell";
    node.title = `${word} · ${source[j].token}`;
    return node;
  };
  matrix.replaceChildren(el("span"),
    ...source.map(({ token, pinyin, gloss }) => head("column", token, [token, pinyin, gloss].filter(Boolean).join(" · "))),
    ...target.flatMap((word) => [head("row", word, word), ...source.map((_, j) => cell(word, j))]));
  matrix.cells = [...matrix.querySelectorAll(".cell")];
  matrix.style.setProperty("--columns", source.length);
  matrix.style.setProperty("--rows", target.length);
  matrix.dataset.many = target.length > NUMBERS || source.length > NUMBERS;
  matrix.dataset.upright = source.length > NUMBERS;
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

// --- what it writes -------------------------------------------------------------------------

const stateOf = ({ output, exact, reference }) => (!output.length || !reference ? "none" : exact ? "right" : "wrong");

function words(node, output) {
  const seen = JSON.stringify(output);
  if (node.seen === seen) return;
  node.seen = seen;
  node.replaceChildren(...output.flatMap(({ token, right }, i) => {
    const word = el("span", right ? "right" : "wrong", token);
    return i ? [" ", word] : [word];
  }));
}

function sentence() {
  const li = el("li", "", el("span", "mark"), el("div", "", el("p", "source"), el("span", "badge")), el("p", "output"));
  li.dataset.testid = "live-sentence";
  return li;
}

function tell(li, { source, reference, output, exact, badge }, labels) {
  const seen = JSON.stringify([source, reference, output, exact, badge, labels]);
  if (li.seen === seen) return;
  li.seen = seen;
  const [mark, { firstChild: original, lastChild: note }, written] = li.children;
  const state = stateOf({ output, exact, reference });
  li.dataset.state = state;
  write(mark, { none: "·", right: "✓", wrong: "✗" }[state], labels[state] ?? "");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", labels[state] ?? "");
  write(original, source, source);
  write(note, badge);
  note.hidden = !badge;
  written.title = reference;
  words(written, output);
}
