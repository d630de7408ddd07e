// The attention of one sentence, large: where it looked for each word that it wrote.

export default function ({ parentElement, data }) {
  if (!data) return;
  const root = parentElement.querySelector(".map") ?? create(parentElement);
  dress(root);
  root.dataset.part = data.part;
  fill(root.firstChild, data, root.dataset.dark);
}

function create(parentElement) {
  const root = el("div", "lab map", el("div", "matrix"));
  root.firstChild.role = "img";
  root.dataset.testid = "map";
  parentElement.append(root);
  return root;
}
