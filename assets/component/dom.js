// Small parts that every component is made of. This file stands in front of each component's own.
// Learner text reaches the page through textContent and attributes alone, never as markup.

function el(tag, name = "", ...children) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...children);
  return node;
}

/** As many children as there are things to show, made or removed at the end only. */
function children(parent, count, make) {
  while (parent.children.length > count) parent.lastChild.remove();
  while (parent.children.length < count) parent.append(make());
  return [...parent.children];
}

/** Text with the right glyphs and the right voice; a node that says it already is left alone. */
function write(node, text, title) {
  if (node.textContent !== text) node.textContent = text;
  if (title !== undefined) node.title = title;
  const lang = /\p{Script=Han}/u.test(text) ? "zh-Hans" : "";
  if (node.lang !== lang) node.lang = lang;
}

/** The labels of a skeleton: data-text as text, data-name as spoken name. */
function name(root, labels) {
  root.querySelectorAll("[data-text]").forEach((node) => write(node, labels[node.dataset.text] ?? ""));
  root.querySelectorAll("[data-name]").forEach((node) => { node.ariaLabel = node.title = labels[node.dataset.name] ?? ""; });
}

function brightness(node) {
  const [red, green, blue] = getComputedStyle(node).backgroundColor.match(/[\d.]+/g);
  return 0.3 * red + 0.6 * green + 0.1 * blue; // 0–255
}

/** Dark or light is read off the page's own background, so that any theme will do. */
function dress(root) {
  root.dataset.dark = brightness(root) < 100;
}
