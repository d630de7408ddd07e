// Two rankings of the same sentences beside each other, and who has moved from one to the other.

export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".ranking") ?? create(parentElement);
  dress(root);
  children(root, data.lists.length, list).forEach((part, i) => {
    const { title, note, rows } = data.lists[i];
    write(part.children[0], title);
    write(part.children[1], note);
    children(part.children[2], rows.length, row).forEach((li, place) => {
      const { text, score, note: about, moved } = rows[place];
      const [number, sentence, change, value] = li.children;
      write(number, `${place + 1}`);
      write(sentence.firstChild, text);
      write(sentence.lastChild, about);
      write(change, moved ? `${moved > 0 ? "↑" : "↓"}${Math.abs(moved)}` : "");
      change.dataset.up = moved > 0;
      write(value, score);
    });
  });
}

function create(parentElement) {
  const root = el("div", "lab ranking");
  root.dataset.testid = "ranking";
  parentElement.append(root);
  return root;
}

function list() {
  const part = el("section", "", el("h3"), el("p", "note"), el("ol"));
  part.dataset.testid = "ranking-list";
  return part;
}

const row = () => el("li", "", el("span", "place"), el("div", "", el("b"), el("small")), el("span", "moved"), el("span", "score"));
