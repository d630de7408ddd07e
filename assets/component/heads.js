// All layers and heads of one part as small pictures, a row a layer; the line below says what the one
// under the pointer does. A click or Enter opens it: the page shows it large.

const PIXELS = 160; // of the longer side of a picture; it is drawn larger than it is shown

const views = new WeakMap(); // root of the component → what is drawn in it

export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  view.data = data;
  view.open = (i) => { setTriggerValue("choice", data.tiles[i].id); reveal(data.above); };
  dress(view.root);
  view.grid.ariaLabel = data.labels.pictures;
  view.grid.style.setProperty("--heads", data.heads.length);
  names(view, data);
  view.tiles = children(view.box, data.tiles.length, tile);
  data.tiles.forEach((one, i) => draw(view.tiles[i], one, data, view.root.dataset.dark));
  const chosen = data.tiles.findIndex((one) => one.chosen);
  if (!view.tiles.some((node) => node.tabIndex === 0)) stop(view, chosen);
  tell(view, view.over);
}

function create(parentElement) {
  const head = el("div", "across"), side = el("div", "down"), box = el("div", "tiles");
  box.role = "listbox";
  const grid = el("div", "grid", el("span"), head, side, box), said = el("p", "said");
  const root = el("div", "lab heads", grid, said);
  root.dataset.testid = "heads";
  const view = { root, grid, head, side, box, said, tiles: [], over: -1 };
  const at = (event) => view.tiles.indexOf(event.target.closest(".tile"));
  const point = (i) => tell(view, (view.over = i));
  box.onpointerover = (event) => point(at(event));
  box.onpointerleave = () => point(view.tiles.indexOf(root.getRootNode().activeElement));
  box.onfocusin = (event) => { stop(view, at(event)); point(at(event)); };
  box.onclick = (event) => { if (at(event) >= 0) view.open(at(event)); };
  box.onkeydown = (event) => press(view, event, at(event));
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

/** Heads above, layers at the side: a number alone where there is little room. */
function names(view, { heads, layers }) {
  const label = () => el("span", "", el("span", "long"), el("span", "short"));
  for (const [box, texts] of [[view.head, heads], [view.side, layers]])
    children(box, texts.length, label).forEach((node, i) => {
      write(node.firstChild, texts[i].long);
      write(node.lastChild, texts[i].short);
    });
}

function tile() {
  const node = el("div", "tile", el("canvas"));
  node.role = "option";
  node.tabIndex = -1;
  node.dataset.testid = "heads-tile";
  return node;
}

/** One picture is the stop of the Tab key; the arrow keys go on from there. */
function stop(view, i) {
  if (i >= 0) view.tiles.forEach((node, j) => { node.tabIndex = j === i ? 0 : -1; });
}

function press(view, event, i) {
  if (event.ctrlKey || event.altKey || event.metaKey || i < 0) return;
  const row = view.data.heads.length;
  const to = { ArrowRight: i + 1, ArrowLeft: i - 1, ArrowDown: i + row, ArrowUp: i - row, Home: 0, End: view.tiles.length - 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") view.open(i);
  else if (to === undefined) return;
  else view.tiles[to]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function tell(view, i) {
  const { tiles } = view.data;
  const one = tiles[i] ?? tiles.find(({ chosen }) => chosen);
  view.said.replaceChildren(...(one ? [el("b", "", one.name), " ", one.said] : []));
}

/** The page shows the chosen one large: on a phone that is further up, out of sight. */
function reveal(key) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const above = document.querySelector(`.st-key-${CSS.escape(key)}`);
  above?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" });
}

function draw(node, one, { rows, columns, causal }, dark) {
  node.setAttribute("aria-selected", one.chosen);
  node.setAttribute("aria-label", one.name);
  const seen = `${rows}/${columns}/${causal}/${dark}\n${one.shades}`;
  if (node.seen === seen) return;
  node.seen = seen;
  const size = Math.max(2, Math.floor(PIXELS / Math.max(rows, columns)));
  const color = getComputedStyle(node).getPropertyValue("--source");
  paint(node.firstChild, { shades: atob(one.shades), rows, columns, size, color, causal });
}
