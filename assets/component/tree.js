// A beam search as a tree. The server sends every step once, sentences included; after that each
// key press is answered here. The server only hears where the learner came to rest.

const REPORT_AFTER = 400; // ms of quiet before the server hears the position
const PLAY_EVERY = 1100; // ms
const DENSE = 5; // a wider beam gets smaller boxes
const LONG = 16; // words: from here on a phone has no room for what they mean

// Where the arrow keys or the space bar already mean something, they are not ours.
const BUSY = `input, textarea, select, [contenteditable]:not([contenteditable="false"]), canvas, [role="slider"],
  [role="tab"], [role="listbox"], [role="radiogroup"], [role="menu"], [role="grid"], [role="dialog"]`;

const icon = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;
// The empty page. data-text and data-name say which label goes there: as text, or as spoken name.
const SKELETON = `
  <ol class="source" role="list"></ol>
  <div class="scroll" tabindex="0" data-name="tree">
    <div class="stage">
      <svg class="edges" aria-hidden="true"></svg>
      <div class="grid"></div>
      <p class="line"><span data-text="cut"></span></p>
    </div>
  </div>
  <p class="legend" data-text="legend"></p>
  <div class="controls">
    <button class="restart" data-testid="tree-restart" data-name="restart">${icon("M5 5v14M19 5 8 12l11 7z")}</button>
    <button class="back" data-testid="tree-back" data-name="back">${icon("M17 5 6 12l11 7z")}</button>
    <button class="next" data-testid="tree-next"><span data-text="next"></span>${icon("M7 5l11 7-11 7z")}</button>
    <button class="play" data-testid="tree-play"></button>
    <input type="range" class="slider" min="0" step="1" data-testid="tree-slider" data-name="slider">
    <output class="step" aria-live="polite"></output>
  </div>
  <section class="panel">
    <h2 data-text="said"></h2>
    <p class="said" aria-live="polite" aria-atomic="true" data-testid="tree-said"></p>
  </section>
  <p class="keys" data-text="keys"></p>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data, setStateValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  if (view.data?.key !== data.key) { // another sentence: its cursor comes from the server
    halt(view);
    view.position = data.position ?? 0;
  }
  view.data = data;
  view.report = setStateValue;
  view.position = within(view, view.position);
  dress(view.root);
  view.next.dataset.pale = brightness(view.next) > 140; // wants dark letters
  fill(view);
  layout(view);
  const call = ++view.calls; // only the latest call may take it all down
  return () => { if (call === view.calls) destroy(view, parentElement); };
}

function create(parentElement) {
  parentElement.querySelector(".tree")?.remove(); // left by an older version of this file
  const root = el("div", "lab tree");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "tree";
  root.role = "group";
  root.tabIndex = -1;
  const view = { root, calls: 0, position: 0, width: 0, nodes: [] };
  for (const node of root.querySelectorAll("[class]")) view[node.getAttribute("class")] = node;
  view.next.onclick = () => walk(view, view.position + 1);
  view.back.onclick = () => walk(view, view.position - 1);
  view.restart.onclick = () => walk(view, 0);
  view.play.onclick = () => play(view);
  view.slider.oninput = () => walk(view, Number(view.slider.value));
  // After a click with the mouse the keys belong to the walk; who came by keyboard keeps their place.
  root.onclick = (event) => { if (event.detail > 0) root.focus({ preventScroll: true }); };
  view.onKey = (event) => press(view, event);
  document.addEventListener("keydown", view.onKey);
  parentElement.append(root);
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => {
    if (root.clientWidth !== view.width) layout(view);
  }));
  view.observer.observe(root);
  document.fonts.ready.then(() => layout(view)); // another font, other widths
  views.set(parentElement, view);
  return view;
}

function destroy(view, parentElement) {
  halt(view);
  document.removeEventListener("keydown", view.onKey);
  view.observer.disconnect();
  view.root.remove();
  views.delete(parentElement);
}

// --- moving ---------------------------------------------------------------------------------

const last = (view) => view.data.columns.length + 1; // the step that shows what came out
const within = (view, position) => Math.min(Math.max(position, 0), last(view));

/** Where the walk came to rest: into the URL for a refresh, without a step in the history. */
function report(view) {
  const url = new URL(location.href);
  url.searchParams.set("step", view.position);
  history.replaceState(history.state, "", url);
  view.report("position", view.position);
}

/** A step that the learner took: it ends the play, and is reported when no other follows. */
function walk(view, position) {
  halt(view);
  view.position = within(view, position);
  view.timer = setTimeout(() => report(view), REPORT_AFTER);
  show(view);
}

function play(view) {
  if (view.playing) return walk(view, view.position);
  walk(view, view.position === last(view) ? 0 : view.position);
  clearTimeout(view.timer); // one report when it stops, none on the way
  view.playing = setInterval(() => {
    if (view.position + 1 >= last(view)) return walk(view, last(view));
    view.position += 1;
    show(view);
  }, PLAY_EVERY);
  show(view);
}

function halt(view) {
  clearTimeout(view.timer);
  clearInterval(view.playing);
  view.playing = null;
}

function press(view, event) {
  const at = event.composedPath()[0]; // where the focus really is, however many shadow roots deep
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (at.closest?.(BUSY) || !view.root.getClientRects().length) return;
  if (event.key === " " && (event.repeat || at.closest?.("button, a, summary"))) return;
  const act = {
    ArrowRight: () => walk(view, view.position + 1),
    ArrowLeft: () => walk(view, view.position - 1),
    Home: () => walk(view, 0),
    End: () => walk(view, last(view)),
    " ": () => play(view),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// --- what stays the same during one walk ----------------------------------------------------

const phrase = (said) => said.map((part) => {
  const [[kind, text]] = Object.entries(part); // text, source or target
  return el(kind === "text" ? "span" : "b", kind, text);
});

const longest = (texts) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");
const signed = (number) => number.toFixed(2).replace("-", "−");
const percent = (share) => (share < 0.005 ? "<1%" : `${Math.round(100 * share)}%`);

function fill(view) {
  const { root, data: { source, columns, width, labels } } = view;
  name(root, labels);
  root.ariaLabel = labels.keys;
  root.dataset.dense = width > DENSE;
  root.dataset.long = source.length > LONG;
  view.slider.max = last(view);
  view.step.dataset.longest = longest(labels.step); // room for the longest: nothing moves
  view.play.dataset.longest = longest([labels.play, labels.pause]);
  children(view.source, source.length, () => el("li", "", el("b"), el("span"))).forEach((li, i) => {
    write(li.firstChild, source[i].token, source[i].token);
    write(li.lastChild, source[i].gloss);
  });
  view.grid.replaceChildren();
  const start = box("<sos>", "");
  start.style.gridArea = `1 / 1 / ${width + 1} / 2`;
  start.dataset.state = "start";
  view.grid.append(start);
  view.nodes = [[{ box: start, state: "start", parent: 0 }]];
  columns.forEach((column, step) => {
    let row = 0;
    view.nodes.push(column.map(([token, probability, log, parent, state]) => {
      if (state === "pruned") row = Math.max(row, width + 1); // below the line
      row += 1;
      const node = box(token, `${percent(probability)} · ${signed(log)}`);
      node.style.gridArea = `${row} / ${step + 2}`;
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.style.strokeWidth = 1 + 5 * probability;
      view.grid.append(node);
      return { box: node, path, state, parent, token };
    }));
  });
  view.edges.replaceChildren(...view.nodes.flat().slice(1).map(({ path }) => path));
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const words = beginning(view, step + 1, node);
    node.box.title = words.join(" ");
  }));
  view.line.style.display = columns.flat().some(([, , , , state]) => state === "pruned") ? "" : "none";
}

function box(token, numbers) {
  const node = el("div", "node", el("b"), el("span", "", numbers));
  node.dataset.testid = "tree-node";
  write(node.firstChild, token);
  return node;
}

/** The tokens from the first one to this node. */
function beginning(view, step, node) {
  const tokens = [];
  for (let at = node; step > 0; at = view.nodes[step][at.parent]) {
    tokens.unshift(at.token);
    step -= 1;
  }
  return tokens;
}

function layout(view) {
  const { root, data: { said, width } } = view;
  view.width = root.clientWidth;
  if (!view.width) return; // in a tab that is not open
  root.dataset.narrow = view.width < 640;
  // The tallest sentence of the walk reserves its room.
  const probe = el("div", "probe", ...said.map((one) => el("p", "", ...phrase(one))));
  view.said.after(probe);
  const highest = Math.max(...[...probe.children].map((p) => p.getBoundingClientRect().height));
  view.said.style.minHeight = view.width < 640 ? "" : `${highest}px`; // on a phone it would be a void
  probe.remove();

  const right = (node) => [node.offsetLeft + node.offsetWidth, node.offsetTop + node.offsetHeight / 2];
  view.edges.setAttribute("width", view.grid.scrollWidth);
  view.edges.setAttribute("height", view.grid.scrollHeight);
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const [x, y] = right(view.nodes[step][node.parent].box);
    const [u, v] = [node.box.offsetLeft, node.box.offsetTop + node.box.offsetHeight / 2];
    node.path.setAttribute("d", `M${x} ${y}C${(x + u) / 2} ${y} ${(x + u) / 2} ${v} ${u} ${v}`);
  }));
  const first = view.nodes.slice(1).flat().find(({ state }) => state === "pruned");
  if (first) view.line.style.top = `${first.box.offsetTop - view.line.offsetHeight}px`;
  show(view);
}

// --- what changes with every step -----------------------------------------------------------

/** The nodes that something alive, or a finished sentence, goes back to. */
function needed(view) {
  const found = new Set();
  const back = (step, node) => {
    for (let at = node; step > 0 && !found.has(at); step -= 1) {
      found.add(at);
      at = view.nodes[step - 1][at.parent];
    }
  };
  const { position, nodes } = view;
  const front = Math.min(position, nodes.length - 1);
  for (let step = 1; step <= front; step++)
    for (const node of nodes[step])
      if (node.state === "ended" || (step === front && node.state === "alive")) back(step, node);
  return found;
}

function show(view) {
  const { position, nodes, data: { labels, said, winner } } = view;
  view.root.dataset.position = position;
  const over = position === last(view);
  view.root.dataset.over = over;
  const alive = needed(view);
  nodes.slice(1).forEach((column, step) => column.forEach((node, place) => {
    const there = step < position;
    const won = over && winner[step] === place;
    const state = !there ? "none" : won ? "won" : node.state === "alive" && !alive.has(node) ? "dead" : node.state;
    node.box.dataset.state = state;
    node.box.dataset.now = step === position - 1;
    node.path.setAttribute("class", state);
    node.box.ariaHidden = !there;
  }));
  const grown = Math.min(position, nodes.length - 1);
  follow(view, nodes[over ? Math.min(winner.length + 1, grown) : grown]);
  view.said.replaceChildren(...phrase(said[position]));

  view.slider.value = position;
  view.slider.style.setProperty("--done", position / last(view));
  view.slider.setAttribute("aria-valuetext", labels.step[position]);
  view.step.textContent = labels.step[position];
  view.play.textContent = view.playing ? labels.pause : labels.play;
  // Not `disabled`: that would throw the focus out of the walk.
  for (const [name, spent] of [["next", over], ["back", !position], ["restart", !position]])
    view[name].setAttribute("aria-disabled", spent);
}

/** The tree scrolls inside its own box: the step that has just grown stays in sight. */
function follow(view, column) {
  const { scroll } = view;
  if (!column.length || scroll.scrollWidth <= scroll.clientWidth) return;
  const end = Math.max(...column.map(({ box }) => box.offsetLeft + box.offsetWidth));
  scroll.scrollTo({ left: end + 24 - scroll.clientWidth, behavior: "smooth" });
}
