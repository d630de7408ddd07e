// Guessing: which source word will the model look at, and which word will it write? The truth of every
// step comes along; it is shown once all that is asked is answered. The answers so far go into the URL.
// A step without words to choose from asks for the place alone, a model without attention for the word
// alone. A quiz is one question by itself: its truth stays, and there is no score.

import { applyTheme, el, fillLabels, measureBrightness, resizeChildren, setText, syncUrl } from "../lib/dom.js";
import { createWord, fillWord } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";
import { pickLongest, renderSegments } from "../lib/text.js";

// An answer is two characters: the chosen word, and the chosen place; "." where there was none.
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
const NONE = ALPHABET.length - 1;
const MOST_SPACED = 16; // source words: more of them stand closer

// The empty page. data-text says which label goes there.
const SKELETON = `
  <section class="card">
    <p class="ask where"></p>
    <ol class="words" role="list"></ol>
    <p class="small" data-text="heads"></p>
    <p class="small" data-text="target"></p>
    <ol class="written" role="list"></ol>
    <p class="ask" data-text="which"></p>
    <ol class="options" role="list"></ol>
    <p class="small end" data-text="end"></p>
  </section>
  <aside class="aside">
    <section class="panel now">
      <h2></h2>
      <p class="verdict" aria-live="polite" data-testid="guess-verdict"></p>
      <p class="said" aria-live="polite" data-testid="guess-said"></p>
      <button class="next" data-testid="guess-next"></button>
    </section>
    <section class="panel"><h2 data-text="score"></h2><dl class="score" data-testid="guess-score"></dl><p class="small step"></p></section>
  </aside>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setStateValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  if (view.data?.key !== data.key) { // another game: it goes on where it was left
    view.answers = parseAnswers(data);
    view.at = data.quiz ? 0 : view.answers.length;
    view.pick = {};
  }
  view.data = data;
  view.report = setStateValue;
  applyTheme(view.root);
  view.next.dataset.pale = measureBrightness(view.next) > 140; // wants dark letters
  fillView(view);
  drawStep(view);
});

function createView(parentElement) {
  const root = el("div", "lab guess");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "guess";
  parentElement.append(root);
  const find = (selector) => root.querySelector(selector);
  const view = {
    root, where: find(".where"), words: find(".words"), written: find(".written"), options: find(".options"),
    title: find(".now h2"), verdict: find(".verdict"), said: find(".said"), next: find(".next"),
    score: find(".score"), step: find(".step"),
  };
  view.next.onclick = () => goOn(view);
  views.set(parentElement, view);
  return view;
}

// --- the answers ----------------------------------------------------------------------------

/** Out of the URL: pairs of a word and a place, as many as make sense for this sentence. */
function parseAnswers({ answers, steps, source, attends }) {
  const usable = [];
  for (let i = 0; i + 1 < answers.length && usable.length < steps.length; i += 2) {
    const [word, place] = [ALPHABET.indexOf(answers[i]), ALPHABET.indexOf(answers[i + 1])];
    const { options } = steps[usable.length];
    if (!isPossible(word, options.length) || !isPossible(place, attends ? source.length : 0)) break;
    usable.push([word, place]);
  }
  return usable;
}

const isPossible = (index, count) => (count ? index >= 0 && index < count : index === NONE);

function saveAnswers(view) {
  const text = view.answers.map((pair) => pair.map((n) => ALPHABET[n]).join("")).join("");
  const value = `${view.data.key}~${text}`;
  syncUrl({ [view.data.parameter]: value });
  view.report("answers", value);
}

/** The first answer counts; with the last one that was missing the truth is shown. */
function chooseAnswer(view, kind, index) {
  const { steps, attends } = view.data;
  if (view.at >= steps.length || isAnswered(view)) return;
  view.pick[kind] = index;
  const { word = asksWord(view) ? undefined : NONE, place = attends ? undefined : NONE } = view.pick;
  if (word !== undefined && place !== undefined) {
    view.answers.push([word, place]);
    view.pick = {};
    saveAnswers(view);
  }
  drawStep(view);
  if (isAnswered(view)) view.next.focus({ preventScroll: true }); // Enter goes on
}

const asksWord = ({ at, data: { steps } }) => steps[at].options.length > 0;
const isAnswered = (view) => view.answers.length > view.at;

function goOn(view) {
  if (view.at < view.data.steps.length) {
    if (isAnswered(view)) view.at += 1;
  } else { // once more
    view.answers = [];
    view.at = 0;
    saveAnswers(view);
  }
  drawStep(view);
}

const guessedWord = ({ data }, [word], step) => data.steps[step].options[word][0] === data.steps[step].token;
const guessedPlace = ({ data }, [, place], step) =>
  data.attends && data.steps[step].attention[place] === Math.max(...data.steps[step].attention);

// --- drawing --------------------------------------------------------------------------------

function fillView(view) {
  const { root, data: { source, attends, quiz, labels } } = view;
  fillLabels(root, labels);
  root.dataset.quiz = quiz;
  root.dataset.attends = attends;
  root.dataset.long = source.length > MOST_SPACED;
  setText(view.where, attends ? labels.where : labels.nowhere);
  root.querySelectorAll(".small").forEach((line) => { line.hidden = line !== view.step && !line.textContent; });
  view.places = resizeChildren(view.words, source.length, createPlace).map((li) => li.firstChild);
  view.places.forEach((button, j) => {
    fillWord([...button.children].slice(1), source[j], source[j].token);
    button.onclick = () => chooseAnswer(view, "place", j);
  });
}

function createPlace() {
  const button = el("button", "", el("span", "bar", el("span")), ...createWord());
  button.dataset.testid = "guess-place";
  return el("li", "", button);
}

function createOption() {
  const button = el("button", "", el("b"), el("small"), el("span", "share", el("i")), el("span", "percent"));
  button.dataset.testid = "guess-option";
  return el("li", "", button);
}

function drawStep(view) {
  const { root, at, data: { steps, quiz, labels } } = view;
  const over = at >= steps.length;
  const truth = isAnswered(view);
  root.dataset.step = at;
  root.dataset.state = over ? "over" : truth ? "truth" : "asking";
  showPlaces(view, over, truth);
  showWritten(view, over, truth);
  showOptions(view, over, truth);
  if (!quiz) showScore(view);
  setText(view.title, over ? labels.result : labels.said);
  view.verdict.replaceChildren(...(truth ? renderVerdict(view) : quiz ? reserveVerdict(view) : []));
  if (over) view.said.replaceChildren(...renderSummary(view));
  else view.said.replaceChildren(...(truth ? renderSegments(steps[at].said) : [labels.wait]));
  view.next.hidden = !truth && !over;
  setText(view.next, over ? labels.again : labels.next);
}

function showPlaces(view, over, truth) {
  const { at, answers, pick, data: { steps, attends } } = view;
  const weights = truth && attends ? steps[at].attention : [];
  const most = Math.max(...weights);
  view.places.forEach((button, j) => {
    const weight = weights[j] ?? 0;
    button.style.setProperty("--weight", weight);
    setText(button.firstChild.firstChild, truth && attends ? `${Math.round(100 * weight)}%` : "");
    button.dataset.best = weights[j] === most;
    button.dataset.chosen = j === (truth ? answers[at][1] : pick.place);
    button.setAttribute("aria-pressed", button.dataset.chosen);
    button.setAttribute("aria-disabled", over || truth || !attends);
  });
  const best = view.places[weights.indexOf(most)]; // in a long sentence it may be out of sight
  if (best) view.words.scrollTop = best.offsetTop - view.words.offsetTop - view.words.clientHeight / 2;
}

function showWritten(view, over, truth) {
  const { at, answers, data: { steps } } = view;
  const tokens = steps.slice(0, truth ? at + 1 : at).map(({ token }) => token);
  resizeChildren(view.written, tokens.length + (over || truth ? 0 : 1), () => el("li")).forEach((li, i) => {
    li.dataset.now = i === at;
    li.dataset.right = over ? guessedWord(view, answers[i], i) : "";
    setText(li, tokens[i] ?? "?");
  });
}

function showOptions(view, over, truth) {
  const { at, answers, pick, data: { steps } } = view;
  const offered = over ? [] : steps[at].options;
  resizeChildren(view.options, offered.length, createOption).forEach((li, i) => {
    const [word, share, percent, meaning] = offered[i];
    const button = li.firstChild;
    setText(button.children[0], word, word);
    setText(button.children[1], meaning);
    button.style.setProperty("--share", truth ? share : 0);
    setText(button.children[3], truth ? percent : "");
    button.dataset.best = truth && word === steps[at].token;
    button.dataset.chosen = i === (truth ? answers[at][0] : pick.word);
    button.setAttribute("aria-pressed", button.dataset.chosen);
    button.setAttribute("aria-disabled", truth);
    button.onclick = () => chooseAnswer(view, "word", i);
  });
}

function renderVerdict(view) {
  const { at, answers, data: { attends, labels } } = view;
  const createLine = (kind, right) => {
    const node = el("span", "", right ? labels[`${kind}_right`] : labels[`${kind}_wrong`]);
    node.dataset.right = right;
    return node;
  };
  const lines = [];
  if (attends) lines.push(createLine("place", guessedPlace(view, answers[at], at)));
  if (asksWord(view)) lines.push(createLine("word", guessedWord(view, answers[at], at)));
  return lines;
}

/** Without an answer the longest verdict keeps its room, unseen, so that nothing below moves. */
const reserveVerdict = ({ data: { labels } }) => [el("span", "", pickLongest([labels.place_right, labels.place_wrong]))];

const countRight = (view, knew) => view.answers.filter((answer, step) => knew(view, answer, step)).length;

function renderSummary(view) {
  const { attends, summary } = view.data;
  const lines = [summary.words[countRight(view, guessedWord)]];
  if (attends) lines.push(summary.places[countRight(view, guessedPlace)]);
  return lines.map((text) => el("span", "line", text));
}

function showScore(view) {
  const { at, answers, score, data: { steps, attends, blind, labels } } = view;
  const rows = [[labels.words, countRight(view, guessedWord), blind.words, "words"]];
  if (attends) rows.push([labels.places, countRight(view, guessedPlace), blind.places, "places"]);
  const total = answers.length;
  resizeChildren(score, rows.length, () => el("div", "", el("dt"), el("dd"), el("dd", "small"))).forEach((line, i) => {
    const [label, right, byChance, kind] = rows[i];
    line.dataset.kind = kind;
    setText(line.children[0], label);
    setText(line.children[1], `${right} / ${total}`);
    setText(line.children[2], `${labels.blind} ${byChance[total].toFixed(1)}`);
  });
  setText(view.step, view.data.step[Math.min(at + 1, steps.length)]);
}
