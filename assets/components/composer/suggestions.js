// What the composer does with words: it finds them, cuts typed text into them, and exchanges them so
// that the sentence stays one.

export const SIDES = ["source", "target"];
const EDGE = -1; // the neighbour of a sentence's first and last word
const CLEAR_GAIN = 0.15; // points that another form must gain: one word that it has never met is chance

/** Latin letters in a Chinese sentence look for a word by its sound or its meaning. */
export function isSearch(view, name) {
  const text = view[name].field.value.trim();
  return /^[\p{Script=Latin}\s']+$/u.test(text) && !view[name].words.has(text) && findWords(view, name).some(({ pinyin }) => pinyin);
}

const simplify = (text) => text.normalize("NFD").replace(/[\u0300-\u036f\s]/g, "").toLowerCase();

export function findWords(view, name) {
  const text = simplify(view[name].field.value);
  if (!text) return [];
  const isStart = (word) => simplify(word).startsWith(text);
  return [...view[name].words.values()].filter(({ token, pinyin, gloss }) => isStart(token) || isStart(pinyin) || gloss.split(", ").some(isStart));
}

/** Typed text as tokens: at spaces, and between them by longest match against the vocabulary. */
function cutIntoTokens(view, text, name) {
  const { tokenizer } = view.data;
  const { words } = view[name];
  if (tokenizer === "character") return [...text.trim().replaceAll(" ", "▁")];
  const pieces = tokenizer === "space" ? text.split(/\s+/) : text.match(/[\p{L}\p{N}\p{M}_'’-]+|[^\p{L}\p{N}\p{M}_\s]/gu) ?? [];
  return pieces.filter(Boolean).flatMap((piece) =>
    words.has(piece) || !/\p{Script=Han}/u.test(piece) ? [piece] : longestMatch(piece, words));
}

/** The tokens of a side with what is being typed in its place; which of them that is. */
function tokensOf(view, name) {
  const tokens = view.draft[name];
  const { at: { side, index } } = view;
  const pieces = isSearch(view, name) ? [] : cutIntoTokens(view, view[name].field.value, name);
  if (!pieces.length) return { tokens, from: -1, until: -1 };
  const from = side === name && index !== null ? index : tokens.length;
  return { tokens: tokens.toSpliced(from, from === index ? 1 : 0, ...pieces), from, until: from + pieces.length };
}

/** Both sides of the draft, with what is being typed. */
export const draftSides = (view) => Object.fromEntries(SIDES.map((name) => [name, tokensOf(view, name)]));

/** The same rule as seq2seq_core.data.tokenizers.longest_match, in characters. */
function longestMatch(text, known) {
  const characters = [...text];
  const longest = Math.max(0, ...[...known.keys()].map((word) => [...word].length));
  const pieces = [];
  let unknown = "";
  for (let at = 0; at < characters.length;) {
    let end = Math.min(at + longest, characters.length);
    while (end > at && !known.has(characters.slice(at, end).join(""))) end--;
    if (end === at) unknown += characters[at++];
    else {
      pieces.push(...(unknown ? [unknown] : []), characters.slice(at, end).join(""));
      [at, unknown] = [end, ""];
    }
  }
  return unknown ? [...pieces, unknown] : pieces;
}

/** How many of the two neighbours of a place words have stood beside before. */
function countNeighbours(view, name, phrase, tokens, at, length) {
  const { company } = view[name];
  const before = at ? company.get(tokens[at - 1])?.id : EDGE;
  const after = at + length < tokens.length ? company.get(tokens[at + length])?.id : EDGE;
  return [company.get(phrase[0])?.left.includes(before), company.get(phrase.at(-1))?.right.includes(after)].filter(Boolean).length;
}

/** How well words would stand in a place, 0–3: see seq2seq_core.data.word_classes. */
export function scoreFit(view, name, phrase, tokens, at, length) {
  const { company } = view[name];
  const [first, last] = [company.get(phrase[0]), company.get(phrase.at(-1))];
  if (!first || !last) return 0;
  const others = tokens.toSpliced(at, length).map((token) => company.get(token)).filter(Boolean);
  const near = others.filter(({ id }) => first.near.includes(id) && last.near.includes(id));
  return countNeighbours(view, name, phrase, tokens, at, length) + (others.length ? near.length / others.length : 1);
}

/** Whether a word has stood beside both neighbours of the chosen place, and one of its translations,
    where it has any, beside both neighbours of the old one's. */
export function fitsPlace(view, token) {
  const { at: { side, index }, draft, means } = view;
  if (!fitsBetween(view, side, [token], draft[side], index, 1)) return false;
  const [before, after] = [means.get(draft[side][index]) ?? [], means.get(token) ?? []];
  const phrase = side === "source" && before.find((words) => findPhrase(draft.target, words) >= 0);
  if (!phrase || !after.length) return true;
  const at = findPhrase(draft.target, phrase);
  return after.some((words) => fitsBetween(view, "target", words, draft.target, at, phrase.length));
}

const fitsBetween = (view, ...place) => countNeighbours(view, ...place) === 2;

const findPhrase = (tokens, phrase) => tokens.findIndex((_, i) => phrase.every((word, k) => tokens[i + k] === word));

/** A translation where it fits best; among equals at the end. */
export function insertPhrase(view, target, phrase) {
  if (!phrase.length) return target;
  const points = [...target, ""].map((_, at) => scoreFit(view, "target", phrase, target, at, 0));
  return target.toSpliced(points.lastIndexOf(Math.max(...points)), 0, ...phrase);
}

/** The translation of the word that went gives way to that of the word that came. */
export function exchangePhrase(view, target, before = [], after = []) {
  const phrase = before.find((words) => findPhrase(target, words) >= 0);
  if (!phrase || !after.length) return target;
  const at = findPhrase(target, phrase);
  return target.toSpliced(at, phrase.length, ...pickPhrase(view, target, at, phrase.length, after));
}

function pickPhrase(view, target, at, length, phrases) {
  const points = phrases.map((phrase) => scoreFit(view, "target", phrase, target, at, length));
  return phrases[points.indexOf(Math.max(...points))];
}

/** Words without a translation of their own, such as 件, give way to one that stands with the new
    word: 一 件 毛衣, 一 个 苹果. */
export function replaceMeasureWords(view, source, index) {
  const { company } = view.source;
  const word = company.get(source[index]);
  const silent = (token) => company.has(token) && !view.means.has(token);
  return source.map((token, i) => {
    if (!word || i === index || !silent(token) || word.near.includes(company.get(token).id)) return token;
    const others = [...company.keys()].filter((other) => silent(other) && word.near.includes(company.get(other).id));
    const points = (other) => scoreFit(view, "source", [other], source, i, 1);
    return others.reduce((a, b) => (points(b) > points(a) ? b : a), token);
  });
}

/** The other words in the form that fits now: one sweater, two sweaters. */
export function agreeForms(view, target) {
  for (const token of new Set(view.draft.source)) {
    const forms = (view.means.get(token) ?? []).filter(({ length }) => length === 1);
    const at = target.findIndex((word) => forms.some(([form]) => form === word));
    if (forms.length < 2 || at < 0) continue;
    const points = scoreFit(view, "target", [target[at]], target, at, 1);
    const better = pickPhrase(view, target, at, 1, forms);
    if (scoreFit(view, "target", better, target, at, 1) > points + CLEAR_GAIN) target = target.toSpliced(at, 1, ...better);
  }
  return target;
}
