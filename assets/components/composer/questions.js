// What the composer asks the server while a pair is put together: which words fit into a place, and
// what goes along with a word that was chosen. Nobody has to wait for the answer to go on typing or
// clicking: what is done in the meantime is done after it, in the same order.

import { SIDES } from "./suggestions.js";

const PATIENCE = 5000; // ms; then the draft stays as it is

const describePlace = ({ source, target, side, index }) => JSON.stringify([source, target, side, index]);

function askServer(view, word) {
  const { draft: { source, target }, at } = view;
  view.question = performance.now(); // an answer to an earlier one is not read
  view.send("suggest", { id: view.question, source, target, ...at, word });
}

/** The words that fit into the chosen place, best first; null until the server has answered. */
export function askWhatFits(view) {
  const place = describePlace({ ...view.draft, ...view.at });
  if (view.answer?.place === place) return view.answer;
  const isAsked = view.askedPlace === place && performance.now() < view.question + PATIENCE;
  if (!view.waiting && !isAsked) {
    view.askedPlace = place;
    askServer(view, null);
  }
  return null;
}

/** Ask what goes along with a source word that is chosen now; until the answer the draft waits. */
export function awaitCompanions(view, word, draw) {
  askServer(view, word);
  view.waiting = setTimeout(() => {
    view.question = null;
    resume(view);
    draw();
  }, PATIENCE);
}

/** Whether this is the answer that is waited for, and new. */
export function readAnswer(view, answer) {
  if (!answer || answer.id !== view.question || answer.id === view.answer?.id) return false;
  if (view.waiting) view.draft = { ...view.draft, source: answer.source, target: answer.target };
  view.answer = { ...answer, place: describePlace(answer) };
  resume(view);
  return true;
}

/** Do something with the draft as soon as it waits for no answer. What is typed by now goes with it:
    what the fields have later is the next word. */
export function changeDraft(view, change) {
  if (!view.waiting) return change();
  const typed = readFields(view);
  writeFields(view, ["", ""]);
  view.queue.push(() => {
    const later = readFields(view);
    writeFields(view, typed);
    change();
    writeFields(view, later);
  });
}

function resume(view) {
  clearTimeout(view.waiting);
  view.waiting = null;
  while (view.queue.length && !view.waiting) view.queue.shift()();
}

/** Another corpus has come. */
export function forgetQuestions(view) {
  clearTimeout(view.waiting);
  Object.assign(view, { waiting: null, queue: [], question: null });
}

const readFields = (view) => SIDES.map((name) => view[name].field.value);

function writeFields(view, texts) {
  SIDES.forEach((name, i) => { if (view[name].field.value !== texts[i]) view[name].field.value = texts[i]; });
}
