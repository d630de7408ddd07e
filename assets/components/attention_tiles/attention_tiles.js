// Small pictures of attention, and below them in words what the one under the pointer shows. A click
// or Enter chooses one: the page shows it large. They flow like words; with names for rows and columns
// they stand in a table.

import { paintWeights, readColors } from "../lib/canvas.js";
import { applyTheme, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";
import { renderSegments } from "../lib/text.js";

const FLOW_SIDE = 48; // px, the room for a picture among many
const TABLE_SIDE = 160; // px that a picture of a table is drawn with; it is shown smaller

const SKELETON = `
  <div class="pictures">
    <div class="column-names"></div><div class="row-names"></div>
    <div class="tiles" role="listbox"></div>
  </div>
  <div class="description"></div>`; // a constant

const views = new WeakMap(); // root of the component → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  view.choose = (i) => { setTriggerValue("choice", data.tiles[i].id); scrollToLarge(data.container_key); };
  view.root.dataset.layout = data.column_names.length ? "table" : "flow";
  applyTheme(view.root);
  fillNames(view.columnNames, data.column_names);
  fillNames(view.rowNames, data.row_names);
  view.root.style.setProperty("--columns", data.column_names.length);
  view.list.ariaLabel = data.label;
  view.tiles = resizeChildren(view.list, data.tiles.length, createTile);
  const [color] = readColors(view.root, "source");
  data.tiles.forEach((tile, i) => fillTile(view.tiles[i], tile, view.root.dataset.layout, color));
  const chosen = data.tiles.findIndex((tile) => tile.chosen);
  if (!view.tiles.some((node) => node.tabIndex === 0)) setTabStop(view, Math.max(0, chosen));
  reserveRoom(view);
  showDescription(view, view.pointed);
});

function createView(parentElement) {
  const root = el("div", "lab attention-tiles");
  root.dataset.testid = "attention-tiles";
  root.innerHTML = SKELETON;
  const [columnNames, rowNames, list] = root.firstElementChild.children;
  const view = { root, columnNames, rowNames, list, description: root.lastElementChild, tiles: [], pointed: -1 };
  const findTile = (event) => view.tiles.indexOf(event.target.closest(".tile"));
  list.onpointerover = (event) => pointAt(view, findTile(event));
  list.onpointerleave = () => pointAt(view, view.tiles.indexOf(root.getRootNode().activeElement));
  list.addEventListener("focusin", (event) => { setTabStop(view, findTile(event)); pointAt(view, findTile(event)); });
  list.onclick = (event) => { if (findTile(event) >= 0) view.choose(findTile(event)); };
  list.onkeydown = (event) => pressKey(view, event, findTile(event));
  parentElement.append(root);
  views.set(parentElement, view);
  view.observer = new ResizeObserver(() => reserveRoom(view));
  view.observer.observe(list);
  document.fonts.ready.then(() => reserveRoom(view)); // another font wraps elsewhere
  return view;
}

/** Each name in full, and a short one for where there is little room. */
function fillNames(box, names) {
  resizeChildren(box, names.length, () => el("span", "", el("span", "long"), el("span", "short"))).forEach((node, i) => {
    setText(node.firstChild, names[i].long);
    setText(node.lastChild, names[i].short);
  });
}

// --- moving ---------------------------------------------------------------------------------

/** One picture is the stop of the Tab key; the arrow keys go on from there. */
function setTabStop(view, i) {
  if (i >= 0) view.tiles.forEach((node, j) => { node.tabIndex = j === i ? 0 : -1; });
}

function pressKey(view, event, i) {
  if (event.ctrlKey || event.altKey || event.metaKey || i < 0) return;
  const firstRow = view.tiles.filter((node) => node.offsetTop === view.tiles[0].offsetTop).length;
  const to = {
    ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + firstRow, ArrowUp: i - firstRow,
    Home: 0, End: view.tiles.length - 1,
  }[event.key];
  if (event.key === "Enter" || event.key === " ") view.choose(i);
  else if (to === undefined) return;
  else view.tiles[to]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function pointAt(view, i) {
  view.pointed = i;
  showDescription(view, i);
}

/** The page shows the chosen one large, elsewhere: often out of sight. */
function scrollToLarge(key) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const container = document.querySelector(`.st-key-${CSS.escape(key)}`);
  container?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

// --- the words below ------------------------------------------------------------------------

const renderDescription = ({ title, description }) =>
  [el("p", "title", ...renderSegments(title)), " ", el("p", "words", ...renderSegments(description))];

const renderHint = (hint) => (hint ? [el("p", "words", hint)] : []);

/** Of the picture under the pointer, else of the chosen one, else how to use it. */
function showDescription(view, i) {
  const { tiles, hint } = view.data;
  const tile = tiles[i] ?? tiles.find(({ chosen }) => chosen);
  view.description.replaceChildren(...(tile ? renderDescription(tile) : renderHint(hint)));
}

/** Room for the tallest, so that nothing moves: all are tried, as nobody can guess which wraps most. */
function reserveRoom(view) {
  if (!view.list.clientWidth) return; // in a tab that is not open
  const { tiles, hint } = view.data;
  const candidates = [...tiles.map(renderDescription), renderHint(hint)].map((nodes) => el("div", "", ...nodes));
  const probe = view.description.appendChild(el("div", "probe", ...candidates));
  const heights = candidates.map((node) => node.getBoundingClientRect().height);
  probe.remove();
  view.root.style.setProperty("--room", `${Math.max(...heights)}px`);
}

// --- one picture ----------------------------------------------------------------------------

function createTile() {
  const node = el("div", "tile", el("canvas"));
  node.role = "option";
  node.tabIndex = -1;
  node.dataset.testid = "attention-tile";
  return node;
}

function fillTile(node, { title, chosen, ...weights }, layout, color) {
  node.setAttribute("aria-selected", chosen);
  node.setAttribute("aria-label", title.flatMap(Object.values).join(""));
  const { shades, rows, columns, causal } = weights;
  const drawn = [layout, color, rows, columns, causal, shades].join("\n");
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  const canvas = node.firstChild;
  const divideSide = (side) => Math.max(1, Math.floor(side / Math.max(rows, columns)));
  const size = layout === "table" ? divideSide(TABLE_SIDE) : divideSide(FLOW_SIDE) * Math.ceil(window.devicePixelRatio || 1);
  canvas.style.width = layout === "table" ? "" : `${columns * divideSide(FLOW_SIDE)}px`;
  paintWeights(canvas, { shades, rows, columns, size, color, causal });
}
