// A beam search as a tree. The server sends every step once, sentences included; after that each
// key press is answered here. The server only hears where the learner came to rest.

import { applyTheme, createSvg, el, fillLabels, iconMarkup, measureBrightness, setText, syncUrl } from "../lib/dom.js";
import { listGlossedWords } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";
import { formatWholePercent, pickLongest, renderSegments } from "../lib/text.js";

const REPORT_AFTER = 400; // ms of quiet before the server hears the position
const PLAY_EVERY = 1100; // ms
const DENSE = 5; // a wider beam gets smaller boxes
const LONG = 16; // words: from here on a phone has no room for what they mean

// Where the arrow keys or the space bar already mean something, they are not ours.
const BUSY = `input, textarea, select, [contenteditable]:not([contenteditable="false"]), canvas, [role="slider"],
  [role="tab"], [role="listbox"], [role="radiogroup"], [role="menu"], [role="grid"], [role="dialog"]`;

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
    <button class="restart" data-testid="tree-restart" data-name="restart">${iconMarkup("M5 5v14M19 5 8 12l11 7z")}</button>
    <button class="back" data-testid="tree-back" data-name="back">${iconMarkup("M17 5 6 12l11 7z")}</button>
    <button class="next" data-testid="tree-next"><span data-text="next"></span>${iconMarkup("M7 5l11 7-11 7z")}</button>
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
export default whenStyled(({ parentElement, data, setStateValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  if (view.data?.key !== data.key) { // another sentence: its cursor comes from the server
    stopPlayback(view);
    view.position = data.position ?? 0;
  }
  view.data = data;
  view.report = setStateValue;
  view.position = clampPosition(view, view.position);
  applyTheme(view.root);
  view.next.dataset.pale = measureBrightness(view.next) > 140; // wants dark letters
  fillView(view);
  layOut(view);
  const call = ++view.calls; // only the latest call may take it all down
  return () => { if (call === view.calls) destroyView(view, parentElement); };
});

function createView(parentElement) {
  const root = el("div", "lab tree");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "tree";
  root.role = "group";
  root.tabIndex = -1;
  const view = { root, calls: 0, position: 0, width: 0, nodes: [] };
  for (const node of root.querySelectorAll("[class]")) view[node.getAttribute("class")] = node;
  view.next.onclick = () => goTo(view, view.position + 1);
  view.back.onclick = () => goTo(view, view.position - 1);
  view.restart.onclick = () => goTo(view, 0);
  view.play.onclick = () => togglePlayback(view);
  view.slider.oninput = () => goTo(view, Number(view.slider.value));
  // After a click with the mouse the keys belong to the steps; a learner who came by keyboard keeps their place.
  root.onclick = (event) => { if (event.detail > 0) root.focus({ preventScroll: true }); };
  view.onKey = (event) => pressKey(view, event);
  document.addEventListener("keydown", view.onKey);
  parentElement.append(root);
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => {
    if (root.clientWidth !== view.width) layOut(view);
  }));
  view.observer.observe(root);
  document.fonts.ready.then(() => layOut(view)); // another font, other widths
  views.set(parentElement, view);
  return view;
}

function destroyView(view, parentElement) {
  stopPlayback(view);
  document.removeEventListener("keydown", view.onKey);
  view.observer.disconnect();
  view.root.remove();
  views.delete(parentElement);
}

// --- moving ---------------------------------------------------------------------------------

const lastPosition = (view) => view.data.columns.length + 1; // the step that shows what came out
const clampPosition = (view, position) => Math.min(Math.max(position, 0), lastPosition(view));

/** Where the learner came to rest. */
function reportPosition(view) {
  syncUrl({ step: view.position });
  view.report("position", view.position);
}

/** A step that the learner took: it ends the play, and is reported when no other follows. */
function goTo(view, position) {
  stopPlayback(view);
  view.position = clampPosition(view, position);
  view.timer = setTimeout(() => reportPosition(view), REPORT_AFTER);
  drawStep(view);
}

function togglePlayback(view) {
  if (view.playing) return goTo(view, view.position);
  goTo(view, view.position === lastPosition(view) ? 0 : view.position);
  clearTimeout(view.timer); // one report when it stops, none on the way
  view.playing = setInterval(() => {
    if (view.position + 1 >= lastPosition(view)) return goTo(view, lastPosition(view));
    view.position += 1;
    drawStep(view);
  }, PLAY_EVERY);
  drawStep(view);
}

function stopPlayback(view) {
  clearTimeout(view.timer);
  clearInterval(view.playing);
  view.playing = null;
}

