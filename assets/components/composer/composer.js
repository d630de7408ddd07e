// Writing a sentence pair out of known words: click a word, take another; what is typed is cut into
// words at once. What goes along with a chosen word, and which words fit best, the server says; the
// pair is stored when it is added.

import { applyTheme, el, fillLabels, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";
import { renderSegments } from "../lib/text.js";
import { handleOwnPair, listOwnPairs, revealNewPair } from "./own_pairs.js";
import { drawStatus, judgeDraft } from "./status.js";
import { askWhatFits, awaitCompanions, changeDraft, forgetQuestions, readAnswer } from "./questions.js";
import { SIDES, draftSides, findWords, isSearch } from "./suggestions.js";

const MOST_CHIPS = 200; // more are found by typing
const PHONE = 640; // px
const CHIPS_BY_WIDTH = [[PHONE, 12], [960, 30], [Infinity, 60]]; // up to this width, in px: how many until the learner asks for more

// The empty page. data-text and data-name say which label goes there: as text, or as spoken name.
const sideMarkup = (name) => `
  <div class="side" data-side="${name}">
    <p class="caption" data-text="${name}"></p>
    <div class="line">
      <ol class="boxes" role="list" data-testid="composer-${name}"></ol>
      <input class="typed" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="done" data-name="type_${name}" data-testid="composer-type-${name}">
    </div>
  </div>`;
const SKELETON = `
  <section class="card">
    <button class="leave" data-text="leave"></button>
    ${sideMarkup("source")}${sideMarkup("target")}
    <div class="palette">
      <div class="caption head"><p class="title"></p><button class="drop" data-text="drop"></button></div>
      <div class="chips" data-testid="composer-chips"></div>
      <button class="caption more" data-text="more"></button>
    </div>
    <div class="foot">
      <button class="go" data-testid="composer-go"></button>
      <button class="add" data-testid="composer-add"></button>
      <p class="said" aria-live="polite"><b></b> <span></span></p>
    </div>
  </section>
  <section class="own">
    <h2></h2>
    <p class="caption lead"></p>
    <ol class="pairs" role="list" data-testid="composer-own"></ol>
  </section>`;

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setTriggerValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.send = setTriggerValue;
  applyTheme(view.root);
  if (view.data?.drawn_at !== data.drawn_at) showData(view, data);
  if (readAnswer(view, data.suggestions)) draw(view);
});

/** What the page was drawn with: an answer to a question comes with the same once more. */
function showData(view, data) {
  if (view.data?.key !== data.key) {
    forgetQuestions(view);
    startDraft(view, data, loadDraft(data.key));
  }
  view.data = data;
  view.draft = { ...view.draft, replaces: findPair(view.draft.replaces, data.own) };
  view.news = data.said;
  view.sentDraft = null;
  for (const name of SIDES) view[name].words = new Map(data.words[name].map(([token, pinyin = "", gloss = ""]) => [token, { token, pinyin, gloss }]));
  fillLabels(view.root, data.labels);
  draw(view);
  listOwnPairs(view);
  revealNewPair(view);
}

