// What a learning model does right now: where it looks, and what it writes. New data arrives several
// times a second, so nodes stay where they are and only what differs is touched.

const NUMBERS = 12; // up to 12 × 12 cells carry their number
const SHOWN = 0.05; // a smaller weight stays without one
const STRONG = { true: 0.62, false: 0.85 }; // dark theme, light theme: from here on the number changes its ink
const NAMES = 30; // more rows or columns than this are too thin for names

// The empty page. data-text says which label goes there.
const SKELETON = `
  <div class="columns">
    <section>
      <h2 data-text="attention"></h2>
      <div class="room"><div class="matrix" role="img"></div><p class="empty"></p></div>
    </section>
    <section>
      <h2 data-text="sentences"></h2>
      <ol class="sentences" role="list"></ol>
    </section>
  </div>`;

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".live") ?? create(parentElement);
  const { labels } = data;
  name(root, labels);
  dress(root);
  look(root, data);
  children(root.querySelector(".sentences"), data.sentences.length, sentence)
    .forEach((li, i) => read(li, data.sentences[i], labels));
}

function create(parentElement) {
  const root = el("div", "lab live");
  root.dataset.testid = "live";
  root.innerHTML = SKELETON; // a constant
  parentElement.append(root);
  return root;
}

// --- where it looks: target rows × source columns -------------------------------------------

function look(root, { source, target, attention, labels }) {
  const matrix = root.querySelector(".matrix");
  const empty = root.querySelector(".empty");
  const drawn = target.length > 0 && attention !== null;
  matrix.hidden = !drawn;
  empty.hidden = drawn;
  write(empty, target.length ? labels.no_attention : labels.waiting);
  if (!drawn) return;
  const { dark } = root.dataset;
  const names = JSON.stringify([source, target, dark]);
  if (matrix.names !== names) frame(matrix, source, target);
  matrix.names = names;
  matrix.setAttribute("aria-label", labels.attention);

  const numbers = target.length <= NUMBERS && source.length <= NUMBERS;
  const cells = matrix.cells;
  for (let row = 0; row < target.length; row++)
    for (let column = 0; column < source.length; column++)
      tint(cells[row * source.length + column], attention[row]?.[column] ?? 0, numbers, STRONG[dark]);
}

/** The names and the empty cells; again only when the sentence itself is another one. */
function frame(matrix, source, target) {
  const head = (name, text, title) => {
    const node = el("span", name, text);
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

function sentence() {
  const li = el("li", "", el("span", "mark"), el("div", "", el("p", "source"), el("span", "badge")), el("p", "output"));
  li.dataset.testid = "live-sentence";
  return li;
}

function read(li, { source, reference, output, exact, badge }, labels) {
  const seen = JSON.stringify([source, reference, output, exact, badge, labels]);
  if (li.seen === seen) return;
  li.seen = seen;
  const [mark, { firstChild: original, lastChild: note }, written] = li.children;
  const state = !output.length ? "none" : exact ? "right" : "wrong";
  li.dataset.state = state;
  write(mark, { none: "·", right: "✓", wrong: "✗" }[state]);
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", labels[state] ?? "");
  mark.title = labels[state] ?? "";
  write(original, source);
  original.title = source;
  original.lang = /\p{Script=Han}/u.test(source) ? "zh-Hans" : "";
  write(note, badge);
  note.hidden = !badge;
  written.title = reference;
  written.replaceChildren(...output.flatMap(({ token, right }, i) => {
    const word = el("span", right ? "right" : "wrong", token);
    return i ? [" ", word] : [word];
  }));
}
