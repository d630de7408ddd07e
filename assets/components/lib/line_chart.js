// Curves over updates, in SVG: a few panels (loss, words right, …), one of them shown at a time.
// The x axis spans the whole run from the start, so that nothing jumps while it grows.

import { createSvg, el, resizeChildren, setText } from "./dom.js";

const PLOT = { left: 44, right: 12, top: 14, bottom: 26 }; // px around the lines
const EMPTY = 4; // the top of an axis without a line
const NAME_HEIGHT = 14; // px that two names at the end of their lines keep apart

/** Round steps from 0, at most `count` of them. */
function pickTicks(most, count) {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}

const formatValue = (value, percent) => (percent ? `${Math.round(100 * value)} %`
  : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2).replace(/\.?0+$/, ""));

/** Updates that are equally far apart come as the last one and the step. */
function expandUpdates(line) {
  const { x, y } = line;
  return x.length === y.length ? line : { ...line, x: y.map((_, i) => x[0] - x[1] * (y.length - 1 - i)) };
}

export function drawLineChart(root, { panels, updates, labels }) {
  const box = root.querySelector(".curve");
  if (!box.dataset.shown || !panels.some(({ id }) => id === box.dataset.shown)) box.dataset.shown = panels[0].id;
  const redraw = () => drawLineChart(root, box.drawn);
  box.drawn = { panels, updates, labels };
  resizeChildren(box.querySelector(".tabs"), panels.length, () => el("button")).forEach((button, i) => {
    setText(button, panels[i].title);
    button.setAttribute("aria-pressed", panels[i].id === box.dataset.shown);
    button.onclick = () => { box.dataset.shown = panels[i].id; redraw(); };
  });
  box.observer ??= new ResizeObserver(() => { if (box.clientWidth !== box.width) requestAnimationFrame(() => drawLineChart(root, box.drawn)); });
  if (!box.watched) box.observer.observe(box);
  box.watched = true;
  box.width = box.clientWidth;
  plotPanel(box, panels.find(({ id }) => id === box.dataset.shown), updates, labels);
}

function plotPanel(box, panel, updates, labels) {
  const picture = box.querySelector("svg");
  const { clientWidth: width, clientHeight: height } = picture;
  if (!width) return;
  const values = panel.series.flatMap((line) => line.y);
  const top = panel.percent ? 1 : 1.02 * (values.length ? Math.max(1e-6, ...values) : EMPTY);
  const x = (update) => PLOT.left + (width - PLOT.left - PLOT.right) * (update / updates);
  const y = (value) => height - PLOT.bottom - (height - PLOT.bottom - PLOT.top) * (value / top);

  const parts = pickTicks(top, 4).flatMap((value) => [
    createSvg("line", { class: "grid", x1: PLOT.left, x2: width - PLOT.right, y1: y(value), y2: y(value) }),
    createSvg("text", { class: "tick", x: PLOT.left - 8, y: y(value) + 4, "text-anchor": "end" }, formatValue(value, panel.percent))]);
  pickTicks(updates, width < 500 ? 3 : 6).forEach((update) => parts.push(
    createSvg("text", { class: "tick", x: x(update), y: height - 8, "text-anchor": update ? "middle" : "start" }, String(update))));
  const ends = [];
  for (const { name, kind, x: xs, y: ys } of panel.series.map(expandUpdates)) {
    if (!xs.length) continue;
    const points = xs.map((update, i) => `${x(update).toFixed(1)},${y(ys[i]).toFixed(1)}`);
    parts.push(createSvg("polyline", { class: `line ${kind}`, points: points.join(" ") }));
    if (points.length === 1) parts.push(createSvg("circle", { class: `dot ${kind}`, cx: x(xs[0]), cy: y(ys[0]), r: 3 }));
    ends.push({ name, kind, x: x(xs.at(-1)), y: y(ys.at(-1)) });
  }
  parts.push(...drawNames(ends, width, height));
  picture.replaceChildren(...parts, createSvg("line", { class: "cursor", y1: PLOT.top, y2: height - PLOT.bottom }));
  picture.setAttribute("aria-label", panel.label);
  picture.onpointermove = (event) => {
    const at = (event.clientX - picture.getBoundingClientRect().left - PLOT.left) / (width - PLOT.left - PLOT.right);
    pointAt(box, panel, Math.round(Math.min(1, Math.max(0, at)) * updates), x, labels);
  };
  picture.onpointerleave = () => { delete box.dataset.pointed; };
}

/** Each line's name above its end, where the eye is; two that would touch move apart, upwards. */
function drawNames(ends, width, height) {
  const order = ["training", "held_out", "before"]; // of lines that end close together: it never changes
  ends.sort((a, b) => (Math.abs(a.y - b.y) < 2 * NAME_HEIGHT ? order.indexOf(a.kind) - order.indexOf(b.kind) : b.y - a.y));
  const places = ends.reduce((above, { y }) => [...above, Math.min(y - 8, (above.at(-1) ?? height - PLOT.bottom - 6 + NAME_HEIGHT) - NAME_HEIGHT)], []);
  const down = Math.max(0, PLOT.top - Math.min(...places)); // where there is no room above
  return ends.map(({ name, kind, x }, i) => {
    const late = x > 0.6 * width;
    return createSvg("text", { class: `name ${kind}`, x: late ? x - 4 : x + 6, y: places[i] + down, "text-anchor": late ? "end" : "start" }, name);
  });
}

/** What the lines say at one update. */
function pointAt(box, panel, update, x, labels) {
  const values = panel.series.map(expandUpdates).flatMap(({ name: line, x: xs, y: ys }) => {
    const i = xs.findLastIndex((at) => at <= Math.max(update, xs[0]));
    return i < 0 ? [] : [`${line} ${formatValue(ys[i], panel.percent)}`];
  });
  if (!values.length) return;
  box.dataset.pointed = true;
  const cursor = box.querySelector(".cursor");
  cursor.setAttribute("x1", x(update));
  cursor.setAttribute("x2", x(update));
  setText(box.querySelector(".pointed"), [`${labels.update} ${update}`, ...values].join(" · "));
}
