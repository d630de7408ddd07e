// Vectors over time: one column per word, one strip of numbers per kind of vector. A click on a
// column chooses its word.

const HIGH = [64, 136]; // px of a strip, by how many numbers it holds
const EACH = 3; // px of one number, where there is room

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  view.data = data;
  view.report = setTriggerValue;
  dress(view.root);
  fill(view);
  view.observer.observe(view.root);
  return () => view.observer.disconnect();
}

function create(parentElement) {
  parentElement.querySelector(".strips")?.remove(); // left by an older version of this file
  const root = el("div", "lab strips");
  root.dataset.testid = "strips";
  parentElement.append(root);
  const view = { root };
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => layout(view)));
  document.fonts.ready.then(() => layout(view));
  views.set(parentElement, view);
  return view;
}

const height = ({ size }) => Math.min(Math.max(size * EACH, HIGH[0]), HIGH[1]);

/** A side is the source or the target: its words, and its strips below each other. */
function fill(view) {
  const { root, data: { sides } } = view;
  view.sides = children(root, sides.length, () => el("section", "side", el("p", "title"),
    el("div", "scroll", el("div", "heads"), el("div", "columns"))));
  view.sides.forEach((section, s) => {
    const { title, label, words, strips, kind, chosen } = sides[s];
    section.dataset.kind = kind;
    write(section.firstChild, title);
    const [heads, columns] = section.lastChild.children;
    children(heads, strips.length + 1, () => el("div", "head", el("b"), el("div", "legend", el("span"), el("i"), el("span"))))
      .forEach((head, i) => headline(head, strips[i - 1]));
    columns.role = "group";
    columns.ariaLabel = label;
    columns.dataset.many = words.length > 12;
    children(columns, words.length, () => el("button", "column", el("span", "word"))).forEach((column, j) => {
      column.dataset.testid = `strips-${kind}`;
      write(column.firstChild, words[j].token, words[j].title);
      column.ariaLabel = words[j].title;
      column.disabled = chosen < 0; // there is nothing to choose here
      column.onclick = () => choose(view, s, j);
      const bars = children(column, strips.length + 1, () => el("canvas")).slice(1);
      bars.forEach((canvas, i) => { canvas.style.height = `${height(strips[i])}px`; });
    });
    mark(section, chosen);
  });
  layout(view);
}

/** What a strip is, and which shade is which number: one scale for all its columns. */
function headline(head, strip) {
  head.hidden = false;
  head.style.visibility = strip ? "visible" : "hidden"; // beside the words
  head.dataset.both = Boolean(strip?.both);
  if (!strip) return;
  head.style.height = `${height(strip)}px`;
  write(head.firstChild, strip.name, strip.name);
  const [least, , most] = head.lastChild.children;
  write(least, `−${strip.most}`);
  write(most, `+${strip.most}`);
}

function mark(section, chosen) {
  [...section.querySelectorAll(".column")].forEach((column, j) => column.setAttribute("aria-pressed", j === chosen));
}

function choose(view, s, j) {
  mark(view.sides[s], j);
  view.report(view.data.sides[s].kind, j + 1);
}

function layout(view) {
  if (!view.root.clientWidth) return; // in a tab that is not open
  view.root.dataset.narrow = view.root.clientWidth < 860;
  view.sides.forEach((section, s) => {
    const { strips, chosen, kind } = view.data.sides[s];
    const [heads, columns] = section.lastChild.children;
    heads.firstChild.style.height = `${columns.firstChild.firstChild.offsetHeight}px`;
    [...columns.children].forEach((column, j) =>
      strips.forEach((strip, i) => paint(column.children[i + 1], strip.columns[j], strip.both)));
    const box = section.lastChild, at = columns.children[chosen];
    const key = `${view.data.key} ${kind} ${chosen}`;
    if (section.dataset.shown !== key && at) // the chosen word stands in sight, the page itself stays
      box.scrollLeft = at.offsetLeft - heads.offsetWidth - (box.clientWidth - heads.offsetWidth - at.offsetWidth) / 2;
    section.dataset.shown = key;
  });
}

/** Shades from -99 to 99, from the top down; a gap stands between the two directions of reading. */
function paint(canvas, shades, both) {
  const { clientWidth: width, clientHeight: high } = canvas;
  const sharp = window.devicePixelRatio || 1;
  canvas.width = width * sharp; // also wipes it
  canvas.height = high * sharp;
  const ink = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const [negative, positive] = ["--negative", "--positive"].map((name) => style.getPropertyValue(name));
  ink.scale(sharp, sharp);
  const gap = both ? 4 : 0, each = (high - gap) / shades.length;
  shades.forEach((shade, i) => {
    ink.fillStyle = shade < 0 ? negative : positive;
    ink.globalAlpha = 0.06 + 0.94 * Math.abs(shade) / 99;
    ink.fillRect(0, i * each + (i >= shades.length / 2 ? gap : 0), width, each > 4 ? each - 1 : each);
  });
}
