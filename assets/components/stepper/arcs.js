// What a step is drawn with besides words: arcs between them, strips of numbers.

import { prepareCanvas, readColors } from "../lib/canvas.js";

const LEAST_DRAWN = 0.01; // smaller weights get no arc

function drawArc(path, from, to, weight) {
  if (!from || !to || weight < LEAST_DRAWN) return path.removeAttribute("d");
  const middle = (from.y + to.y) / 2;
  path.setAttribute("d", `M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`);
  path.setAttribute("stroke-width", 1 + 12 * weight);
  path.setAttribute("stroke-opacity", 0.3 + 0.5 * weight);
}

/** From the words that were looked at to the word that is being written. */
export function drawArcs(view, weights) {
  const { from, to, position, data: { source, both, again } } = view;
  if (view.attends) return view.paths.forEach((path, i) => drawArc(path, from[i], to[position - 1], weights?.[i] ?? 0));
  // Without attention the encoder's last states start the decoder, and that is all, where it does
  // not read them at every step. An encoder that reads from both ends has two: the backward half
  // ends at the first word.
  const read = from.filter((_, i) => !source[i].left);
  const target = to[again ? Math.max(0, position - 1) : 0];
  drawArc(view.paths[0], read.at(-1), target, 0.15);
  drawArc(view.paths[1], read[0], target, both ? 0.15 : 0);
}

/** Positive numbers stand high and negative ones hang low: the sign is not in the colour alone. */
export function paintNumbers(canvas, numbers) {
  const { count, scale } = canvas;
  const { ink, width, height } = prepareCanvas(canvas);
  const [negative, positive] = readColors(canvas, "negative", "positive");
  const cell = Math.min(width / count, 18);
  const gap = cell > 6 ? 2 : cell > 3 ? 1 : 0;
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
export function scrollIntoList(list, li) {
  if (li && list.scrollHeight > list.clientHeight)
    list.scrollTop = li.offsetTop - list.offsetTop - (list.clientHeight - li.offsetHeight) / 2;
}
