// Numbers and sentences as they stand on the screen.

import { el, setText } from "./dom.js";

const MINOR_WEIGHT = 0.05; // less attention than this is not spoken of: as in wording.py

/** A sentence in pieces, each {text}, {source} or {target}: words of a sentence stand out. A slot
 *  takes one of the words that are given for it, each a class and a text. */
export const renderSegments = (segments, words = {}) => segments.map((segment) => {
  const [[kind, text]] = Object.entries(segment);
  if (kind === "slot") return el("b", ...words[text]);
  const node = el(kind === "text" ? "span" : "b", kind);
  setText(node, text);
  return node;
});

/** With one digit after the point; a chance that is not nothing never reads as nothing. */
export const formatPercentTenths = (share) => (share > 0 && share < 0.0005 ? "<0.1%" : `${(100 * share).toFixed(1)}%`);

/** Without one, where there is little room. */
export const formatWholePercent = (share) => (share < 0.005 ? "<1%" : `${Math.round(100 * share)}%`);

/** Of attention, with two digits; nothing where it is small. */
export const formatWeight = (weight) => (weight >= MINOR_WEIGHT ? weight.toFixed(2) : "");

export const pickLongest = (texts) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");
