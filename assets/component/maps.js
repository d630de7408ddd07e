// The attention of many sentences at a glance: a small picture each, and one line that says what
// the picture under the pointer shows. A click or Enter makes its sentence the page's sentence.

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
export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  view.data = data;
  view.pin = (i) => { setTriggerValue("pin", data.maps[i].id); reveal(data.above); };
  view.pictures.ariaLabel = data.labels.pictures;
  dress(view.root);
  view.tiles = children(view.pictures, data.maps.length, () => tile(view));
  const dark = view.root.dataset.dark;
  data.maps.forEach((map, i) => draw(view.tiles[i], map, dark));
  const pinned = data.maps.findIndex((map) => map.pinned);
  if (!view.tiles.some((node) => node.tabIndex === 0)) stop(view, Math.max(0, pinned));
  reserve(view);
  tell(view, view.tiles.indexOf(view.over));
}

function create(parentElement) {
  const root = el("div", "lab maps");
  root.dataset.testid = "maps";
  root.innerHTML = SKELETON; // a constant
  const view = { root, tiles: [], over: null };
  for (const name of ["pictures", "line", "said"]) view[name] = root.querySelector(`.${name}`);
  view.source = root.querySelector(".pair .source");
  view.target = root.querySelector(".pair .target");
  const at = (event) => view.tiles.indexOf(event.target.closest(".tile"));

  view.pictures.onpointerover = (event) => point(view, at(event));
  view.pictures.onpointerleave = () => point(view, view.tiles.indexOf(root.getRootNode().activeElement));
  view.pictures.onfocusin = (event) => { stop(view, at(event)); point(view, at(event)); };
  view.pictures.onclick = (event) => { if (at(event) >= 0) view.pin(at(event)); };
  view.pictures.onkeydown = (event) => press(view, event, at(event));
  parentElement.append(root);
  views.set(parentElement, view);
  view.observer = new ResizeObserver(() => reserve(view));
  view.observer.observe(view.pictures);
  document.fonts.ready.then(() => reserve(view)); // another font wraps elsewhere
  return view;
}

function tile(view) {
  const node = el("div", "tile", el("canvas"));
  node.role = "option";
  node.tabIndex = -1;
  node.dataset.testid = "maps-tile";
  return node;
}

// --- moving ---------------------------------------------------------------------------------

/** One picture is the stop of the Tab key; the arrow keys go on from there. */
function stop(view, i) {
  if (i < 0) return;
  view.tiles.forEach((node, j) => { node.tabIndex = j === i ? 0 : -1; });
}

function press(view, event, i) {
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

function point(view, i) {
  view.over = view.tiles[i] ?? null;
  tell(view, i);
}

/** The line below: of the picture under the pointer, else of the page's sentence, else how to use it. */
function tell(view, i) {
  const { maps, labels } = view.data;
  const map = maps[i] ?? maps.find((one) => one.pinned);
  view.line.dataset.map = Boolean(map);
  write(view.source, map ? map.source.join(" ") : "");
  write(view.target, map ? map.target.join(" ") : "");
  view.said.replaceChildren(...(map ? sentence(map.said) : [labels.hint]));
}

/** The page shows the chosen one large, further up: on most screens out of sight. */
function reveal(key) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const above = document.querySelector(`.st-key-${CSS.escape(key)}`);
  above?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

const sentence = (said) => said.map((part) => {
  const [[kind, text]] = Object.entries(part); // text, source or target
  return el(kind === "text" ? "span" : "b", kind, text);
});

/** Room for the tallest line, so that nothing moves: which one wraps most nobody can guess. */
function reserve(view) {
  if (!view.pictures.clientWidth || !view.data) return; // in a tab that is not open
  const { maps, labels } = view.data;
  const lines = maps.map((map) => el("div", "", el("p", "pair", `${map.source.join(" ")} → ${map.target.join(" ")}`),
    el("p", "said", ...sentence(map.said))));
  const probe = el("div", "probe", ...lines, el("p", "said", labels.hint));
  view.line.append(probe);
  const heights = [...probe.children].map((node) => node.getBoundingClientRect().height);
  probe.remove();
  view.line.style.minHeight = `${Math.ceil(Math.max(...heights))}px`;
}

// --- one picture ----------------------------------------------------------------------------

function draw(node, map, dark) {
  node.setAttribute("aria-selected", Boolean(map.pinned));
  node.setAttribute("aria-label", `${map.source.join(" ")} → ${map.target.join(" ")}`);
  const seen = `${map.id}\n${map.shades}\n${dark}`;
  if (node.seen === seen) return;
  node.seen = seen;
  const [canvas] = node.children;
  const columns = map.source.length, rows = map.target.length;
  const cell = Math.max(1, Math.floor(SIDE / Math.max(columns, rows)));
  const sharp = Math.ceil(window.devicePixelRatio || 1);
  canvas.style.width = `${columns * cell}px`;
  const color = getComputedStyle(node).getPropertyValue("--source");
  paint(canvas, { shades: atob(map.shades), rows, columns, size: cell * sharp, color });
}
