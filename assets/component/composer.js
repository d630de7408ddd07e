// Writing a sentence pair out of known words: click a word, take another; what is typed is cut into
// words at once. The server hears of it when the pair is added; until then nothing leaves the page.

const SIDES = ["source", "target"];
const CHIPS = 200; // at most; more are found by typing
const PHONE = 640; // px
const FEW = [[PHONE, 12], [960, 30], [Infinity, 60]]; // up to this width, in px: so many until more are asked for

// The empty page. data-text and data-name say which label goes there: as text, or as spoken name.
const side = (name) => `
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
    ${side("source")}${side("target")}
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
export default function ({ parentElement, data, setTriggerValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  view.send = setTriggerValue;
  if (view.data?.key !== data.key) begin(view, data, remembered(data.key));
  view.data = data;
  view.draft = { ...view.draft, replaces: place(view.draft.replaces, data.own) };
  view.news = data.said;
  view.told = null;
  view.means = new Map(data.means);
  for (const name of SIDES) {
    view[name].words = new Map(data[name].words.map(([token, pinyin = "", gloss = ""]) => [token, { token, pinyin, gloss }]));
    view[name].company = new Map(data[name].company.map(([token, near, left, right], id) => [token, { id, near, left, right }]));
  }
  name(view.root, data.labels);
  dress(view.root);
  show(view);
  list(view);
  arrive(view);
}

function create(parentElement) {
  const root = el("div", "lab composer");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "composer";
  const view = { root };
  for (const part of ["title", "drop", "chips", "more", "go", "add", "leave", "said", "own", "lead", "pairs"]) view[part] = root.querySelector(`.${part}`);
  for (const name of SIDES) {
    const place = root.querySelector(`[data-side=${name}]`);
    const field = place.querySelector(".typed");
    view[name] = { boxes: place.querySelector(".boxes"), field };
    field.onfocus = () => { if (view.at.side !== name) point(view, name, null); };
    field.oninput = ({ isComposing }) => { // half a syllable of an input method is no word yet
      if (isComposing) return;
      touch(view);
      show(view);
    };
    field.oncompositionend = field.oninput;
    field.onkeydown = (event) => type(view, name, event);
    view[name].boxes.onclick = (event) => press(view, name, event);
    view[name].boxes.onkeydown = ({ key, target }) => { if (/^(Delete|Backspace)$/.test(key)) drop(view, name, [...view[name].boxes.children].indexOf(target.closest("li"))); };
  }
  view.chips.onpointerdown = (event) => event.preventDefault(); // the field keeps the focus
  view.chips.onclick = ({ target }) => {
    const chip = target.closest("button");
    if (chip) choose(view, chip.dataset.token);
  };
  view.drop.onclick = () => drop(view, view.at.side, view.at.index);
  view.more.onclick = () => { view.many = true; show(view); };
  // the second half of a double click was not meant for what stands there now
  view.go.onclick = ({ detail }) => { if (detail < 2) go(view); };
  view.add.onclick = ({ detail }) => { if (detail < 2) add(view, false); };
  view.leave.onclick = () => { begin(view, view.data, null); show(view); };
  view.pairs.onclick = (event) => handle(view, event);
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

// --- the draft: two lists of tokens, and the place where the next word goes ------------------

/** replaces is the pair that is edited, as {row, source, target}; null while a new one is made. */
function begin(view, data, draft) {
  view.draft = draft ?? { source: data.draft.source, target: data.draft.target, replaces: null };
  view.at = { side: "source", index: null };
  view.many = false;
  touch(view);
  for (const name of SIDES) view[name].field.value = "";
}

/** The pair that is edited, where it stands now; null once it has changed or gone. */
const place = (pair, own) => own.find(({ is }) => pair && is.source === pair.source && is.target === pair.target)?.is ?? null;

/** What was said of the draft as it was does not hold any more. */
function touch(view) {
  view.told = null;
  view.news = "";
}

/** A draft outlives a refresh, in this tab alone. */
const drawer = (key) => `seq2seq_lab_draft_${key}`;
const remembered = (key) => JSON.parse(sessionStorage.getItem(drawer(key)));
function point(view, name, index) {
  settle(view);
  view.at = { side: name, index };
  view.many = false;
  show(view);
}

/** What is typed becomes part of the draft. */
function settle(view) {
  const [source, target] = SIDES.map((name) => written(view, name).tokens);
  view.draft = { ...view.draft, source, target };
  for (const name of SIDES) view[name].field.value = "";
}

// --- what the learner does ------------------------------------------------------------------

function press(view, name, { target }) {
  const li = target.closest("li");
  if (!li) return;
  const index = [...view[name].boxes.children].indexOf(li);
  if (target.closest(".remove")) return drop(view, name, index);
  const again = view.at.side === name && view.at.index === index;
  point(view, name, again ? null : index);
  // on a phone the words to choose from are below the screen
  if (!again && view.root.clientWidth <= PHONE) view.chips.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function drop(view, name, index) {
  settle(view);
  view.draft = { ...view.draft, [name]: view.draft[name].toSpliced(index, 1) };
  touch(view);
  point(view, name, null);
}

/** Another source word, and its translation in the form that fits best into the target. */
function choose(view, token) {
  const { at: { side, index }, means } = view;
  for (const name of SIDES) view[name].field.value = "";
  const old = index === null ? null : view.draft[side][index];
  const tokens = view.draft[side].toSpliced(index ?? Infinity, index === null ? 0 : 1, token);
  const followed = side === "source" && index !== null ? follow(view, tokens, index) : tokens;
  view.draft = { ...view.draft, [side]: followed };
  touch(view);
  if (side === "source") {
    const { target } = view.draft;
    const changed = index === null ? insert(view, target, means.get(token)?.[0] ?? []) : exchange(view, target, means.get(old), means.get(token));
    view.draft.target = agree(view, changed);
  }
  show(view);
}

function type(view, name, event) {
  const { field } = view[name];
  if (event.isComposing) return; // Enter ends the input method's own word
  if (event.key === "Enter") {
    if (searching(view, name)) choose(view, found(view, name)[0].token);
    else point(view, name, null);
  } else if (event.key === "Backspace" && !field.value && view.draft[name].length) {
    const at = view.at.side === name ? view.at.index : null;
    view.draft = { ...view.draft, [name]: view.draft[name].toSpliced(at ?? -1, 1) };
    touch(view);
    point(view, name, null);
  } else if (event.key === "Escape") {
    field.value = "";
    point(view, name, null);
  } else return;
  event.preventDefault();
}

function add(view, train) {
  settle(view);
  view.at = { side: "source", index: null };
  view.send("pair", { ...view.draft, train });
  view.told = JSON.stringify(view.draft); // until the server answers
  view.sent = true;
  show(view);
}

/** The dominant button trains on what is seen: on the draft, too. */
function go(view) {
  if (judge(view, both(view)) === "open") add(view, true);
  else view.send("train", true);
}

// --- drawing --------------------------------------------------------------------------------

const both = (view) => Object.fromEntries(SIDES.map((name) => [name, written(view, name)]));

/** A sentence of the server's; a slot takes one of the words, each a class and a text. */
const said = (segments, words = {}) => segments.map((segment) => {
  const [[kind, text]] = Object.entries(segment); // text, source or target, or a slot
  return kind === "slot" ? el("b", ...words[text]) : el(kind === "text" ? "span" : "b", kind, text);
});

function show(view) {
  const { data, draft, at, root } = view;
  const { labels } = data;
  sessionStorage.setItem(drawer(data.key), JSON.stringify(draft));
  const sides = both(view);
  for (const name of SIDES) boxes(view, name, sides[name]);
  const chosen = at.index === null ? null : draft[at.side][at.index];
  const typed = view[at.side].field.value.trim();
  const title = typed && !found(view, at.side).length ? "enter" : chosen === null ? `more_${at.side}` : "instead";
  view.title.replaceChildren(...said(labels[title], { word: [at.side, typed || chosen] }));
  view.drop.hidden = chosen === null;
  chips(view, chosen);
  foot(view, sides);
  root.dataset.side = at.side;
}

function boxes(view, name, { tokens, from, until }) {
  const { at, data: { labels } } = view;
  const make = () => el("li", "", el("button", "token", el("span"), el("small", "pinyin"), el("small", "gloss")), el("button", "remove", "✕"));
  children(view[name].boxes, tokens.length, make).forEach((li, i) => {
    const token = tokens[i];
    const [box, remove] = li.children;
    const known = view[name].words.has(token);
    const word = view[name].words.get(token);
    write(box.children[0], token);
    write(box.children[1], word?.pinyin ?? "");
    write(box.children[2], known ? word.gloss : labels.new_word);
    box.ariaPressed = at.side === name && at.index === i && from < 0;
    li.dataset.known = known;
    li.dataset.typed = i >= from && i < until;
    remove.ariaLabel = remove.title = labels.remove;
  });
  view[name].field.placeholder = at.side === name && at.index !== null ? labels.type_instead : labels[`type_${name}`];
}

/** The known words, those that fit best into the chosen place first. */
function chips(view, chosen) {
  const { at: { side, index }, draft } = view;
  const typed = view[side].field.value.trim();
  let words = typed ? found(view, side) : [...view[side].words.values()];
  let likely = 0;
  if (chosen !== null && !typed) {
    const points = new Map(words.map(({ token }) => [token, fit(view, side, [token], draft[side], index, 1)]));
    const fits = new Map(words.map(({ token }) => [token, suits(view, token)]));
    words = words.filter(({ token }) => token !== chosen).sort((a, b) => fits.get(b.token) - fits.get(a.token) || points.get(b.token) - points.get(a.token));
    likely = words.filter(({ token }) => fits.get(token)).length;
  }
  const few = FEW.find(([width]) => view.root.clientWidth <= width)[1];
  view.more.hidden = view.many || words.length <= few;
  words = words.slice(0, view.many ? CHIPS : few);
  children(view.chips, words.length, () => el("button", "chip", el("span"), el("small"))).forEach((chip, i) => {
    const { token, pinyin, gloss } = words[i];
    chip.dataset.token = token;
    chip.dataset.likely = i < likely;
    chip.title = [token, pinyin, gloss].filter(Boolean).join(" · ");
    write(chip.children[0], token);
    write(chip.children[1], gloss);
  });
}
