// The attention of many sentences at a glance: a small picture each, and one line that says what
// the picture under the pointer shows. A click or Enter makes its sentence the page's sentence.

import { paintWeights, readColors } from "../lib/canvas.js";
import { applyTheme, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";
import { renderSegments } from "../lib/text.js";

const SIDE = 48; // px, the room for a picture

// The empty page. data-text says which label goes there.
const SKELETON = `
  <div class="pictures" role="listbox"></div>
  <div class="line">
    <p class="pair"><span class="source"></span><span aria-hidden="true"> → </span><span class="target"></span></p>
    <p class="said"></p>
  </div>`;

const views = new WeakMap(); // root of the component → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  view.pin = (i) => { setTriggerValue("pin", data.maps[i].id); scrollToLarge(data.above); };
  view.pictures.ariaLabel = data.labels.pictures;
  applyTheme(view.root);
  view.tiles = resizeChildren(view.pictures, data.maps.length, createTile);
  const dark = view.root.dataset.dark;
  data.maps.forEach((map, i) => drawTile(view.tiles[i], map, dark));
  const pinned = data.maps.findIndex((map) => map.pinned);
  if (!view.tiles.some((node) => node.tabIndex === 0)) setTabStop(view, Math.max(0, pinned));
  reserveRoom(view);
  showDescription(view, view.tiles.indexOf(view.over));
});

function createView(parentElement) {
  const root = el("div", "lab maps");
  root.dataset.testid = "maps";
  root.innerHTML = SKELETON; // a constant
  const view = { root, tiles: [], over: null };
  for (const name of ["pictures", "line", "said"]) view[name] = root.querySelector(`.${name}`);
  view.source = root.querySelector(".pair .source");
  view.target = root.querySelector(".pair .target");
  const findTile = (event) => view.tiles.indexOf(event.target.closest(".tile"));

  view.pictures.onpointerover = (event) => pointAt(view, findTile(event));
  view.pictures.onpointerleave = () => pointAt(view, view.tiles.indexOf(root.getRootNode().activeElement));
  view.pictures.onfocusin = (event) => { setTabStop(view, findTile(event)); pointAt(view, findTile(event)); };
  view.pictures.onclick = (event) => { if (findTile(event) >= 0) view.pin(findTile(event)); };
  view.pictures.onkeydown = (event) => pressKey(view, event, findTile(event));
  parentElement.append(root);
  views.set(parentElement, view);
  view.observer = new ResizeObserver(() => reserveRoom(view));
  view.observer.observe(view.pictures);
  document.fonts.ready.then(() => reserveRoom(view)); // another font wraps elsewhere
  return view;
}

function createTile() {
  const node = el("div", "tile", el("canvas"));
  node.role = "option";
  node.tabIndex = -1;
  node.dataset.testid = "maps-tile";
  return node;
}

// --- moving ---------------------------------------------------------------------------------

/** One picture is the stop of the Tab key; the arrow keys go on from there. */
function setTabStop(view, i) {
  if (i < 0) return;
  view.tiles.forEach((node, j) => { node.tabIndex = j === i ? 0 : -1; });
}

function pressKey(view, event, i) {
  if (event.ctrlKey || event.altKey || event.metaKey || i < 0) return;
  const first = view.tiles[0].offsetTop;
  const across = view.tiles.findIndex((node) => node.offsetTop > first);
  const row = across < 0 ? view.tiles.length : across;
  const to = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + row, ArrowUp: i - row, Home: 0, End: view.tiles.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") view.pin(i);
  else if (to === undefined) return;
  else view.tiles[to]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function pointAt(view, i) {
  view.over = view.tiles[i] ?? null;
  showDescription(view, i);
}

/** The line below: of the picture under the pointer, else of the page's sentence, else how to use it. */
function showDescription(view, i) {
  const { maps, labels } = view.data;
  const map = maps[i] ?? maps.find((one) => one.pinned);
  view.line.dataset.map = Boolean(map);
  setText(view.source, map ? map.source.join(" ") : "");
  setText(view.target, map ? map.target.join(" ") : "");
  view.said.replaceChildren(...(map ? renderSegments(map.said) : [labels.hint]));
}

/** The page shows the chosen one large, further up: on most screens out of sight. */
function scrollToLarge(key) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const above = document.querySelector(`.st-key-${CSS.escape(key)}`);
  above?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

/** Room for the tallest line, so that nothing moves: all are tried, as nobody can guess which wraps most. */
function reserveRoom(view) {
  if (!view.pictures.clientWidth || !view.data) return; // in a tab that is not open
  const { maps, labels } = view.data;
  const lines = maps.map((map) => el("div", "", el("p", "pair", `${map.source.join(" ")} → ${map.target.join(" ")}`),
    el("p", "said", ...renderSegments(map.said))));
  const probe = el("div", "probe", ...lines, el("p", "said", labels.hint));
  view.line.append(probe);
  const heights = [...probe.children].map((node) => node.getBoundingClientRect().height);
  probe.remove();
  view.line.style.minHeight = `${Math.ceil(Math.max(...heights))}px`;
}

// --- one picture ----------------------------------------------------------------------------

function drawTile(node, map, dark) {
  node.setAttribute("aria-selected", Boolean(map.pinned));
  node.setAttribute("aria-label", `${map.source.join(" ")} → ${map.target.join(" ")}`);
  const drawn = `${map.id}\n${map.shades}\n${dark}`;
  if (node.drawn === drawn) return;
  node.drawn = drawn;
  const [canvas] = node.children;
  const columns = map.source.length, rows = map.target.length;
  const cell = Math.max(1, Math.floor(SIDE / Math.max(columns, rows)));
  const sharpness = Math.ceil(window.devicePixelRatio || 1);
  canvas.style.width = `${columns * cell}px`;
  const [color] = readColors(node, "source");
  paintWeights(canvas, { shades: atob(map.shades), rows, columns, size: cell * sharpness, color });
}
