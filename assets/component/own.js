// The list below the composer: one's own pairs, and what can be done with each.

function handle(view, { target }) {
  const li = target.closest("li");
  const act = target.closest("button")?.dataset.act;
  const pair = view.data.own[[...view.pairs.children].indexOf(li)]; // none between the lines
  if (act === "edit") {
    begin(view, view.data, { source: pair.source.map(({ token }) => token), target: pair.target, replaces: pair.is });
    show(view);
    view.source.boxes.scrollIntoView({ block: "nearest" });
  } else if (act === "remove") view.send("remove", pair.is);
  else if (act === "spread") view.send("spread", { ...pair.offer.new, place: pair.offer.places[li.querySelector("select").selectedIndex].entry });
}

function list(view) {
  const { data: { own, labels } } = view;
  view.own.hidden = !own.length;
  write(view.own.querySelector("h2"), labels.own);
  view.lead.replaceChildren(...said(labels.lead));
  view.pairs.replaceChildren(...own.map(({ source, target, offer, note }) => {
    const line = el("div", "pair", el("p", "source", ...source.flatMap((word) => [glossed(word), " "])),
      el("p", "target", target.join(" ")), el("div", "acts", act("edit", labels), act("remove", labels)));
    if (note) return el("li", "", line, el("p", "note", ...said(note)));
    if (!offer) return el("li", "", line);
    const places = el("select", "", ...offer.places.map(({ shown }) => el("option", "", shown)));
    places.ariaLabel = labels.place;
    return el("li", "", line, el("div", "offer", el("p", "", ...said(offer.said)), el("label", "", labels.place, " ", places), act("spread", labels)));
  }));
}

function act(what, labels) {
  const button = el("button", "act", labels[what]);
  button.dataset.act = what;
  return button;
}

/** A word over its meaning, its sound at the pointer. */
function glossed({ token, pinyin, gloss }) {
  const word = el("span", "word", el("span", "", token), el("small", "", gloss));
  word.title = [token, pinyin, gloss].filter(Boolean).join(" · ");
  return word;
}

/** What has just been added comes into sight, with the way on above it. */
function arrive(view) {
  if (!view.sent || !view.data.own.length || judge(view, both(view)) !== "there") return;
  view.sent = false;
  view.pairs.firstChild.scrollIntoView({ block: "nearest" });
}
