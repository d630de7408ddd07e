// A component's style sheet is fetched once a tab, however often the component is mounted: a link
// in each would be asked for again every time, and what is drawn before it comes would jump.

const sheets = new Map(); // address → promise of style sheets, what is imported first

function loadSheets(address) {
  if (!sheets.has(address)) sheets.set(address, fetchSheets(address).catch(() => {
    sheets.delete(address); // the next mount asks again; until then it is plain, but there
    return [];
  }));
  return sheets.get(address);
}

async function fetchSheets(address) {
  const text = await (await fetch(address)).text();
  const imports = [...text.matchAll(/^@import "(.+)";$/gm)]
    .map(([, path]) => loadSheets(new URL(path, address).href));
  const own = new CSSStyleSheet(); // which may not import by itself
  own.replaceSync(text.replace(/^@import .*$/gm, ""));
  return [...(await Promise.all(imports)).flat(), own];
}

const known = new WeakSet(); // shadow roots that this version of the code has drawn in

/** What an older version has left in a tab that stayed open while the app was updated. */
function removeLeftovers(parentElement) {
  if (known.has(parentElement)) return;
  known.add(parentElement);
  parentElement.querySelectorAll(".lab").forEach((root) => root.remove());
}

/** A component's draw function, called as soon as its style sheet is there with all that it imports.
    script: the address of its module; the sheet lies beside it, under the same name. */
export function whenStyled(script, draw) {
  const address = script.replace(/\.js$/, ".css");
  loadSheets(address);
  return async (context) => {
    context.parentElement.getRootNode().adoptedStyleSheets = await loadSheets(address);
    removeLeftovers(context.parentElement);
    return draw(context);
  };
}
