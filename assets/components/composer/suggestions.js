// What is typed, as words: found by their beginning, and cut out of a text without spaces.

export const SIDES = ["source", "target"];

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
