// What the walk is drawn with: sentences in pieces, arcs between words, strips of numbers.

const SHOWN = 0.05; // smaller weights get a bar, but no number
const DRAWN = 0.01; // smaller weights get no arc

const icon = (path) => `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${path}"/></svg>`;

const phrase = (said) => said.map((part) => {
  const [[kind, text]] = Object.entries(part); // text, source or target
  return el(kind === "text" ? "span" : "b", kind, text);
});

const longest = (texts) => texts.reduce((a, b) => (b.length > a.length ? b : a), "");

function arc(path, from, to, weight) {
  if (!from || !to || weight < DRAWN) return path.removeAttribute("d");
  const middle = (from.y + to.y) / 2;
  path.setAttribute("d", `M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`);
  path.setAttribute("stroke-width", 1 + 12 * weight);
  path.setAttribute("stroke-opacity", 0.3 + 0.5 * weight);
}

/** From the words that were looked at to the word that is being written. */
function arcs(view, weights) {
  const { from, to, position, data: { source, both, again } } = view;
  if (view.attends) return view.paths.forEach((path, i) => arc(path, from[i], to[position - 1], weights?.[i] ?? 0));
  // Without attention the encoder's last states start the decoder, and that is all, where it does
  // not read them at every step. Who reads from both ends has two: the backward half ends at the
  // first word.
  const read = from.filter((_, i) => !source[i].left);
  const there = to[again ? Math.max(0, position - 1) : 0];
  arc(view.paths[0], read.at(-1), there, 0.15);
  arc(view.paths[1], read[0], there, both ? 0.15 : 0);
}

/** Positive numbers stand high and negative ones hang low: the sign is not in the colour alone. */
function paint(canvas, numbers) {
  const { count, scale, clientWidth: width, clientHeight: height } = canvas;
  const sharp = window.devicePixelRatio || 1;
  canvas.width = width * sharp; // also wipes it
  canvas.height = height * sharp;
  const ink = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  const [negative, positive] = ["--negative", "--positive"].map((name) => style.getPropertyValue(name));
  const cell = Math.min(width / count, 18);
  const gap = cell > 6 ? 2 : cell > 3 ? 1 : 0;
  ink.scale(sharp, sharp);
  for (let i = 0; i < count; i++) {
    const value = numbers?.[i] / scale || 0; // nothing yet: a faint row of places
    ink.fillStyle = value < 0 ? negative : positive;
    ink.globalAlpha = 0.1 + 0.9 * Math.abs(value);
    ink.beginPath();
    ink.roundRect(i * cell, 2 - 2 * Math.sign(value), cell - gap, height - 4, gap);
    ink.fill();
  }
}

/** On a phone long lists scroll; what matters now is kept in sight. */
function reveal(list, li) {
  if (li && list.scrollHeight > list.clientHeight)
    list.scrollTop = li.offsetTop - list.offsetTop - (list.clientHeight - li.offsetHeight) / 2;
}
