// All pairs on a phone: one card each, matches by a word, changed in place, thirty at a time.

import { applyTheme, el, fillLabels, resizeChildren, setText } from "../lib/dom.js";
import { whenStyled } from "../lib/styled.js";

const PAGE_SIZE = 30;

const SKELETON = `
  <input type="search" class="search" autocomplete="off" data-name="search" data-testid="cards-search">
  <p class="count" aria-live="polite"></p>
  <ol class="list" role="list"></ol>
  <button class="more" data-text="more"></button>`; // a constant

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default whenStyled(import.meta.url, ({ parentElement, data, setTriggerValue, setStateValue }) => {
  if (!data) return;
  const view = views.get(parentElement) ?? createView(parentElement);
  view.data = data;
  view.send = setTriggerValue;
  view.requestRows = () => { // again where nobody answers: a page that is just being drawn may miss it
    clearTimeout(view.retry);
    if (view.data.rows || !view.root.clientWidth) return;
    setStateValue("seen", true);
    view.retry = setTimeout(view.requestRows, 3000);
  };
  fillLabels(view.root, data.labels);
  view.search.placeholder = data.labels.search;
  applyTheme(view.root);
  if (data.rows) drawCards(view);
  else view.requestRows();
});

function createView(parentElement) {
  const root = el("div", "lab cards");
  root.innerHTML = SKELETON;
  root.dataset.testid = "cards";
  const view = { root, limit: PAGE_SIZE };
  for (const part of ["search", "count", "list", "more"]) view[part] = root.querySelector(`.${part}`);
  view.search.oninput = () => { view.limit = PAGE_SIZE; drawCards(view); };
  view.more.onclick = () => { view.limit += PAGE_SIZE; drawCards(view); };
  view.list.onchange = ({ target }) => sendEdit(view, target.closest("li"));
  view.list.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("textarea")) return;
    event.preventDefault(); // a sentence is one line
    event.target.blur();
  };
  view.list.oninput = ({ target }) => fitHeight(target);
  view.list.onclick = ({ target }) => {
    if (target.closest(".remove")) view.send("remove", describeRow(view, target.closest("li").row));
  };
  // a narrow window shows the cards, a wide one the table: the pairs are only sent for cards
  view.observer = new ResizeObserver(() => view.requestRows());
  view.observer.observe(root);
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

function sendEdit(view, li) {
  const [source, target] = [...li.querySelectorAll("textarea")].map(({ value }) => value);
  view.send("edit", { ...describeRow(view, li.row), to: [source, target] });
}

const describeRow = (view, row) => ({ row, source: view.data.rows[row][0], target: view.data.rows[row][1] });

/** As high as its text. */
function fitHeight(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function drawCards(view) {
  const { data: { rows, labels }, search, list, more, count } = view;
  const query = search.value.trim().toLowerCase();
  const matches = rows.flatMap((row, i) => (!query || row.some((text) => text.toLowerCase().includes(query)) ? [i] : []));
  setText(count, matches.length === 1 ? labels.one : labels.count.replace("{count}", matches.length));
  more.hidden = matches.length <= view.limit;
  resizeChildren(list, Math.min(matches.length, view.limit), createCard).forEach((li, i) => {
    const row = matches[i];
    li.row = row;
    li.querySelector(".number").textContent = row + 1;
    li.querySelectorAll("textarea").forEach((field, side) => {
      if (field === view.root.getRootNode().activeElement && li.drawnRow === row) return; // being typed
      field.value = rows[row][side];
      field.ariaLabel = labels[side ? "target" : "source"];
      fitHeight(field);
    });
    li.drawnRow = row;
    const remove = li.querySelector(".remove");
    remove.ariaLabel = remove.title = labels.remove;
  });
}

function createCard() {
  const createField = (name) => {
    const area = el("textarea", name);
    area.rows = 1;
    area.spellcheck = false;
    return area;
  };
  return el("li", "", el("span", "number"), el("div", "", createField("source"), createField("target")), el("button", "remove", "✕"));
}
