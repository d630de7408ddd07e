// The last line of the composer: what can be done with the draft as it stands, or why not.

import { setText } from "../lib/dom.js";
import { renderSegments } from "../lib/text.js";
import { SIDES } from "./suggestions.js";

const joinTokens = (tokens) => tokens.join("");

/** The learner's own pair with these words, if there is one. */
const findTwin = ({ own }, source, target) => own.find((pair) =>
  joinTokens(pair.source.map(({ token }) => token)) === joinTokens(source) && joinTokens(pair.target) === joinTokens(target));

/** Whether the draft can be added: "open", or why not. */
export function judgeDraft({ data, draft, sentDraft }, sides) {
  const [source, target] = SIDES.map((name) => sides[name].tokens);
  if (!source.length || !target.length) return source.length ? "empty_target" : "empty_source";
  if (sentDraft === JSON.stringify(draft)) return "told";
  const twin = findTwin(data, source, target);
  if (twin) return twin.is === draft.replaces ? "unchanged" : "there";
  const unchanged = joinTokens(data.draft.source) === joinTokens(source) && joinTokens(data.draft.target) === joinTokens(target);
  return unchanged && !draft.replaces ? "begin" : "open";
}

/** A sentence about the draft: a label's name, and the words in it. */
function describeDraft(view, sides, verdict) {
  const [source, target] = SIDES.map((name) => sides[name].tokens);
  if (verdict === "there") return ["there", { row: ["", `${findTwin(view.data, source, target).is.row + 1}`] }];
  if (verdict !== "open") return [verdict, {}];
  const findNewWords = (name) => [...new Set(sides[name].tokens)].filter((token) => !view[name].words.has(token));
  const [sources, targets] = SIDES.map(findNewWords);
  const words = { source: ["source", sources.join(" ")], target: ["target", targets.join(" ")] };
  if (sources.length === targets.length) return [sources.length ? "fresh" : "", words];
  return [sources.length && targets.length ? "uneven" : sources.length ? "lone_source" : "lone_target", words];
}

export function drawStatus(view, sides) {
  const { draft, data: { labels } } = view;
  const verdict = judgeDraft(view, sides);
  const [open, half, change] = [verdict === "open", verdict.startsWith("empty"), draft.replaces ? "_change" : ""];
  view.add.disabled = !open;
  view.go.disabled = half;
  setText(view.add, change ? labels.change : labels.add);
  setText(view.go, open || half ? labels[`go${change}`] : labels.train);
  view.leave.hidden = verdict === "begin" || (verdict === "there" && !change);
  const [state, text] = view.said.children;
  const stored = open || half ? labels[`open${change}`] : labels.saved;
  const [label, words] = describeDraft(view, sides, verdict);
  const why = view.news ? [view.news] : renderSegments(labels[label] ?? [], words);
  setText(state, verdict === "told" ? "" : why.length && stored ? `${stored} ·` : stored);
  text.replaceChildren(...why);
}
