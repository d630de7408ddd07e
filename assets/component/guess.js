// Guess mode: which source word will the model look at, and which word will it write? The truth of
// every step comes along; it is shown once both are answered. The answers so far go into the URL.

// An answer is two characters: the chosen word, and the chosen place; "." where there was none.
const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.";
const NONE = ALPHABET.length - 1;
const LONG = 16; // source words: from here on they stand closer

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
      <p class="verdict" data-testid="guess-verdict"></p>
      <p class="said" aria-live="polite" data-testid="guess-said"></p>
      <button class="next" data-testid="guess-next"></button>
    </section>
    <section class="panel"><h2 data-text="score"></h2><dl class="score" data-testid="guess-score"></dl><p class="small step"></p></section>
  </aside>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data, setStateValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  if (view.data?.key !== data.key) { // another game: it goes on where it was left
    view.answers = read(data);
    view.at = view.answers.length;
    view.pick = {};
  }
  view.data = data;
  view.report = setStateValue;
  dress(view.root);
  view.next.dataset.pale = brightness(view.next) > 140; // wants dark letters
  fill(view);
  show(view);
}

function create(parentElement) {
  parentElement.querySelector(".guess")?.remove(); // left by an older version of this file
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
  view.next.onclick = () => onward(view);
  views.set(parentElement, view);
  return view;
}

// --- the answers ----------------------------------------------------------------------------

/** Out of the URL: pairs of a word and a place, as many as make sense for this sentence. */
function read({ answers, steps, source, attends }) {
  const found = [];
  for (let i = 0; i + 1 < answers.length && found.length < steps.length; i += 2) {
    const [word, place] = [ALPHABET.indexOf(answers[i]), ALPHABET.indexOf(answers[i + 1])];
    const usable = word >= 0 && word < steps[found.length].options.length
      && (attends ? place >= 0 && place < source.length : place === NONE);
    if (!usable) break;
    found.push([word, place]);
  }
  return found;
}

function keep(view) {
  const text = view.answers.map((pair) => pair.map((n) => ALPHABET[n]).join("")).join("");
  const value = `${view.data.key}~${text}`;
  const url = new URL(location.href);
  url.searchParams.set("guesses", value);
  history.replaceState(history.state, "", url); // no step in the history
  view.report("answers", value);
}

/** The first answer counts; with the last one missing the truth is shown. */
function choose(view, kind, index) {
  const { steps, attends } = view.data;
  if (view.at >= steps.length || answered(view)) return;
  view.pick[kind] = index;
  if (!attends) view.pick.place = NONE;
  if (view.pick.word !== undefined && view.pick.place !== undefined) {
    view.answers.push([view.pick.word, view.pick.place]);
    view.pick = {};
    keep(view);
  }
  show(view);
  if (answered(view)) view.next.focus({ preventScroll: true }); // Enter goes on
}

const answered = (view) => view.answers.length > view.at;

function onward(view) {
  if (view.at < view.data.steps.length) {
    if (answered(view)) view.at += 1;
  } else { // once more
    view.answers = [];
    view.at = 0;
    keep(view);
  }
  show(view);
}

const knewWord = ({ data }, [word], step) => data.steps[step].options[word][0] === data.steps[step].token;
const knewPlace = ({ data }, [, place], step) =>
  data.attends && data.steps[step].attention[place] === Math.max(...data.steps[step].attention);

// --- drawing --------------------------------------------------------------------------------

function fill(view) {
  const { root, data: { source, attends, labels } } = view;
  name(root, labels);
  root.dataset.attends = attends;
  root.dataset.long = source.length > LONG;
  write(view.where, attends ? labels.where : labels.nowhere);
  root.querySelectorAll(".small").forEach((line) => { line.hidden = line !== view.step && !line.textContent; });
  view.places = children(view.words, source.length, place).map((li) => li.firstChild);
  view.places.forEach((button, j) => {
    const [, token, pinyin, gloss] = button.children;
    write(token, source[j].token, source[j].token);
    write(pinyin, source[j].pinyin);
    write(gloss, source[j].gloss);
    button.onclick = () => choose(view, "place", j);
  });
}

function place() {
  const button = el("button", "", el("span", "bar", el("span")), el("b"), el("span", "pinyin"), el("span", "gloss"));
  button.dataset.testid = "guess-place";
  return el("li", "", button);
}

