// The decoding walk. The server sends every step once, sentences included; after that each key
// press is answered here, in the browser. The server only hears where the learner came to rest.

const REPORT_AFTER = 400; // ms of quiet before the server hears the position
const PLAY_EVERY = 900; // ms

// Where the arrow keys or the space bar already mean something, they are not ours.
const BUSY = `input, textarea, select, [contenteditable]:not([contenteditable="false"]), canvas, [role="slider"],
  [role="tab"], [role="listbox"], [role="radiogroup"], [role="menu"], [role="grid"], [role="dialog"]`;

// The empty page. data-text and data-name say which label goes there: as text, or as spoken name.
const SKELETON = `
  <div class="left"><section class="card">
    <p class="caption" data-text="source"></p>
    <p class="bottleneck" data-text="no_attention"></p>
    <div class="stage">
      <svg class="arcs" aria-hidden="true"></svg>
      <ol class="words" role="list"></ol>
      <div class="gap"></div>
      <ol class="boxes" role="list"></ol>
    </div>
    <p class="caption" data-text="target"></p>
    <div class="strips">
      <div><span data-text="context"></span><canvas class="context" aria-hidden="true"></canvas></div>
      <div><span data-text="hidden"></span><canvas class="hidden" aria-hidden="true"></canvas></div>
    </div>
    <div class="controls">
      <button class="restart" data-testid="stepper-restart" data-name="restart">${icon("M5 5v14M19 5 8 12l11 7z")}</button>
      <button class="back" data-testid="stepper-back" data-name="back">${icon("M17 5 6 12l11 7z")}</button>
      <button class="next" data-testid="stepper-next"><span data-text="next"></span>${icon("M7 5l11 7-11 7z")}</button>
      <button class="play" data-testid="stepper-play"></button>
      <input type="range" class="slider" min="0" step="1" data-testid="stepper-slider" data-name="slider">
      <output class="step" aria-live="polite"></output>
      <p class="keys" data-text="keys"></p>
    </div>
  </section>${BRANCHES}</div>
  <aside class="aside">
    <section class="panel">
      <h2 data-text="said"></h2>
      <p class="said" aria-live="polite" aria-atomic="true" data-testid="stepper-said"></p>
    </section>
    <section class="panel likely"><h2 data-text="top"></h2><ol class="top" role="list"></ol></section>
    ${WHAT}
  </aside>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  if (view.data?.key !== data.key) { // another walk: its cursor comes from the server
    // who has just chosen or typed another sentence wants to walk through it: the keys are ours
    document.activeElement?.blur();
    halt(view);
    view.position = data.position ?? 0;
  }
  view.data = data;
  view.report = setStateValue;
  view.send = setTriggerValue;
  view.position = within(view, view.position);
  dress(view.root);
  view.next.dataset.pale = brightness(view.next) > 140; // wants dark letters
  fill(view);
  offer(view);
  list(view);
  keep(view);
  layout(view);
  // Streamlit also cleans up a call that a later one has overtaken: only the latest may take it all down.
  const call = ++view.calls;
  return () => { if (call === view.calls) destroy(view, parentElement); };
}

function create(parentElement) {
  parentElement.querySelector(".stepper")?.remove(); // left by an older version of this file
  const root = el("div", "lab stepper");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "stepper";
  root.role = "group";
  root.tabIndex = -1;
  const view = { root, calls: 0, position: 0, width: 0, from: [], to: [] };
  for (const node of root.querySelectorAll("[class]")) view[node.getAttribute("class")] = node;

  view.next.onclick = () => walk(view, view.position + 1);
  view.back.onclick = () => walk(view, view.position - 1);
  view.restart.onclick = () => walk(view, 0);
  view.play.onclick = () => play(view);
  view.slider.oninput = () => walk(view, Number(view.slider.value));
  wire(view);
  // After a click with the mouse the keys belong to the walk; who came by keyboard keeps their place.
  root.onclick = (event) => {
    if (event.detail > 0 && !event.target.closest("form")) root.focus({ preventScroll: true });
  };
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

const within = (view, position) => Math.min(Math.max(position, 0), view.data.steps.length);

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
  const end = view.data.steps.length;
  walk(view, view.position === end ? 0 : view.position);
  clearTimeout(view.timer); // one report when it stops, none on the way
  view.playing = setInterval(() => {
    if (view.position + 1 >= end) return walk(view, end);
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
    End: () => walk(view, view.data.steps.length),
    " ": () => play(view),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// --- what stays the same during one walk ----------------------------------------------------

function fill(view) {
  const { root, data: { source, steps, labels } } = view;
  name(root, labels);
  root.ariaLabel = labels.keys;
  view.slider.max = steps.length;
  view.step.dataset.longest = longest(labels.step); // room for the longest: nothing moves
  view.play.dataset.longest = longest([labels.play, labels.pause]);
  root.dataset.attends = view.attends = steps.some((step) => step.attention);
  root.dataset.pinyin = source.some((word) => word.pinyin);
  root.dataset.gloss = source.some((word) => word.gloss);

  view.sources = children(view.words, source.length, () => el("li", "",
    el("div", "weight", el("span"), el("i")), el("button", "token"), el("div", "pinyin"), el("div", "gloss")));
  view.sources.forEach((li, i) => {
    const { token, pinyin, gloss, unknown } = source[i];
    li.dataset.unknown = Boolean(unknown);
    write(li.children[1], token);
    write(li.children[2], pinyin, pinyin);
    write(li.children[3], gloss, gloss);
  });
  view.targets = children(view.boxes, steps.length, () => el("li", "", el("span"), el("small"), el("i", "mark")));
  root.dataset.meanings = steps.some((step) => step.meaning);
  view.targets.forEach((li) => { li.dataset.testid = "stepper-target"; li.lastChild.role = "img"; });
  mark(view);
  view.guesses = children(view.top, Math.max(0, ...steps.map((step) => step.top.length)),
    () => el("li", "", el("button", "", el("span", "guess"), el("span", "bar", el("i")), el("span", "percent"))))
    .map((li) => li.firstChild);
  view.paths = children(view.arcs, view.attends ? source.length : 2,
    () => document.createElementNS("http://www.w3.org/2000/svg", "path"));
  // One scale per strip for the whole walk: a shade means the same number at every step.
  for (const name of ["context", "hidden"]) {
    const all = steps.map((step) => step[name] ?? []);
    view[name].count = Math.max(0, ...all.map((numbers) => numbers.length));
    view[name].scale = Math.max(1e-6, ...all.flat().map(Math.abs));
    view[name].parentNode.hidden = !view[name].count;
  }
}

// --- what changes with every step -----------------------------------------------------------

const percent = (share) => (share > 0 && share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(1)}%`);

