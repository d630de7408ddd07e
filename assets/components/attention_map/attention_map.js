// The attention of one sentence, large: where it looked for each word that it wrote.

import { applyTheme, el } from "../lib/dom.js";
import { drawHeatMap } from "../lib/heat_map.js";
import { whenStyled } from "../lib/styled.js";

export default whenStyled(import.meta.url, ({ parentElement, data }) => {
  if (!data) return;
  const root = parentElement.querySelector(".map") ?? createView(parentElement);
  applyTheme(root);
  root.dataset.part = data.part;
  drawHeatMap(root.firstChild, data, root.dataset.dark);
});

function createView(parentElement) {
  const root = el("div", "lab map", el("div", "matrix"));
  root.firstChild.role = "img";
  root.dataset.testid = "map";
  parentElement.append(root);
  return root;
}
