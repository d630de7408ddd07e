// A component that shows one step at a time: buttons, a slider, keys and play walk through the steps.
// The server sends every step once, sentences included; after that each key press is answered here, in
// the browser. The server only hears where the learner came to rest.

import { applyTheme, el, fillLabels, iconMarkup, measureBrightness, syncUrl } from "./dom.js";
import { pickLongest, renderSegments } from "./text.js";

const REPORT_AFTER = 400; // ms of quiet before the server hears the position
const NARROW = 640; // px: less is a phone

// Where the arrow keys or the space bar already mean something, they are not ours.
const BUSY = `input, textarea, select, [contenteditable]:not([contenteditable="false"]), canvas, [role="slider"],
  [role="tab"], [role="listbox"], [role="radiogroup"], [role="menu"], [role="grid"], [role="dialog"]`;

/** For a skeleton; name is the first part of the test ids, after goes in behind the controls. */
export const controlsMarkup = (name, after = "") => `
  <div class="controls">
    <button class="restart" data-testid="${name}-restart" data-name="restart">${iconMarkup("M5 5v14M19 5 8 12l11 7z")}</button>
    <button class="back" data-testid="${name}-back" data-name="back">${iconMarkup("M17 5 6 12l11 7z")}</button>
    <button class="next" data-testid="${name}-next"><span data-text="next"></span>${iconMarkup("M7 5l11 7-11 7z")}</button>
    <button class="play" data-testid="${name}-play"></button>
    <input type="range" class="slider" min="0" step="1" data-testid="${name}-slider" data-name="slider">
    <output class="step" aria-live="polite"></output>
    ${after}
  </div>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** The draw function, which Streamlit calls on the first data, on new data and on a new theme, always on the
 *  same DOM. The component brings
 *  name: the root's class and test id;
 *  skeleton: the empty page, controlsMarkup and an element of class "said" in it; each element with one
 *    class becomes a property of the view, under that name;
 *  playEvery: ms from step to step;
 *  countSteps(data): the last position; 0 is the one before the first step;
 *  listen(view), if it has more to click: called once, on the empty page;
 *  startOver(view), if it has to: called before other steps than those it knows are shown;
 *  fillView(view): what stays the same at every step;
 *  layOut(view): what depends on view.width, the width there is;
 *  drawStep(view): what changes with view.position.
 *  The data have key, which tells whether the steps are the same, position, and labels. */
export const createPlayback = (component) => ({ parentElement, data, setStateValue, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(component, parentElement);
  if (view.data?.key !== data.key) { // other steps: their cursor comes from the server
    component.startOver?.(view);
    stopPlayback(view);
    view.position = data.position ?? 0;
  }
  view.data = data;
  view.report = setStateValue;
  view.send = setTriggerValue;
  view.last = component.countSteps(data);
  view.position = clampPosition(view, view.position);
  applyTheme(view.root);
  view.next.dataset.pale = measureBrightness(view.next) > 140; // wants dark letters
  fillControls(view);
  component.fillView(view);
  layOut(view);
  // Streamlit also cleans up a call that a later one has overtaken: only the latest may take it all down.
  const call = ++view.calls;
  return () => { if (call === view.calls) destroyView(view, parentElement); };
};

function createView(component, parentElement) {
  const root = el("div", `lab ${component.name}`);
  root.innerHTML = component.skeleton; // a constant
  root.dataset.testid = component.name;
  root.role = "group";
  root.tabIndex = -1;
  const view = { component, root, calls: 0, position: 0, width: 0 };
  for (const node of root.querySelectorAll("[class]")) view[node.getAttribute("class")] = node;

  view.next.onclick = () => goTo(view, view.position + 1);
  view.back.onclick = () => goTo(view, view.position - 1);
  view.restart.onclick = () => goTo(view, 0);
  view.play.onclick = () => togglePlayback(view);
  view.slider.oninput = () => goTo(view, Number(view.slider.value));
  component.listen?.(view);
  // After a click with the mouse the keys belong to the steps; a learner who came by keyboard keeps their place.
  root.onclick = (event) => {
    if (event.detail > 0 && !event.target.closest("form")) root.focus({ preventScroll: true });
  };
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

const clampPosition = (view, position) => Math.min(Math.max(position, 0), view.last);

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
  goTo(view, view.position === view.last ? 0 : view.position);
  clearTimeout(view.timer); // one report when it stops, none on the way
  view.playing = setInterval(() => {
    if (view.position + 1 >= view.last) return goTo(view, view.last);
    view.position += 1;
    drawStep(view);
  }, view.component.playEvery);
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
    End: () => goTo(view, view.last),
    " ": () => togglePlayback(view),
  }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

// --- drawing --------------------------------------------------------------------------------

function fillControls(view) {
  const { root, last, data: { labels } } = view;
  fillLabels(root, labels);
  root.ariaLabel = labels.keys;
  view.slider.max = last;
  view.step.dataset.longest = pickLongest(labels.step); // room for the longest: nothing moves
  view.play.dataset.longest = pickLongest([labels.play, labels.pause]);
}

/** Also draws the step that is shown: what it draws goes where things now are. */
function layOut(view) {
  view.width = view.root.clientWidth;
  if (!view.width) return; // in a tab that is not open
  view.root.dataset.narrow = isNarrow(view);
  view.component.layOut(view);
  drawStep(view);
}

export const isNarrow = (view) => view.width < NARROW;

/** px of the tallest sentence of all steps, where the sentence of a step stands. */
export function measureTallest(view, sentences) {
  const probe = el("div", "probe", ...sentences.map((segments) => el("p", "", ...renderSegments(segments))));
  view.said.after(probe);
  const tallest = Math.max(...[...probe.children].map((p) => p.getBoundingClientRect().height));
  probe.remove();
  return tallest;
}

function drawStep(view) {
  const { root, position, last, data: { labels } } = view;
  root.dataset.position = position;
  view.component.drawStep(view);
  view.slider.value = position;
  view.slider.style.setProperty("--done", position / last || 0);
  view.slider.setAttribute("aria-valuetext", labels.step[position]);
  view.step.textContent = labels.step[position];
  view.play.textContent = view.playing ? labels.pause : labels.play;
  // Not `disabled`: that would throw the focus out of the component.
  for (const [name, spent] of [["next", position === last], ["back", !position], ["restart", !position]])
    view[name].setAttribute("aria-disabled", spent);
}
