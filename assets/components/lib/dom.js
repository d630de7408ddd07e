// Small parts that every component is made of. Learner text reaches the page through textContent and
// attributes alone, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, name = "", ...children) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...children);
  return node;
}

export function createSvg(tag, attributes = {}, text = "") {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

export const iconMarkup = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;

/** As many children as there are things to show, made or removed at the end only. */
export function resizeChildren(parent, count, make) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) parent.append(make());
  return [...parent.children];
}

/** Text with the right glyphs and the right voice; a node that has it already is left alone. */
export function setText(node, text, title) {
  if (node.textContent !== text) node.textContent = text;
  if (title !== undefined) node.title = title;
  const lang = /\p{Script=Han}/u.test(text) ? "zh-Hans" : "";
  if (node.lang !== lang) node.lang = lang;
}

/** The labels of a skeleton: data-text as text, data-name as spoken name. */
export function fillLabels(root, labels) {
  root.querySelectorAll("[data-text]").forEach((node) => setText(node, labels[node.dataset.text] ?? ""));
  root.querySelectorAll("[data-name]").forEach((node) => { node.ariaLabel = node.title = labels[node.dataset.name] ?? ""; });
}

/** From 0 to 255. */
export function measureBrightness(node) {
  const [red, green, blue] = getComputedStyle(node).backgroundColor.match(/[\d.]+/g);
  return 0.3 * red + 0.6 * green + 0.1 * blue;
}

/** Dark or light is read off the page's own background, so that any theme will do. */
export function applyTheme(root) {
  root.dataset.dark = measureBrightness(root) < 100;
}

/** Where the learner is goes into the URL for a refresh, without a step in the history; an empty value
 *  is taken out of it. */
export function syncUrl(parameters) {
  const url = new URL(location.href);
  const before = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(parameters)) {
    if ((before.get(name) ?? "") === String(value)) continue;
    value === "" ? url.searchParams.delete(name) : url.searchParams.set(name, value);
    history.replaceState(history.state, "", url);
  }
}
