// What if: another word is put in at the step that is shown, the decoder looks elsewhere, a source
// word is left out. Every click asks the server for another branch; nothing is computed here.

import { el, iconMarkup, resizeChildren, setText } from "../lib/dom.js";

export const INTERVENTIONS = `
  <section class="panel" data-testid="what">
    <h2 data-text="what"></h2>
    <div class="hint"><p data-text="hint"></p><p data-text="first"></p></div>
    <form class="put" autocomplete="off">
      <label><span data-text="typed"></span><input class="typed" list="stepper-words" maxlength="64"
        spellcheck="false" autocapitalize="none" autocorrect="off" data-testid="what-typed"></label>
      <datalist class="completions" id="stepper-words"></datalist>
      <button data-text="put" data-testid="what-put"></button>
    </form>
    <p class="refused" role="alert" data-testid="what-refused"></p>
    <fieldset class="looks">
      <legend data-text="look"></legend>
      <button type="button" data-do="even" data-text="even"></button>
      <button type="button" data-do="most" data-text="most"></button>
      <button type="button" data-do="shuffled" data-text="shuffled"></button>
      <button type="button" data-do="sharpened" data-value="0.5">β = 0.5</button>
      <button type="button" data-do="sharpened" data-value="2">β = 2</button>
      <button type="button" data-do="sharpened" data-value="5">β = 5</button>
    </fieldset>
    <fieldset class="clicks">
      <legend data-text="click"></legend>
      <button type="button" data-mode="only" data-text="only"></button>
      <button type="button" data-mode="leave" data-text="leave"></button>
    </fieldset>
  </section>`;
const PENCIL = iconMarkup("M4 20l1-5L16 4l4 4L9 19z");
const EYE = iconMarkup("M2 12q10-13 20 0q-10 13-20 0M12 9.5a2.5 2.5 0 1 0 .1 0z");

/** Asks for a change at the step that is shown; before the first one there is nothing to change. */
function requestChange(view, kind, value) {
  if (view.position) view.send("what", { of: view.data.branch, do: kind, step: view.position, value });
}

export function listenToInterventions(view) {
  view.put.onsubmit = (event) => {
    event.preventDefault();
    if (!view.typed.value.trim() || !view.position) return view.typed.focus();
    view.submitted = true;
    requestChange(view, "word", view.typed.value);
  };
  view.typed.oninput = () => setText(view.refused, "");
  view.looks.onclick = ({ target }) => {
    const { do: kind, value } = target.dataset;
    if (kind) requestChange(view, kind, value);
  };
  view.clicks.onclick = ({ target }) => {
    if (target.dataset.mode) view.mode = target.dataset.mode;
    showClickMode(view);
  };
  view.top.onclick = ({ target }) => {
    const word = target.closest("button");
    if (word) requestChange(view, "word", view.data.steps[view.position - 1].top[view.guesses.indexOf(word)][0]);
  };
  view.words.onclick = ({ target }) => chooseSource(view, view.sources.indexOf(target.closest("button")?.parentNode));
}

/** A source word was clicked: looked at alone, left out, or put back. */
function chooseSource(view, i) {
  if (i < 0) return;
  if (view.data.source[i].left || leavesOut(view)) view.send("what", { of: view.data.branch, do: "without", value: i });
  else requestChange(view, "at", i);
}

/** Whether a click on a source word leaves it out: a model without attention cannot look at one. */
const leavesOut = (view) => view.mode === "leave" || !view.attends;

/** What a click on a source word does, said on each of them. */
function showClickMode(view) {
  for (const button of view.clicks.querySelectorAll("button"))
    button.ariaPressed = (button.dataset.mode === "leave") === leavesOut(view);
  view.sources.forEach((li, i) => {
    const { left, only, leave, unknown } = view.data.source[i];
    const does = left || leavesOut(view) ? leave : only;
    li.dataset.left = left;
    li.children[1].title = unknown ? `${view.data.labels.unknown} · ${does}` : does;
  });
}

/** What stays the same at every step. */
export function fillInterventions(view) {
  const { data: { words, labels, refused } } = view;
  resizeChildren(view.completions, words.length, () => el("option")).forEach((option, i) => { option.value = words[i]; });
  if (view.submitted && !refused) view.typed.value = "";
  view.submitted = false;
  setText(view.refused, refused);
  for (const button of view.looks.querySelectorAll("[data-value]")) button.title = labels.sharper;
  for (const button of view.guesses) button.title = labels.put_here;
  view.looks.hidden = view.clicks.hidden = !view.attends;
  showClickMode(view);
}

/** Marks of what the learner decided: a pencil on a word put in, an eye where it looks elsewhere. */
export function markInterventions(view) {
  const { steps, labels } = view.data;
  view.targets.forEach((li, i) => {
    const { forced, looked } = steps[i];
    const node = li.lastChild;
    node.hidden = !forced && !looked;
    node.ariaLabel = node.title = [forced && labels.forced, looked && labels.looked].filter(Boolean).join(" · ");
    node.innerHTML = (looked ? EYE : "") + (forced ? PENCIL : ""); // constants
  });
}

/** What changes with every step: before the first one there is nothing to change. */
export function enableInterventions(view) {
  for (const button of view.aside.querySelectorAll(".put button, .looks button"))
    button.ariaDisabled = !view.position;
}
