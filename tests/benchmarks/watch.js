// What a learner sees, measured where it appears: in the browser. Loaded into every measured page.
(() => {
  /** A node by its selector; after each >>> the search goes on in the shadow of what was found. */
  const find = (path) => path.split(" >>> ")
    .reduce((node, css) => (node?.shadowRoot ?? node)?.querySelector(css), document);

  /** The update that the Train page shows; 0 before there is one. */
  const update = () => Number(
    find(".st-key-train_numbers [data-testid=stMetricValue]")?.textContent.replace(/\D/g, "") ?? 0);

  /** From the next click on: ms until each of these claims was seen to hold, one after the other. */
  const answers = (root, claims, patience = 20_000) => {
    let clicked;
    addEventListener("click", (event) => { clicked = event.timeStamp; }, { capture: true, once: true });
    const seen = [];
    window.answered = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`only ${seen.length} answers to a click`)), patience);
      const observer = new MutationObserver(() => {
        if (clicked === undefined) return;
        while (seen.length < claims.length && claims[seen.length]())
          seen.push(performance.now() - clicked);
        if (seen.length < claims.length) return;
        observer.disconnect();
        resolve(seen);
      });
      observer.observe(root, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  };

  /** Looks at some nodes in every frame: how often each was drawn anew in each second, in how many
      frames one was missing or had no height, and by how much the page's layout shifted. */
  const frames = (paths, seconds) => {
    const found = { redraws: paths.map(() => Array(seconds).fill(0)), frames: 0, blank: 0, shift: 0 };
    const shifts = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) found.shift += entry.value;
    });
    shifts.observe({ type: "layout-shift" });
    const drawn = paths.map((path) => find(path)?.innerHTML);
    const began = performance.now();
    window.watched = new Promise((resolve) => {
      const look = () => {
        const second = Math.floor((performance.now() - began) / 1000);
        if (second >= seconds) {
          shifts.disconnect();
          return resolve(found);
        }
        const nodes = paths.map(find);
        found.frames += 1;
        found.blank += nodes.some((node) => !node?.getBoundingClientRect().height);
        nodes.forEach((node, i) => {
          if (node?.innerHTML !== drawn[i]) found.redraws[i][second] += 1;
          drawn[i] = node?.innerHTML;
        });
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  };

  window.bench = { find, update, answers, frames };
})();
