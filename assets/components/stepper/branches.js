// The branches beside each other: the model's own translation, and one line for each change.

import { el, resizeChildren, setText } from "../lib/dom.js";
import { renderSegments } from "../lib/text.js";

export const BRANCHES = `
  <section class="branches" data-testid="branches" hidden>
    <h2 data-text="branches"></h2>
    <p class="whole" data-text="whole"></p>
    <ol class="lines" role="list"></ol>
  </section>`;

function createLine() {
  const pick = el("button", "pick", el("span", "sentence"), el("span", "probability"),
    el("span", "told", el("span", "changed"), el("span", "came")));
  const remove = el("button", "remove", "×");
  pick.dataset.testid = "branch";
  remove.dataset.testid = "branch-remove";
  return el("li", "", pick, remove);
}

/** The words: marked where they leave the model's own translation, bold until they are as there again. */
function renderSentence({ tokens, special, leaves, again }, labels) {
  return tokens.map((token, i) => {
    const word = el("span", i === leaves ? "leaves" : i > leaves && i < again ? "other" : "", token);
    word.dataset.special = special[i];
    if (i === leaves) word.title = labels.leaves;
    return word;
  });
}

export function listBranches(view) {
  const { data: { branches, labels } } = view;
  view.branches.hidden = branches.length < 2;
  resizeChildren(view.lines, branches.length, createLine).forEach((li, i) => {
    const branch = branches[i];
    const [pick, remove] = li.children;
    pick.ariaCurrent = branch.shown;
    pick.onclick = () => view.send("what", { of: branch.is, do: "show" });
    pick.children[0].replaceChildren(...renderSentence(branch, labels).flatMap((word, i) => (i ? [" ", word] : [word])));
    setText(pick.children[1], branch.probability);
    pick.querySelector(".changed").replaceChildren(...renderSegments(branch.changed));
    pick.querySelector(".came").replaceChildren(...renderSegments(branch.came));
    remove.hidden = !branch.is; // the model's own stays
    remove.ariaLabel = remove.title = labels.remove;
    remove.onclick = () => view.send("what", { of: branch.is, do: "remove" });
  });
}
