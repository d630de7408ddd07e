// The words of a source sentence: each with its sound and its meaning, where the learner needs them.

import { el, resizeChildren, setText } from "./dom.js";

/** What a word is made of: to be put into an element, and filled by fillWord. */
export const createWord = () => [el("b"), el("span", "pinyin"), el("span", "gloss")];

export function fillWord([token, pinyin, gloss], word, title) {
  setText(token, word.token, title);
  setText(pinyin, word.pinyin);
  setText(gloss, word.gloss);
}

/** A sentence with a meaning below each word. */
export function listGlossedWords(list, words) {
  resizeChildren(list, words.length, () => el("li", "", el("b"), el("span"))).forEach((li, i) => {
    setText(li.firstChild, words[i].token, words[i].token);
    setText(li.lastChild, words[i].gloss);
  });
}