function createView(parentElement) {
  const root = el("div", "lab composer");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "composer";
  const view = { root, queue: [] };
  for (const part of ["title", "drop", "chips", "more", "go", "add", "leave", "said", "own", "lead", "pairs"]) view[part] = root.querySelector(`.${part}`);
  for (const name of SIDES) {
    const place = root.querySelector(`[data-side=${name}]`);
    const field = place.querySelector(".typed");
    view[name] = { boxes: place.querySelector(".boxes"), field };
    field.onfocus = () => { if (view.at.side !== name) changeDraft(view, () => selectPlace(view, name, null)); };
    field.oninput = ({ isComposing }) => { // half a syllable of an input method is no word yet
      if (isComposing) return;
      clearNews(view);
      draw(view);
    };
    field.oncompositionend = field.oninput;
    field.onkeydown = (event) => pressKey(view, name, event);
    view[name].boxes.onclick = (event) => pressToken(view, name, event);
    view[name].boxes.onkeydown = ({ key, target }) => {
      const index = [...view[name].boxes.children].indexOf(target.closest("li"));
      if (/^(Delete|Backspace)$/.test(key)) changeDraft(view, () => removeToken(view, name, index));
    };
  }
  view.chips.onpointerdown = (event) => event.preventDefault(); // the field keeps the focus
  view.chips.onclick = ({ target }) => {
    const token = target.closest("button")?.dataset.token;
    if (token) changeDraft(view, () => chooseWord(view, token));
  };
  view.drop.onclick = () => changeDraft(view, () => removeToken(view, view.at.side, view.at.index));
  view.more.onclick = () => { view.many = true; draw(view); };
  // the second half of a double click was not meant for what stands there now
  view.go.onclick = ({ detail }) => { if (detail < 2) changeDraft(view, () => goOn(view)); };
  view.add.onclick = ({ detail }) => { if (detail < 2) changeDraft(view, () => addPair(view, false)); };
  const begin = (draft) => changeDraft(view, () => { startDraft(view, view.data, draft); draw(view); });
  view.leave.onclick = () => begin(null);
  view.pairs.onclick = (event) => handleOwnPair(view, event, begin);
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

// --- the draft: two lists of tokens, and the place where the next word goes ------------------

/** replaces is the pair that is edited, as {row, source, target}; null while a new one is made. */
function startDraft(view, data, draft) {
  view.draft = draft ?? { source: data.draft.source, target: data.draft.target, replaces: null };
  view.at = { side: "source", index: null };
  view.many = false;
  clearNews(view);
  for (const name of SIDES) view[name].field.value = "";
}

/** The pair that is edited, where it stands now; null once it has changed or gone. */
const findPair = (pair, own) => own.find(({ is }) => pair && is.source === pair.source && is.target === pair.target)?.is ?? null;

/** News of the draft as it was does not hold any more. */
function clearNews(view) {
  view.sentDraft = null;
  view.news = "";
}

/** A draft outlives a refresh, in this tab alone. */
const draftKey = (key) => `seq2seq_lab_draft_${key}`;
const loadDraft = (key) => JSON.parse(sessionStorage.getItem(draftKey(key)));

function selectPlace(view, name, index) {
  settleTyping(view);
  view.at = { side: name, index };
  view.many = false;
  draw(view);
}

/** What is typed becomes part of the draft. */
function settleTyping(view) {
  const [source, target] = Object.values(draftSides(view)).map(({ tokens }) => tokens);
  view.draft = { ...view.draft, source, target };
  for (const name of SIDES) view[name].field.value = "";
}

// --- what the learner does ------------------------------------------------------------------

function pressToken(view, name, { target }) {
  const li = target.closest("li");
  if (!li) return;
  const index = [...view[name].boxes.children].indexOf(li);
  const isRemoval = target.closest(".remove") !== null;
  changeDraft(view, () => {
    if (isRemoval) return removeToken(view, name, index);
    const isSelected = view.at.side === name && view.at.index === index;
    selectPlace(view, name, isSelected ? null : index);
    // on a phone the words to choose from are below the screen
    if (!isSelected && view.root.clientWidth <= PHONE) view.chips.scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
}

function removeToken(view, name, index) {
  settleTyping(view);
  view.draft = { ...view.draft, [name]: view.draft[name].toSpliced(index, 1) };
  clearNews(view);
  selectPlace(view, name, null);
}

/** The word stands in its place at once; with a source word others go along. */
function chooseWord(view, token) {
  const { at: { side, index } } = view;
  for (const name of SIDES) view[name].field.value = "";
  if (side === "source") awaitCompanions(view, token, () => draw(view));
  const tokens = view.draft[side].toSpliced(index ?? Infinity, index === null ? 0 : 1, token);
  view.draft = { ...view.draft, [side]: tokens };
  clearNews(view);
  draw(view);
}

function pressKey(view, name, event) {
  const { field } = view[name];
  if (event.isComposing) return; // Enter ends the input method's own word
  if (event.key === "Enter") {
    const token = isSearch(view, name) ? findWords(view, name)[0].token : null;
    changeDraft(view, () => (token ? chooseWord(view, token) : selectPlace(view, name, null)));
  } else if (event.key === "Backspace" && !field.value && view.draft[name].length) {
    changeDraft(view, () => removeToken(view, name, (view.at.side === name ? view.at.index : null) ?? -1));
  } else if (event.key === "Escape") {
    field.value = "";
    changeDraft(view, () => selectPlace(view, name, null));
  } else return;
  event.preventDefault();
}

function addPair(view, train) {
  settleTyping(view);
  view.at = { side: "source", index: null };
  view.send("pair", { ...view.draft, train });
  view.sentDraft = JSON.stringify(view.draft); // until the server answers
  view.sent = true;
  draw(view);
}

/** The dominant button trains on what is seen: on the draft, too. */
function goOn(view) {
  if (judgeDraft(view, draftSides(view)) === "open") addPair(view, true);
  else view.send("train", true);
}

// --- drawing --------------------------------------------------------------------------------

function draw(view) {
  const { data, draft, at, root } = view;
  const { labels } = data;
  sessionStorage.setItem(draftKey(data.key), JSON.stringify(draft));
  const sides = draftSides(view);
  for (const name of SIDES) drawTokens(view, name, sides[name]);
  const chosen = at.index === null ? null : draft[at.side][at.index];
  const typed = view[at.side].field.value.trim();
  const title = typed && !findWords(view, at.side).length ? "enter" : chosen === null ? `more_${at.side}` : "instead";
  view.title.replaceChildren(...renderSegments(labels[title], { word: [at.side, typed || chosen] }));
  view.drop.hidden = chosen === null;
  drawChips(view, chosen);
  drawStatus(view, sides);
  root.dataset.side = at.side;
}

function drawTokens(view, name, { tokens, from, until }) {
  const { at, data: { labels } } = view;
  const createToken = () => el("li", "", el("button", "token", el("span"), el("small", "pinyin"), el("small", "gloss")), el("button", "remove", "✕"));
  resizeChildren(view[name].boxes, tokens.length, createToken).forEach((li, i) => {
    const token = tokens[i];
    const [box, remove] = li.children;
    const known = view[name].words.has(token);
    const word = view[name].words.get(token);
    setText(box.children[0], token);
    setText(box.children[1], word?.pinyin ?? "");
    setText(box.children[2], known ? word.gloss : labels.new_word);
    box.ariaPressed = at.side === name && at.index === i && from < 0;
    li.dataset.known = known;
    li.dataset.typed = i >= from && i < until;
    remove.ariaLabel = remove.title = labels.remove;
  });
  view[name].field.placeholder = at.side === name && at.index !== null ? labels.type_instead : labels[`type_${name}`];
}

/** The known words, those that fit best into the chosen place first. Until it is known which those are
    the chips stay, but stand for no word: each is about to be another. */
function drawChips(view, chosen) {
  const { side } = view.at;
  const typed = view[side].field.value.trim();
  let words = typed ? findWords(view, side) : [...view[side].words.values()];
  let likely = 0;
  if (chosen !== null && !typed) {
    const answer = askWhatFits(view);
    if (!answer) return [...view.chips.children].forEach((chip) => delete chip.dataset.token);
    words = answer.words.map((token) => view[side].words.get(token)).filter(Boolean);
    likely = answer.fitting;
  }
  const limit = CHIPS_BY_WIDTH.find(([width]) => view.root.clientWidth <= width)[1];
  view.more.hidden = view.many || words.length <= limit;
  words = words.slice(0, view.many ? MOST_CHIPS : limit);
  resizeChildren(view.chips, words.length, () => el("button", "chip", el("span"), el("small"))).forEach((chip, i) => {
    const { token, pinyin, gloss } = words[i];
    chip.dataset.token = token;
    chip.dataset.likely = i < likely;
    chip.title = [token, pinyin, gloss].filter(Boolean).join(" · ");
    setText(chip.children[0], token);
    setText(chip.children[1], gloss);
  });
}
