// Rows of tokens over their numbers, column by column, as a model gets them; thin lines show which
// cell is the same word again.

import { applyTheme, createSvg, el, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";

const SKELETON = `<div class="scroll"><div class="grid" role="table"></div><svg aria-hidden="true"></svg></div>`; // a constant
const NARROW_BELOW = 640; // px: from here on a row's name stands above it

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  applyTheme(view.root);
  fillView(view);
  view.observer.observe(view.root); // the nodes themselves go with their place in the page
  return () => view.observer.disconnect();
});

function createView(parentElement) {
  const root = el("div", "lab tensors");
  root.innerHTML = SKELETON;
  root.dataset.testid = "tensors";
  parentElement.append(root);
  const view = { root, grid: root.querySelector(".grid"), lines: root.querySelector("svg") };
  view.observer = new ResizeObserver(() => requestAnimationFrame(() => drawLinks(view)));
  document.fonts.ready.then(() => drawLinks(view));
  views.set(parentElement, view);
  return view;
}

/** A row is a name with a note, and its cells. */
function fillView(view) {
  const { grid, data: { rows, label } } = view;
  grid.ariaLabel = label;
  grid.style.setProperty("--columns", Math.max(...rows.map(({ cells }) => cells.length)));
  const createRow = () => {
    const head = el("div", "head", el("b"), el("span"));
    head.role = "rowheader";
    const row = el("div", "row", head);
    row.role = "row";
    return row;
  };
  view.cells = resizeChildren(grid, rows.length, createRow).map((row, r) => {
    const { label, note, cells } = rows[r];
    const head = row.firstChild;
    setText(head.children[0], label);
    setText(head.children[1], note);
    while (row.children.length > cells.length + 1) row.lastChild.remove();
    while (row.children.length < cells.length + 1) {
      const cell = el("div", "cell", el("span"), el("small"));
      cell.role = "cell";
      row.append(cell);
    }
    return [...row.children].slice(1).map((cell, i) => {
      const { text, sub, kind } = cells[i];
      cell.dataset.kind = kind;
      cell.style.gridColumn = `${i + 2}`;
      setText(cell.children[0], text, text);
      setText(cell.children[1], sub);
      return cell;
    });
  });
  drawLinks(view);
}

/** Lines from the top of one cell to the bottom of another, above it. */
function drawLinks(view) {
  const { root, grid, lines, data: { links = [] } } = view;
  root.dataset.narrow = root.clientWidth < NARROW_BELOW;
  const origin = grid.getBoundingClientRect();
  if (!origin.width) return;
  lines.setAttribute("width", grid.scrollWidth);
  lines.setAttribute("height", grid.scrollHeight);
  resizeChildren(lines, links.length, () => createSvg("path")).forEach((line, i) => {
    const [[r, c], [above, column]] = links[i];
    const from = view.cells[r][c].getBoundingClientRect();
    const to = view.cells[above][column].getBoundingClientRect();
    const [x, y] = [from.left + from.width / 2 - origin.left, from.top - origin.top];
    const [u, v] = [to.left + to.width / 2 - origin.left, to.bottom - origin.top];
    line.setAttribute("d", `M${x} ${y}C${x} ${(y + v) / 2} ${u} ${(y + v) / 2} ${u} ${v}`);
  });
}
