// What a learner sees, measured where it appears: in the browser. Loaded into every measured page.
(() => {
  /** A node by its selector; after each >>> the search goes on in the shadow of what was found. */
  const find = (path) => path.split(" >>> ")
    .reduce((node, css) => (node?.shadowRoot ?? node)?.querySelector(css), document);

  /** The update that the Train page shows; 0 before there is one. */
  const update = () => Number(
    find(".st-key-train_live [data-testid=stBidiComponentIsolated] >>> [data-testid=live-numbers] dd")
      ?.firstChild?.textContent.replace(/\D/g, "") ?? 0);

  // Components draw in shadow roots, into which no observer looks by itself: each is told apart.
  const ALL = { subtree: true, childList: true, characterData: true, attributes: true };
  const roots = [document];
  let observer;
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (...how) {
    const root = attach.apply(this, how);
    roots.push(root);
    observer?.observe(root, ALL);
    return root;
  };

  /** ms until each of these claims was seen to hold, one after the other: since the next click or
      key, or since the page was asked for. */
  const answers = (claims, sinceClick = true, timeout = 20_000) => {
    let began = sinceClick ? undefined : 0;
    const begin = ({ timeStamp }) => { began ??= timeStamp; };
    for (const act of sinceClick ? ["click", "keydown"] : [])
      addEventListener(act, begin, { capture: true, once: true });
    const times = [];
    window.answered = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`only ${times.length} answers`)), timeout);
      observer?.disconnect();
      observer = new MutationObserver(() => {
        if (began === undefined) return;
        while (times.length < claims.length && claims[times.length]()) times.push(performance.now() - began);
        if (times.length < claims.length) return;
        observer.disconnect();
        observer = undefined;
        resolve(times);
      });
      for (const root of roots) observer.observe(root, ALL);
    });
  };

  /** Looks at some nodes in every frame: how often each was drawn anew in each second, in how many
      frames one was missing or had no height, and by how much the page's layout shifted. */
  const frames = (paths, seconds) => {
    const counts = { redraws: paths.map(() => Array(seconds).fill(0)), frames: 0, blank: 0, shift: 0 };
    const shifts = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) counts.shift += entry.value;
    });
    shifts.observe({ type: "layout-shift" });
    const drawn = paths.map((path) => find(path)?.innerHTML);
    const began = performance.now();
    window.watched = new Promise((resolve) => {
      const checkFrame = () => {
        const second = Math.floor((performance.now() - began) / 1000);
        if (second >= seconds) {
          shifts.disconnect();
          return resolve(counts);
        }
        const nodes = paths.map(find);
        counts.frames += 1;
        counts.blank += nodes.some((node) => !node?.getBoundingClientRect().height);
        nodes.forEach((node, i) => {
          if (node?.innerHTML !== drawn[i]) counts.redraws[i][second] += 1;
          drawn[i] = node?.innerHTML;
        });
        requestAnimationFrame(checkFrame);
      };
      requestAnimationFrame(checkFrame);
    });
  };

  window.bench = { find, update, answers, frames };
})();
