// Decoding, step by step: where the model looks, what it holds, what it writes and might have written.

import { createSvg, el, resizeChildren, setText, syncUrl } from "../lib/dom.js";
import { controlsMarkup, createPlayback } from "../lib/playback.js";
import { whenStyled } from "../lib/styled.js";
import { formatPercentTenths, formatWeight, renderSegments } from "../lib/text.js";
import { drawArcs, paintNumbers, scrollIntoList } from "./arcs.js";
import { BRANCHES, listBranches } from "./branches.js";
import { INTERVENTIONS, enableInterventions, fillInterventions, listenToInterventions, markInterventions } from "./interventions.js";
import { layOut } from "./layout.js";

const PLAY_EVERY = 900; // ms

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
    ${controlsMarkup("stepper", `<p class="keys" data-text="keys"></p>`)}
  </section>${BRANCHES}</div>
  <aside class="aside">
    <section class="panel">
      <h2 data-text="said"></h2>
      <p class="said" aria-live="polite" aria-atomic="true" data-testid="stepper-said"></p>
    </section>
    <section class="panel likely"><h2 data-text="top"></h2><ol class="top" role="list"></ol></section>
    ${INTERVENTIONS}
  </aside>`;

export default whenStyled(import.meta.url, createPlayback({
  name: "stepper",
  skeleton: SKELETON,
  playEvery: PLAY_EVERY,
  countSteps: ({ steps }) => steps.length,
  listen: listenToInterventions,
  // a learner who has just chosen or typed another sentence wants to walk through it: the keys are ours
  startOver: () => document.activeElement?.blur(),
  fillView(view) {
    fillSteps(view);
    fillInterventions(view);
    listBranches(view);
    syncUrl(view.data.address);
  },
  layOut,
  drawStep,
}));

// --- what stays the same at every step ----------------------------------------------------

function fillSteps(view) {
  const { root, data: { source, steps } } = view;
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
  const { position, data: { steps, begin } } = view;
  const step = steps[position - 1]; // nothing before the first step

  const weights = step?.attention;
  const peak = weights ? Math.max(...weights) : 1;
  view.sources.forEach((li, i) => {
    const weight = weights?.[i] ?? 0;
    li.style.setProperty("--weight", weight.toFixed(4));
    li.dataset.most = weight === peak;
    li.firstChild.firstChild.textContent = formatWeight(weight);
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
    button.lastChild.textContent = step?.top[i] ? formatPercentTenths(probability) : "";
  });
  enableInterventions(view);
  paintNumbers(view.context, step?.context);
  paintNumbers(view.hidden, step?.hidden);
}
