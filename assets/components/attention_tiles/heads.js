// All layers and heads of one part as small pictures, a row a layer; the line below says what the one
// under the pointer does. A click or Enter opens it: the page shows it large.

import { paintWeights, readColors } from "../lib/canvas.js";
import { applyTheme, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";

const PIXELS = 160; // of the longer side of a picture; it is drawn larger than it is shown

const views = new WeakMap(); // root of the component → what is drawn in it

export default whenStyled(({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  view.open = (i) => { setTriggerValue("choice", data.tiles[i].id); scrollToLarge(data.above); };
  applyTheme(view.root);
  view.grid.ariaLabel = data.labels.pictures;
  view.grid.style.setProperty("--heads", data.heads.length);
  fillNames(view, data);
  view.tiles = resizeChildren(view.box, data.tiles.length, createTile);
  data.tiles.forEach((one, i) => drawTile(view.tiles[i], one, data, view.root.dataset.dark));
  const chosen = data.tiles.findIndex((one) => one.chosen);
  if (!view.tiles.some((node) => node.tabIndex === 0)) setTabStop(view, chosen);
  showDescription(view, view.over);
});

function createView(parentElement) {
  const head = el("div", "across"), side = el("div", "down"), box = el("div", "tiles");
  box.role = "listbox";
  const grid = el("div", "grid", el("span"), head, side, box), said = el("p", "said");
  const root = el("div", "lab heads", grid, said);
  root.dataset.testid = "heads";
  const view = { root, grid, head, side, box, said, tiles: [], over: -1 };
  const findTile = (event) => view.tiles.indexOf(event.target.closest(".tile"));
  const pointAt = (i) => showDescription(view, (view.over = i));
  box.onpointerover = (event) => pointAt(findTile(event));
  box.onpointerleave = () => pointAt(view.tiles.indexOf(root.getRootNode().activeElement));
  box.onfocusin = (event) => { setTabStop(view, findTile(event)); pointAt(findTile(event)); };
  box.onclick = (event) => { if (findTile(event) >= 0) view.open(findTile(event)); };
  box.onkeydown = (event) => pressKey(view, event, findTile(event));
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

/** Heads above, layers at the side: a number alone where there is little room. */
function fillNames(view, { heads, layers }) {
  const createLabel = () => el("span", "", el("span", "long"), el("span", "short"));
  for (const [box, texts] of [[view.head, heads], [view.side, layers]])
    resizeChildren(box, texts.length, createLabel).forEach((node, i) => {
      setText(node.firstChild, texts[i].long);
      setText(node.lastChild, texts[i].short);
    });
}

function createTile() {
  const node = el("div", "tile", el("canvas"));
  node.role = "option";
  node.tabIndex = -1;
  node.dataset.testid = "heads-tile";
  return node;
}

/** One picture is the stop of the Tab key; the arrow keys go on from there. */
function setTabStop(view, i) {
  if (i >= 0) view.tiles.forEach((node, j) => { node.tabIndex = j === i ? 0 : -1; });
}

function pressKey(view, event, i) {
  if (event.ctrlKey || event.altKey || event.metaKey || i < 0) return;
  const row = view.data.heads.length;
  const to = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + row, ArrowUp: i - row, Home: 0, End: view.tiles.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") view.open(i);
  else if (to === undefined) return;
  else view.tiles[to]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function showDescription(view, i) {
  const { tiles } = view.data;
  const one = tiles[i] ?? tiles.find(({ chosen }) => chosen);
  view.said.replaceChildren(...(one ? [el("b", "", one.name), " ", one.said] : []));
}

/** The page shows the chosen one large: on a phone that is further up, out of sight. */
function scrollToLarge(key) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const above = document.querySelector(`.st-key-${CSS.escape(key)}`);
  above?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

function drawTile(node, one, { rows, columns, causal }, dark) {
  node.setAttribute("aria-selected", one.chosen);
  node.setAttribute("aria-label", one.name);
  const drawn = `${rows}/${columns}/${causal}/${dark}\n${one.shades}`;
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  const size = Math.max(2, Math.floor(PIXELS / Math.max(rows, columns)));
  const [color] = readColors(node, "source");
  paintWeights(node.firstChild, { shades: atob(one.shades), rows, columns, size, color, causal });
}
