// A component's style sheet comes by a request of its own, perhaps after its script. What is drawn
// before it would jump, and would measure what no learner sees.

const isLoaded = (sheet) => Boolean(sheet) && [...sheet.cssRules].every((rule) =>
  !(rule instanceof CSSImportRule) || isLoaded(rule.styleSheet));

const loading = new WeakMap(); // style sheet's link → promise

function waitForStyles(link) {
  if (!link || isLoaded(link.sheet)) return null;
  if (!loading.has(link)) loading.set(link, new Promise((resolve) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", resolve, { once: true }); // Streamlit tells the learner
  }));
  return loading.get(link);
}

const known = new WeakSet(); // shadow roots that this version of the code has drawn in

/** What an older version has left in a tab that stayed open while the app was updated. */
function removeLeftovers(parentElement) {
  if (known.has(parentElement)) return;
  known.add(parentElement);
  parentElement.querySelectorAll(".lab").forEach((root) => root.remove());
}

/** A component's draw function, called as soon as its style sheet is there with all that it imports. */
export function whenStyled(draw) {
  return async (context) => {
    await waitForStyles(context.parentElement.querySelector("link[rel=stylesheet]"));
    removeLeftovers(context.parentElement);
    return draw(context);
  };
}
