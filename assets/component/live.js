// What a learning model does right now: its numbers, its curve, where it looks, what it writes. New
// data arrives several times a second, so nodes stay where they are and only what differs is touched.

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

/** Streamlit calls this once and on a new theme; what moves comes by the feed that `data` names. */
export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".live") ?? create(parentElement);
  const draw = () => { if (window.labFeeds?.[data.feed]) show(root, window.labFeeds[data.feed]); };
  const hear = ({ detail }) => { if (detail === data.feed) draw(); };
  draw();
  window.removeEventListener("lab-feed", root.hear); // of an earlier call
  root.hear = hear;
  window.addEventListener("lab-feed", hear);
  return () => window.removeEventListener("lab-feed", hear);
}

function show(root, data) {
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

// --- where it looks ---------------------------------------------------------------------------

function look(root, data) {
  const { target, attention, labels } = data;
  const matrix = root.querySelector(".matrix");
  const empty = root.querySelector(".empty");
  const drawn = target.length > 0 && attention !== null;
  matrix.hidden = !drawn;
  empty.hidden = drawn;
  write(empty, target.length ? labels.no_attention : labels.waiting);
  if (drawn) fill(matrix, data, root.dataset.dark);
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

function tell(li, { source, gloss, reference, output, exact, badge }, labels) {
  const seen = JSON.stringify([source, reference, output, exact, badge, labels]);
  if (li.seen === seen) return;
  li.seen = seen;
  const [mark, { firstChild: original, lastChild: note }, written] = li.children;
  const state = stateOf({ output, exact, reference });
  li.dataset.state = state;
  write(mark, { none: "·", right: "✓", wrong: "✗" }[state], labels[state] ?? "");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", labels[state] ?? "");
  write(original, source, gloss || source);
  write(note, badge);
  note.hidden = !badge;
  written.title = reference;
  words(written, output);
}
