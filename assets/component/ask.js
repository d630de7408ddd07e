// One question to the learner's own model: which source word will it look at? The answer for every
// word comes with the question; after the click all weights are shown.

// The empty page. data-text says which label goes there.
const SKELETON = `
  <p class="asked" data-text="question"></p>
  <ol class="words" role="list"></ol>
  <p class="answer" aria-live="polite" data-testid="ask-answer"></p>`;

export default function ({ parentElement, data, setStateValue }) {
  if (!data) return;
  const root = parentElement.querySelector(".ask") ?? create(parentElement);
  if (root.key !== data.key) root.guess = data.guess;
  root.key = data.key;
  name(root, data.labels);
  dress(root);
  children(root.querySelector(".words"), data.source.length, word).forEach(({ firstChild: button }, j) => {
    const [bar, token, pinyin, gloss] = button.children;
    write(token, data.source[j].token);
    write(pinyin, data.source[j].pinyin);
    write(gloss, data.source[j].gloss);
    button.style.setProperty("--weight", data.weights[j]);
    write(bar.firstChild, `${Math.round(100 * data.weights[j])} %`);
    button.onclick = () => {
      if (root.guess !== null) return; // the first answer counts
      root.guess = j;
      show(root, data);
      setStateValue("guess", j);
    };
  });
  show(root, data);
}

function create(parentElement) {
  const root = el("div", "lab ask");
  root.innerHTML = SKELETON; // a constant
  root.dataset.testid = "ask";
  parentElement.append(root);
  return root;
}

function word() {
  const button = el("button", "", el("span", "bar", el("span")), el("b"), el("span", "pinyin"), el("span", "gloss"));
  button.dataset.testid = "ask-word";
  return el("li", "", button);
}

function show(root, { answers, best, source }) {
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
  write(answer, answered ? answers[guess] : answers.reduce((a, b) => (b.length > a.length ? b : a), ""));
}
