// Decoding, step by step. The server sends every step once, sentences included; after that each key
// press is answered here, in the browser. The server only hears where the learner came to rest.

import { applyTheme, createSvg, el, fillLabels, iconMarkup, measureBrightness, resizeChildren, setText, syncUrl } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";
import { formatPercent, pickLongest, renderSegments } from "../lib/text.js";
import { drawArcs, paintNumbers, scrollIntoList } from "./arcs.js";
import { BRANCHES, listBranches } from "./branches.js";
import { INTERVENTIONS, enableInterventions, fillInterventions, listenToInterventions, markInterventions } from "./interventions.js";
import { layOut } from "./layout.js";

const REPORT_AFTER = 400; // ms of quiet before the server hears the position
const PLAY_EVERY = 900; // ms
const LEAST_NUMBERED = 0.05; // smaller weights get a bar, but no number

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
      <button class="restart" data-testid="stepper-restart" data-name="restart">${iconMarkup("M5 5v14M19 5 8 12l11 7z")}</button>
      <button class="back" data-testid="stepper-back" data-name="back">${iconMarkup("M17 5 6 12l11 7z")}</button>
      <button class="next" data-testid="stepper-next"><span data-text="next"></span>${iconMarkup("M7 5l11 7-11 7z")}</button>
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
    ${INTERVENTIONS}
  </aside>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(({ parentElement, data, setStateValue, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  if (view.data?.key !== data.key) { // another translation: its cursor comes from the server
    // a learner who has just chosen or typed another sentence wants to walk through it: the keys are ours
    document.activeElement?.blur();
    stopPlayback(view);
    view.position = data.position ?? 0;
  }
  view.data = data;
  view.report = setStateValue;
  view.send = setTriggerValue;
  view.position = clampPosition(view, view.position);
  applyTheme(view.root);
  view.next.dataset.pale = measureBrightness(view.next) > 140; // wants dark letters
  fillView(view);
  fillInterventions(view);
  listBranches(view);
  syncUrl(data.address);
  layOut(view, drawStep);
  // Streamlit also cleans up a call that a later one has overtaken: only the latest may take it all down.
  const call = ++view.calls;
  return () => { if (call === view.calls) destroyView(view, parentElement); };
});

function createView(parentElement) {
  const root = el("div", "lab stepper");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "stepper";
  root.role = "group";
  root.tabIndex = -1;
  const view = { root, calls: 0, position: 0, width: 0, from: [], to: [] };
  for (const node of root.querySelectorAll("[class]")) view[node.getAttribute("class")] = node;

  view.next.onclick = () => goTo(view, view.position + 1);
  view.back.onclick = () => goTo(view, view.position - 1);
  view.restart.onclick = () => goTo(view, 0);
  view.play.onclick = () => togglePlayback(view);
  view.slider.oninput = () => goTo(view, Number(view.slider.value));
  listenToInterventions(view);
  // After a click with the mouse the keys belong to the steps; a learner who came by keyboard keeps their place.
  root.onclick = (event) => {
    if (event.detail > 0 && !event.target.closest("form")) root.focus({ preventScroll: true });
  };
  view.onKey = (event) => pressKey(view, event);
  document.addEventListener("keydown", view.onKey);

  parentElement.append(root);
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => {
    if (root.clientWidth !== view.width) layOut(view, drawStep);
  }));
  view.observer.observe(root);
  document.fonts.ready.then(() => layOut(view, drawStep)); // another font, other widths
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

