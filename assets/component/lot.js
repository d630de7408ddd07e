// Drawing by lot: how likely each word is at one step, as the model says and as it is drawn, and
// the sentences that were drawn.

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

export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".lot") ?? create(parentElement);
  const { source, written, chances, drawn, draws, labels } = data;
  name(root, labels);
  dress(root);
  children(root.querySelector(".source"), source.length, () => el("li", "", el("b"), el("span"))).forEach((li, i) => {
    write(li.firstChild, source[i].token, source[i].token);
    write(li.lastChild, source[i].gloss);
  });
  root.querySelector(".written").replaceChildren(
    ...written.map((token) => el("b", "", token)), el("b", "next", "?"));
  children(root.querySelector(".bars"), chances.length, bar).forEach((li, i) => bars(li, chances[i], labels));
  children(root.querySelector(".drawn"), drawn.length, sentence).forEach((li, i) => {
    const { text, count, share, right } = drawn[i];
    const [times, said] = li.children;
    write(times.firstChild, `${count} ×`);
    times.lastChild.style.setProperty("--share", count / draws);
    write(said.firstChild, text);
    write(said.lastChild, `${labels.share} ${share}`);
    write(li.lastChild, right === null ? "" : right ? "✓" : "✗", right ? labels.right : labels.wrong);
    li.lastChild.dataset.right = right;
  });
}

function create(parentElement) {
  const root = el("div", "lab lot");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "lot";
  parentElement.append(root);
  return root;
}

function bar() {
  const li = el("li", "", el("b"), el("div", "", el("i", "before"), el("i", "after")), el("span"), el("span", "now"));
  li.dataset.testid = "lot-bar";
  return li;
}

const percent = (share) => (share > 0 && share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(1)}%`);

function bars(li, [token, before, after], labels) {
  const [word, lines, was, now] = li.children;
  write(word, token, token);
  lines.children[0].style.setProperty("--share", before);
  lines.children[1].style.setProperty("--share", after);
  write(was, percent(before));
  write(now, after ? percent(after) : labels.cut);
  li.dataset.cut = !after;
}

function sentence() {
  const li = el("li", "", el("div", "times", el("span"), el("i")), el("div", "said", el("b"), el("small")), el("span", "mark"));
  li.dataset.testid = "lot-drawn";
  return li;
}