function pressKey(view, event) {
  const at = event.composedPath()[0]; // where the focus really is, however many shadow roots deep
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (at.closest?.(BUSY) || !view.root.getClientRects().length) return;
  if (event.key === " " && (event.repeat || at.closest?.("button, a, summary"))) return;
  const act = {
    ArrowRight: () => goTo(view, view.position + 1),
    ArrowLeft: () => goTo(view, view.position - 1),
    Home: () => goTo(view, 0),
    End: () => goTo(view, lastPosition(view)),
    " ": () => togglePlayback(view),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// --- what stays the same at every step ----------------------------------------------------

const formatSigned = (number) => number.toFixed(2).replace("-", "−");

function fillView(view) {
  const { root, data: { source, columns, width, labels } } = view;
  fillLabels(root, labels);
  root.ariaLabel = labels.keys;
  root.dataset.dense = width > DENSE;
  root.dataset.long = source.length > LONG;
  view.slider.max = lastPosition(view);
  view.step.dataset.longest = pickLongest(labels.step); // room for the longest: nothing moves
  view.play.dataset.longest = pickLongest([labels.play, labels.pause]);
  listGlossedWords(view.source, source);
  view.grid.replaceChildren();
  const start = createNode("<sos>", "");
  start.style.gridArea = `1 / 1 / ${width + 1} / 2`;
  start.dataset.state = "start";
  view.grid.append(start);
  view.nodes = [[{ box: start, state: "start", parent: 0 }]];
  columns.forEach((column, step) => {
    let row = 0;
    view.nodes.push(column.map(([token, probability, log, parent, state]) => {
      if (state === "pruned") row = Math.max(row, width + 1); // below the line
      row += 1;
      const node = createNode(token, `${formatWholePercent(probability)} · ${formatSigned(log)}`);
      node.style.gridArea = `${row} / ${step + 2}`;
      const path = createSvg("path");
      path.style.strokeWidth = 1 + 5 * probability;
      view.grid.append(node);
      return { box: node, path, state, parent, token };
    }));
  });
  view.edges.replaceChildren(...view.nodes.flat().slice(1).map(({ path }) => path));
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const words = listTokens(view, step + 1, node);
    node.box.title = words.join(" ");
  }));
  view.line.style.display = columns.flat().some(([, , , , state]) => state === "pruned") ? "" : "none";
}

function createNode(token, numbers) {
  const node = el("div", "node", el("b"), el("span", "", numbers));
  node.dataset.testid = "tree-node";
  setText(node.firstChild, token);
  return node;
}

/** The tokens from the first one to this node. */
function listTokens(view, step, node) {
  const tokens = [];
  for (let at = node; step > 0; at = view.nodes[step][at.parent]) {
    tokens.unshift(at.token);
    step -= 1;
  }
  return tokens;
}

function layOut(view) {
  const { root, data: { said } } = view;
  view.width = root.clientWidth;
  if (!view.width) return; // in a tab that is not open
  root.dataset.narrow = view.width < 640;
  // The tallest sentence of all steps reserves its room.
  const probe = el("div", "probe", ...said.map((one) => el("p", "", ...renderSegments(one))));
  view.said.after(probe);
  const highest = Math.max(...[...probe.children].map((p) => p.getBoundingClientRect().height));
  view.said.style.minHeight = view.width < 640 ? "" : `${highest}px`; // on a phone it would be a void
  probe.remove();

  const findRightEdge = (node) => [node.offsetLeft + node.offsetWidth, node.offsetTop + node.offsetHeight / 2];
  view.edges.setAttribute("width", view.grid.scrollWidth);
  view.edges.setAttribute("height", view.grid.scrollHeight);
  view.nodes.slice(1).forEach((column, step) => column.forEach((node) => {
    const [x, y] = findRightEdge(view.nodes[step][node.parent].box);
    const [u, v] = [node.box.offsetLeft, node.box.offsetTop + node.box.offsetHeight / 2];
    node.path.setAttribute("d", `M${x} ${y}C${(x + u) / 2} ${y} ${(x + u) / 2} ${v} ${u} ${v}`);
  }));
  const first = view.nodes.slice(1).flat().find(({ state }) => state === "pruned");
  if (first) view.line.style.top = `${first.box.offsetTop - view.line.offsetHeight}px`;
  drawStep(view);
}

// --- what changes with every step -----------------------------------------------------------

/** The nodes that something alive, or a finished sentence, goes back to. */
function findAncestors(view) {
  const ancestors = new Set();
  const addPath = (step, node) => {
    for (let at = node; step > 0 && !ancestors.has(at); step -= 1) {
      ancestors.add(at);
      at = view.nodes[step - 1][at.parent];
    }
  };
  const { position, nodes } = view;
  const front = Math.min(position, nodes.length - 1);
  for (let step = 1; step <= front; step++)
    for (const node of nodes[step])
      if (node.state === "ended" || (step === front && node.state === "alive")) addPath(step, node);
  return ancestors;
}

function drawStep(view) {
  const { position, nodes, data: { labels, said, winner } } = view;
  view.root.dataset.position = position;
  const over = position === lastPosition(view);
  view.root.dataset.over = over;
  const alive = findAncestors(view);
  nodes.slice(1).forEach((column, step) => column.forEach((node, place) => {
    const visible = step < position;
    const won = over && winner[step] === place;
    const state = !visible ? "none" : won ? "won" : node.state === "alive" && !alive.has(node) ? "dead" : node.state;
    node.box.dataset.state = state;
    node.box.dataset.now = step === position - 1;
    node.path.setAttribute("class", state);
    node.box.ariaHidden = !visible;
  }));
  const column = Math.min(position, nodes.length - 1);
  scrollToColumn(view, nodes[over ? Math.min(winner.length + 1, column) : column]);
  view.said.replaceChildren(...renderSegments(said[position]));

  view.slider.value = position;
  view.slider.style.setProperty("--done", position / lastPosition(view));
  view.slider.setAttribute("aria-valuetext", labels.step[position]);
  view.step.textContent = labels.step[position];
  view.play.textContent = view.playing ? labels.pause : labels.play;
  // Not `disabled`: that would throw the focus out of the component.
  for (const [name, spent] of [["next", over], ["back", !position], ["restart", !position]])
    view[name].setAttribute("aria-disabled", spent);
}

/** The tree scrolls inside its own box: the step that has just grown stays in sight. */
function scrollToColumn(view, column) {
  const { scroll } = view;
  if (!column.length || scroll.scrollWidth <= scroll.clientWidth) return;
  const end = Math.max(...column.map(({ box }) => box.offsetLeft + box.offsetWidth));
  scroll.scrollTo({ left: end + 24 - scroll.clientWidth, behavior: "smooth" });
}
