// One question to the learner's own model: which source word will it look at? The answer for every
// word comes with the question; after the click all weights are shown.

import { applyTheme, el, fillLabels, resizeChildren, setText } from "../lib/dom.js";
import { createWord, fillWord } from "../lib/source_words.js";
import { whenStyled } from "../lib/styled.js";
import { pickLongest } from "../lib/text.js";

// The empty page. data-text says which label goes there.
const SKELETON = `
  <p class="asked" data-text="question"></p>
  <ol class="words" role="list"></ol>
  <p class="answer" aria-live="polite" data-testid="ask-answer"></p>`;

export default whenStyled(({ parentElement, data, setStateValue }) => {
  if (!data) return;
  const root = parentElement.querySelector(".ask") ?? createView(parentElement);
  if (root.key !== data.key) root.guess = data.guess;
  root.key = data.key;
  fillLabels(root, data.labels);
  applyTheme(root);
  resizeChildren(root.querySelector(".words"), data.source.length, createPlace).forEach(({ firstChild: button }, j) => {
    const [bar, ...parts] = button.children;
    fillWord(parts, data.source[j]);
    button.style.setProperty("--weight", data.weights[j]);
    setText(bar.firstChild, `${Math.round(100 * data.weights[j])} %`);
    button.onclick = () => {
      if (root.guess !== null) return; // the first answer counts
      root.guess = j;
      showAnswer(root, data);
      setStateValue("guess", j);
    };
  });
  showAnswer(root, data);
});

function createView(parentElement) {
  const root = el("div", "lab ask");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "ask";
  parentElement.append(root);
  return root;
}

function createPlace() {
  const button = el("button", "", el("span", "bar", el("span")), ...createWord());
  button.dataset.testid = "ask-word";
  return el("li", "", button);
}

function showAnswer(root, { answers, best, source }) {
  const { guess } = root;
  const answered = guess !== null && guess < source.length;
  root.dataset.answered = answered;
  root.querySelectorAll("button").forEach((button, j) => {
    button.dataset.best = answered && j === best;
    button.dataset.chosen = answered && j === guess;
    button.setAttribute("aria-disabled", answered);
  });
  const answer = root.querySelector(".answer");
  answer.dataset.right = answered && guess === best;
  // without an answer the longest one keeps its room, so that nothing below moves
  setText(answer, answered ? answers[guess] : pickLongest(answers));
}
