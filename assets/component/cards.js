// All pairs on a phone: one card each, found by a word, changed in place, thirty at a time.

const AT_ONCE = 30;

const SKELETON = `
  <input type="search" class="search" autocomplete="off" data-name="search" data-testid="cards-search">
  <p class="count" aria-live="polite"></p>
  <ol class="list" role="list"></ol>
  <button class="more" data-text="more"></button>`; // a constant

const views = new WeakMap(); // shadow root → what is drawn in it

/** Streamlit calls this on the first data, on new data and on a new theme, always on the same DOM. */
export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  if (!data) return;
  const view = views.get(parentElement) ?? create(parentElement);
  view.data = data;
  view.send = setTriggerValue;
  view.ask = () => { // again where nobody answers: a page that is just being drawn may miss it
    clearTimeout(view.again);
    if (view.data.rows || !view.root.clientWidth) return;
    setStateValue("seen", true);
    view.again = setTimeout(view.ask, 3000);
  };
  name(view.root, data.labels);
  view.search.placeholder = data.labels.search;
  dress(view.root);
  if (data.rows) show(view);
  else view.ask();
}

function create(parentElement) {
  const root = el("div", "lab cards");
  root.innerHTML = SKELETON;
  root.dataset.testid = "cards";
  const view = { root, shown: AT_ONCE };
  for (const part of ["search", "count", "list", "more"]) view[part] = root.querySelector(`.${part}`);
  view.search.oninput = () => { view.shown = AT_ONCE; show(view); };
  view.more.onclick = () => { view.shown += AT_ONCE; show(view); };
  view.list.onchange = ({ target }) => change(view, target.closest("li"));
  view.list.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("textarea")) return;
    event.preventDefault(); // a sentence is one line
    event.target.blur();
  };
  view.list.oninput = ({ target }) => grow(target);
  view.list.onclick = ({ target }) => {
    if (target.closest(".remove")) view.send("remove", named(view, target.closest("li").row));
  };
  // a narrow window shows the cards, a wide one the table: the pairs are only sent for cards
  view.observer = new ResizeObserver(() => view.ask());
  view.observer.observe(root);
  parentElement.append(root);
  views.set(parentElement, view);
  return view;
}

function change(view, li) {
  const [source, target] = [...li.querySelectorAll("textarea")].map(({ value }) => value);
  view.send("edit", { ...named(view, li.row), to: [source, target] });
}

const named = (view, row) => ({ row, source: view.data.rows[row][0], target: view.data.rows[row][1] });

/** As high as its text. */
function grow(field) {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
}

function show(view) {
  const { data: { rows, labels }, search, list, more, count } = view;
  const wanted = search.value.trim().toLowerCase();
  const found = rows.flatMap((row, i) => (!wanted || row.some((text) => text.toLowerCase().includes(wanted)) ? [i] : []));
  write(count, found.length === 1 ? labels.one : labels.count.replace("{count}", found.length));
  more.hidden = found.length <= view.shown;
  children(list, Math.min(found.length, view.shown), card).forEach((li, i) => {
    const row = found[i];
    li.row = row;
    li.querySelector(".number").textContent = row + 1;
    li.querySelectorAll("textarea").forEach((field, side) => {
      if (field === view.root.getRootNode().activeElement && li.seen === row) return; // being typed
      field.value = rows[row][side];
      field.ariaLabel = labels[side ? "target" : "source"];
      grow(field);
    });
    li.seen = row;
    const remove = li.querySelector(".remove");
    remove.ariaLabel = remove.title = labels.remove;
  });
}

function card() {
  const field = (name) => {
    const area = el("textarea", name);
    area.rows = 1;
    area.spellcheck = false;
    return area;
  };
  return el("li", "", el("span", "number"), el("div", "", field("source"), field("target")), el("button", "remove", "✕"));
}