function option() {
  const button = el("button", "", el("b"), el("small"), el("span", "share", el("i")), el("span", "percent"));
  button.dataset.testid = "guess-option";
  return el("li", "", button);
}

const phrase = (said) => said.map((part) => {
  const [[kind, text]] = Object.entries(part); // text, source or target
  return el(kind === "text" ? "span" : "b", kind, text);
});

function show(view) {
  const { root, at, data: { steps, attends, labels } } = view;
  const over = at >= steps.length;
  const truth = answered(view);
  root.dataset.step = at;
  root.dataset.state = over ? "over" : truth ? "truth" : "asking";
  showPlaces(view, over, truth);
  showWritten(view, over, truth);
  showOptions(view, over, truth);
  showScore(view);
  write(view.title, over ? labels.result : labels.said);
  view.verdict.replaceChildren(...(truth ? verdict(view) : []));
  if (over) view.said.replaceChildren(...summary(view));
  else view.said.replaceChildren(...(truth ? phrase(steps[at].said) : [labels.wait]));
  view.next.hidden = !truth && !over;
  write(view.next, over ? labels.again : labels.next);
  write(view.step, view.data.step[Math.min(at + 1, steps.length)]);
}

function showPlaces(view, over, truth) {
  const { at, answers, pick, data: { steps, attends } } = view;
  const weights = truth && attends ? steps[at].attention : [];
  const most = Math.max(...weights);
  view.places.forEach((button, j) => {
    const weight = weights[j] ?? 0;
    button.style.setProperty("--weight", weight);
    write(button.firstChild.firstChild, truth && attends ? `${Math.round(100 * weight)}%` : "");
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
  const shown = steps.slice(0, truth ? at + 1 : at).map(({ token }) => token);
  children(view.written, shown.length + (over || truth ? 0 : 1), () => el("li")).forEach((li, i) => {
    li.dataset.now = i === at;
    li.dataset.right = over ? knewWord(view, answers[i], i) : "";
    write(li, shown[i] ?? "?");
  });
}

function showOptions(view, over, truth) {
  const { at, answers, pick, data: { steps } } = view;
  const offered = over ? [] : steps[at].options;
  children(view.options, offered.length, option).forEach((li, i) => {
    const [word, share, shown, meaning] = offered[i];
    const button = li.firstChild;
    write(button.children[0], word, word);
    write(button.children[1], meaning);
    button.style.setProperty("--share", truth ? share : 0);
    write(button.children[3], truth ? shown : "");
    button.dataset.best = truth && word === steps[at].token;
    button.dataset.chosen = i === (truth ? answers[at][0] : pick.word);
    button.setAttribute("aria-pressed", button.dataset.chosen);
    button.setAttribute("aria-disabled", truth);
    button.onclick = () => choose(view, "word", i);
  });
}

function verdict(view) {
  const { at, answers, data: { attends, labels } } = view;
  const line = (kind, right) => {
    const node = el("span", "", right ? labels[`${kind}_right`] : labels[`${kind}_wrong`]);
    node.dataset.right = right;
    return node;
  };
  const lines = [line("word", knewWord(view, answers[at], at))];
  if (attends) lines.unshift(line("place", knewPlace(view, answers[at], at)));
  return lines;
}

const count = (view, knew) => view.answers.filter((answer, step) => knew(view, answer, step)).length;

function summary(view) {
  const { attends, summary: told } = view.data;
  const lines = [told.words[count(view, knewWord)]];
  if (attends) lines.push(told.places[count(view, knewPlace)]);
  return lines.map((text) => el("span", "line", text));
}

function showScore(view) {
  const { answers, score, data: { attends, blind, labels } } = view;
  const rows = [[labels.words, count(view, knewWord), blind.words, "words"]];
  if (attends) rows.push([labels.places, count(view, knewPlace), blind.places, "places"]);
  const done = answers.length;
  children(score, rows.length, () => el("div", "", el("dt"), el("dd"), el("dd", "small"))).forEach((line, i) => {
    const [label, right, byChance, kind] = rows[i];
    line.dataset.kind = kind;
    write(line.children[0], label);
    write(line.children[1], `${right} / ${done}`);
    write(line.children[2], `${labels.blind} ${byChance[done].toFixed(1)}`);
  });
}
