// Vectors over time: one column per word, one strip of numbers per kind of vector. A click on a
// column chooses its word.

import { paintStrip, readColors } from "../lib/canvas.js";
import { applyTheme, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";

const HEIGHTS = [64, 136]; // px of a strip, by how many numbers it holds
const NUMBER_HEIGHT = 3; // px of one number, where there is room

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  view.report = setTriggerValue;
  applyTheme(view.root);
  fillView(view);
  view.observer.observe(view.root);
  return () => view.observer.disconnect();
});

function createView(parentElement) {
  const root = el("div", "lab strips");
  root.dataset.testid = "strips";
  parentElement.append(root);
  const view = { root };
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => layOutSides(view)));
  document.fonts.ready.then(() => layOutSides(view));
  views.set(parentElement, view);
  return view;
}

const stripHeight = ({ size }) => Math.min(Math.max(size * NUMBER_HEIGHT, HEIGHTS[0]), HEIGHTS[1]);

/** A side is the source or the target: its words, and its strips below each other. */
function fillView(view) {
  const { root, data: { sides } } = view;
  view.sides = resizeChildren(root, sides.length, () => el("section", "side", el("p", "title"),
    el("div", "scroll", el("div", "heads"), el("div", "columns"))));
  view.sides.forEach((section, s) => {
    const { title, label, words, strips, kind, chosen } = sides[s];
    section.dataset.kind = kind;
    setText(section.firstChild, title);
    const [heads, columns] = section.lastChild.children;
    resizeChildren(heads, strips.length + 1, () => el("div", "head", el("b"), el("div", "legend", el("span"), el("i"), el("span"))))
      .forEach((head, i) => fillHead(head, strips[i - 1]));
    columns.role = "group";
    columns.ariaLabel = label;
    columns.dataset.many = words.length > 12;
    resizeChildren(columns, words.length, () => el("button", "column", el("span", "word"))).forEach((column, j) => {
      column.dataset.testid = `strips-${kind}`;
      setText(column.firstChild, words[j].token, words[j].title);
      column.ariaLabel = words[j].title;
      column.disabled = chosen < 0; // there is nothing to choose here
      column.onclick = () => chooseColumn(view, s, j);
      const bars = resizeChildren(column, strips.length + 1, () => el("canvas")).slice(1);
      bars.forEach((canvas, i) => { canvas.style.height = `${stripHeight(strips[i])}px`; });
    });
    markColumn(section, chosen);
  });
  layOutSides(view);
}

/** What a strip is, and which shade is which number: one scale for all its columns. */
function fillHead(head, strip) {
  head.hidden = false;
  head.style.visibility = strip ? "visible" : "hidden"; // beside the words
  head.dataset.bidirectional = Boolean(strip?.bidirectional);
  if (!strip) return;
  head.style.height = `${stripHeight(strip)}px`;
  setText(head.firstChild, strip.name, strip.name);
  const [lowest, , highest] = head.lastChild.children;
  setText(lowest, `−${strip.largest}`);
  setText(highest, `+${strip.largest}`);
}

function markColumn(section, chosen) {
  [...section.querySelectorAll(".column")].forEach((column, j) => column.setAttribute("aria-pressed", j === chosen));
}

function chooseColumn(view, s, j) {
  markColumn(view.sides[s], j);
  view.report(view.data.sides[s].kind, j + 1);
}

function layOutSides(view) {
  if (!view.root.clientWidth) return; // in a tab that is not open
  view.root.dataset.narrow = view.root.clientWidth < 860;
  view.sides.forEach((section, s) => {
    const { strips, chosen, kind } = view.data.sides[s];
    const [heads, columns] = section.lastChild.children;
    heads.firstChild.style.height = `${columns.firstChild.firstChild.offsetHeight}px`;
    [...columns.children].forEach((column, j) =>
      strips.forEach((strip, i) => drawStrip(column.children[i + 1], strip.columns[j], view.data.levels, strip.bidirectional)));
    const box = section.lastChild, at = columns.children[chosen];
    const key = `${view.data.key} ${kind} ${chosen}`;
    if (section.dataset.position !== key && at) // the chosen word stands in sight, the page itself stays
      box.scrollLeft = at.offsetLeft - heads.offsetWidth - (box.clientWidth - heads.offsetWidth - at.offsetWidth) / 2;
    section.dataset.position = key;
  });
}

/** Shades from -levels to levels; a gap stands between the two directions of reading. */
function drawStrip(canvas, shades, levels, bidirectional) {
  const [negative, positive] = readColors(canvas, "negative", "positive");
  const shade = (value) => [value < 0 ? negative : positive, 0.06 + (0.94 * Math.abs(value)) / levels];
  paintStrip(canvas, shades, shade, { down: true, apart: 4, gap: bidirectional ? 4 : 0 });
}
