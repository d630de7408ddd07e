// Numbers and sentences as they stand on the screen.

import { el } from "./dom.js";

/** A sentence in pieces, each {text}, {source} or {target}: words of a sentence stand out. A slot
 *  takes one of the words that are given for it, each a class and a text. */
export const renderSegments = (segments, words = {}) => segments.map((segment) => {
  const [[kind, text]] = Object.entries(segment);
  return kind === "slot" ? el("b", ...words[text]) : el(kind === "text" ? "span" : "b", kind, text);
});

/** With one digit; a chance that is not nothing never reads as nothing. */
export const formatPercent = (share) => (share > 0 && share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(1)}%`);

/** Without digits, where there is little room. */
export const formatWholePercent = (share) => (share < 0.005 ? "<1%" : `${Math.round(100 * share)}%`);

export const pickLongest = (texts) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");
