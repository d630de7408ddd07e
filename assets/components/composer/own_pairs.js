// The list below the composer: the learner's own pairs, and what can be done with each.

import { el, setText } from "../lib/dom.js";
import { renderSegments } from "../lib/text.js";
import { judgeDraft } from "./status.js";
import { draftSides } from "./suggestions.js";

/** edit: called with the pair that is to be changed, as a draft. */
export function handleOwnPair(view, { target }, edit) {
  const li = target.closest("li");
  const action = target.closest("button")?.dataset.act;
  const pair = view.data.own[[...view.pairs.children].indexOf(li)]; // none between the lines
  if (action === "edit") {
    edit({ source: pair.source.map(({ token }) => token), target: pair.target, replaces: pair.is });
    view.source.boxes.scrollIntoView({ block: "nearest" });
  } else if (action === "remove") view.send("remove", pair.is);
  else if (action === "spread") view.send("spread", { ...pair.offer.new, place: pair.offer.places[li.querySelector("select").selectedIndex].entry });
}

export function listOwnPairs(view) {
  const { data: { own, labels } } = view;
  view.own.hidden = !own.length;
  setText(view.own.querySelector("h2"), labels.own);
  view.lead.replaceChildren(...renderSegments(labels.lead));
  view.pairs.replaceChildren(...own.map(({ source, target, offer, note }) => {
    const line = el("div", "pair", el("p", "source", ...source.flatMap((word) => [renderWord(word), " "])),
      el("p", "target", target.join(" ")), el("div", "acts", createAction("edit", labels), createAction("remove", labels)));
    if (note) return el("li", "", line, el("p", "note", ...renderSegments(note)));
    if (!offer) return el("li", "", line);
    const places = el("select", "", ...offer.places.map(({ shown }) => el("option", "", shown)));
    places.ariaLabel = labels.place;
    return el("li", "", line, el("div", "offer", el("p", "", ...renderSegments(offer.said)), el("label", "", labels.place, " ", places), createAction("spread", labels)));
  }));
}

function createAction(name, labels) {
  const button = el("button", "act", labels[name]);
  button.dataset.act = name;
  return button;
}

/** A word over its meaning, its sound at the pointer. */
function renderWord({ token, pinyin, gloss }) {
  const word = el("span", "word", el("span", "", token), el("small", "", gloss));
  word.title = [token, pinyin, gloss].filter(Boolean).join(" · ");
  return word;
}

/** What has just been added comes into sight, with the way on above it. */
export function revealNewPair(view) {
  if (!view.sent || !view.data.own.length || judgeDraft(view, draftSides(view)) !== "there") return;
  view.sent = false;
  view.pairs.firstChild.scrollIntoView({ block: "nearest" });
}