const clampPosition = (view, position) => Math.min(Math.max(position, 0), view.data.steps.length);

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
  const end = view.data.steps.length;
  goTo(view, view.position === end ? 0 : view.position);
  clearTimeout(view.timer); // one report when it stops, none on the way
  view.playing = setInterval(() => {
    if (view.position + 1 >= end) return goTo(view, end);
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
    End: () => goTo(view, view.data.steps.length),
    " ": () => togglePlayback(view),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// --- what stays the same at every step ----------------------------------------------------

function fillView(view) {
  const { root, data: { source, steps, labels } } = view;
  fillLabels(root, labels);
  root.ariaLabel = labels.keys;
  view.slider.max = steps.length;
  view.step.dataset.longest = pickLongest(labels.step); // room for the longest: nothing moves
  view.play.dataset.longest = pickLongest([labels.play, labels.pause]);
  root.dataset.attends = view.attends = steps.some((step) => step.attention);
  root.dataset.pinyin = source.some((word) => word.pinyin);
  root.dataset.gloss = source.some((word) => word.gloss);

  view.sources = resizeChildren(view.words, source.length, () => el("li", "",
    el("div", "weight", el("span"), el("i")), el("button", "token"), el("div", "pinyin"), el("div", "gloss")));
  view.sources.forEach((li, i) => {
    const { token, pinyin, gloss, unknown } = source[i];
    li.dataset.unknown = Boolean(unknown);
    setText(li.children[1], token);
    setText(li.children[2], pinyin, pinyin);
    setText(li.children[3], gloss, gloss);
  });
  view.targets = resizeChildren(view.boxes, steps.length, () => el("li", "", el("span"), el("small"), el("i", "mark")));
  root.dataset.meanings = steps.some((step) => step.meaning);
  view.targets.forEach((li) => { li.dataset.testid = "stepper-target"; li.lastChild.role = "img"; });
  markInterventions(view);
  view.guesses = resizeChildren(view.top, Math.max(0, ...steps.map((step) => step.top.length)),
    () => el("li", "", el("button", "", el("span", "guess"), el("span", "bar", el("i")), el("span", "percent"))))
    .map((li) => li.firstChild);
  view.paths = resizeChildren(view.arcs, view.attends ? source.length : 2,
    () => createSvg("path"));
  // One scale per strip for the whole translation: a shade means the same number at every step.
  for (const name of ["context", "hidden"]) {
    const all = steps.map((step) => step[name] ?? []);
    view[name].count = Math.max(0, ...all.map((numbers) => numbers.length));
    view[name].scale = Math.max(1e-6, ...all.flat().map(Math.abs));
    view[name].parentNode.hidden = !view[name].count;
  }
}

// --- what changes with every step -----------------------------------------------------------

function drawStep(view) {
  const { position, data: { steps, labels, begin } } = view;
  const step = steps[position - 1]; // nothing before the first step
  view.root.dataset.position = position;

  const weights = step?.attention;
  const peak = weights ? Math.max(...weights) : 1;
  view.sources.forEach((li, i) => {
    const weight = weights?.[i] ?? 0;
    li.style.setProperty("--weight", weight.toFixed(4));
    li.dataset.most = weight === peak;
    li.firstChild.firstChild.textContent = weight >= LEAST_NUMBERED ? weight.toFixed(2) : "";
  });
  view.targets.forEach((li, i) => {
    const { token, meaning, special } = steps[i];
    const written = i < position; // the words to come stay unknown
    li.className = !written ? "ghost" : i === position - 1 ? "now" : "written";
    li.dataset.special = special && written;
    setText(li.firstChild, written ? token : "·", written ? token : "");
    setText(li.children[1], written ? meaning : "", written ? meaning : "");
  });
  drawArcs(view, weights);
  scrollIntoList(view.words, view.sources[weights?.indexOf(peak) ?? 0]);
  scrollIntoList(view.boxes, view.targets[Math.max(0, position - 1)]);

  view.said.replaceChildren(...renderSegments((step ?? begin).said));
  view.guesses.forEach((button, i) => {
    const [token, probability] = step?.top[i] ?? ["", NaN];
    button.dataset.testid = "stepper-guess";
    button.dataset.chosen = token === step?.token;
    button.dataset.empty = !step?.top[i];
    button.style.setProperty("--weight", probability || 0);
    setText(button.firstChild, token, token);
    button.lastChild.textContent = step?.top[i] ? formatPercent(probability) : "";
  });
  enableInterventions(view);
  paintNumbers(view.context, step?.context);
  paintNumbers(view.hidden, step?.hidden);

  view.slider.value = position;
  view.slider.style.setProperty("--done", position / steps.length || 0);
  view.slider.setAttribute("aria-valuetext", labels.step[position]);
  view.step.textContent = labels.step[position];
  view.play.textContent = view.playing ? labels.pause : labels.play;
  // Not `disabled`: that would throw the focus out of the component.
  for (const [name, spent] of [["next", position === steps.length], ["back", !position], ["restart", !position]])
    view[name].setAttribute("aria-disabled", spent);
}