function show(view) {
  const { position, data: { steps, labels, begin } } = view;
  const now = steps[position - 1]; // nothing before the first step
  view.root.dataset.position = position;

  const weights = now?.attention;
  const peak = weights ? Math.max(...weights) : 1;
  view.sources.forEach((li, i) => {
    const weight = weights?.[i] ?? 0;
    li.style.setProperty("--weight", weight.toFixed(4));
    li.dataset.most = weight === peak;
    li.firstChild.firstChild.textContent = weight >= SHOWN ? weight.toFixed(2) : "";
  });
  view.targets.forEach((li, i) => {
    const { token, meaning, special } = steps[i];
    const written = i < position; // the words to come stay unknown
    li.className = !written ? "ghost" : i === position - 1 ? "now" : "written";
    li.dataset.special = special && written;
    write(li.firstChild, written ? token : "·", written ? token : "");
    write(li.children[1], written ? meaning : "", written ? meaning : "");
  });
  arcs(view, weights);
  reveal(view.words, view.sources[weights?.indexOf(peak) ?? 0]);
  reveal(view.boxes, view.targets[Math.max(0, position - 1)]);

  view.said.replaceChildren(...phrase((now ?? begin).said));
  view.guesses.forEach((button, i) => {
    const [token, probability] = now?.top[i] ?? ["", NaN];
    button.dataset.testid = "stepper-guess";
    button.dataset.chosen = token === now?.token;
    button.dataset.empty = !now?.top[i];
    button.style.setProperty("--weight", probability || 0);
    write(button.firstChild, token, token);
    button.lastChild.textContent = now?.top[i] ? percent(probability) : "";
  });
  allow(view);
  paint(view.context, now?.context);
  paint(view.hidden, now?.hidden);

  view.slider.value = position;
  view.slider.style.setProperty("--done", position / steps.length || 0);
  view.slider.setAttribute("aria-valuetext", labels.step[position]);
  view.step.textContent = labels.step[position];
  view.play.textContent = view.playing ? labels.pause : labels.play;
  // Not `disabled`: that would throw the focus out of the walk.
  for (const [name, spent] of [["next", position === steps.length], ["back", !position], ["restart", !position]])
    view[name].setAttribute("aria-disabled", spent);
}
