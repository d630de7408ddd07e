// Two rankings of the same sentences beside each other, and which have moved from one to the other.

import { applyTheme, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";

export default whenStyled(({ parentElement, data }) => {
  if (!data) return;
  const root = parentElement.querySelector(".ranking") ?? createView(parentElement);
  applyTheme(root);
  resizeChildren(root, data.lists.length, createList).forEach((part, i) => {
    const { title, note, rows } = data.lists[i];
    setText(part.children[0], title);
    setText(part.children[1], note);
    resizeChildren(part.children[2], rows.length, createRow).forEach((li, place) => {
      const { text, score, note: about, moved } = rows[place];
      const [number, sentence, change, value] = li.children;
      setText(number, `${place + 1}`);
      setText(sentence.firstChild, text);
      setText(sentence.lastChild, about);
      setText(change, moved ? `${moved > 0 ? "↑" : "↓"}${Math.abs(moved)}` : "");
      change.dataset.up = moved > 0;
      setText(value, score);
    });
  });
});

function createView(parentElement) {
  const root = el("div", "lab ranking");
  root.dataset.testid = "ranking";
  parentElement.append(root);
  return root;
}

function createList() {
  const part = el("section", "", el("h3"), el("p", "note"), el("ol"));
  part.dataset.testid = "ranking-list";
  return part;
}

const createRow = () => el("li", "", el("span", "place"), el("div", "", el("b"), el("small")), el("span", "moved"), el("span", "score"));
