// How a step stands on the screen: words in as few and as even rows as possible, at any width.

import { isNarrow, measureTallest } from "../lib/playback.js";

const pen = document.createElement("canvas").getContext("2d");

function measureWidest(texts, sample, weight) {
  const { fontSize, fontFamily } = getComputedStyle(sample);
  pen.font = `${weight} ${fontSize} ${fontFamily}`;
  return Math.max(...texts.map((text) => pen.measureText(text).width));
}

/** Equal columns wide enough for the words, in as few and as even rows as possible. Gives the number of rows. */
function setColumns(list, count, width) {
  const gap = parseFloat(getComputedStyle(list).columnGap);
  const across = Math.max(1, Math.floor((list.clientWidth + gap) / (width + gap)));
  const rows = Math.ceil(count / across);
  list.style.setProperty("--columns", Math.ceil(count / rows));
  return rows;
}

/** Sets both rows of words; true when each of them is a single row. */
function setRows(view, most) {
  const { sources, targets, data: { source, steps } } = view;
  if (!source.length || !steps.length) return true;
  const [, token, pinyin] = sources[0].children;
  const above = Math.max(40, 16 + measureWidest(source.map((word) => word.token), token, 700),
    4 + measureWidest(source.map((word) => word.pinyin), pinyin, 400));
  const below = 16 + measureWidest(steps.map((step) => step.token), targets[0].firstChild, 700);
  const rows = [setColumns(view.words, source.length, Math.min(most, above)),
    setColumns(view.boxes, steps.length, Math.min(most, below))]; // longer words end in an ellipsis
  view.root.dataset.wrapped = rows[0] > 1 || isNarrow(view);
  return Math.max(...rows) === 1;
}

export function layOut(view) {
  const { root, data: { steps, begin } } = view;
  const narrow = isNarrow(view);
  root.dataset.size = narrow ? "narrow" : view.width < 900 ? "middle" : "wide";
  // on a phone what just happened comes right below what was written
  const panel = view.said.parentNode;
  if (narrow !== (panel.parentNode !== view.aside))
    narrow ? view.strips.before(panel) : view.aside.prepend(panel);
  root.dataset.dense = narrow;
  if (!setRows(view, 140)) { // smaller boxes first, more rows only then
    root.dataset.dense = true;
    setRows(view, 100);
  }
  // The tallest sentence of all steps reserves its room.
  view.said.style.minHeight = `${measureTallest(view, [begin, ...steps].map(({ said }) => said))}px`;

  const findCentre = (li) => li.offsetLeft + li.offsetWidth / 2;
  view.from = view.sources.map((li) => ({ x: findCentre(li), y: li.offsetTop + li.offsetHeight + 10 }));
  view.to = view.targets.map((li) => ({ x: findCentre(li), y: li.offsetTop - 2 }));
}
