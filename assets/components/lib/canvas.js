// Numbers as pictures.

/** An empty canvas as sharp as the screen; what is drawn on it is measured in px of the page. */
export function prepareCanvas(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharpness = window.devicePixelRatio || 1;
  canvas.width = width * sharpness; // also wipes it
  canvas.height = height * sharpness;
  const ink = canvas.getContext("2d");
  ink.scale(sharpness, sharpness);
  return { ink, width, height };
}

/** The theme's colours by name, such as --positive, as they are at a node. */
export function readColors(node, ...names) {
  const style = getComputedStyle(node);
  return names.map((name) => style.getPropertyValue(`--${name}`));
}

/** Weights as one square each, the darker the more of the weight. shades has a byte a weight, 255 for
 *  all of it, in base64. causal: what stands to the right of the diagonal cannot be looked at, and is
 *  not there. */
export function paintWeights(canvas, { shades, rows, columns, size, color, causal = false }) {
  canvas.width = columns * size;
  canvas.height = rows * size;
  const ink = canvas.getContext("2d");
  [...atob(shades)].forEach((character, i) => {
    const x = i % columns, y = (i - x) / columns;
    if (!causal || x <= y)
      fillShade(ink, color, 0.07 + (0.93 * character.charCodeAt(0)) / 255, x * size, y * size, size, size);
  });
}

/** Values as bars side by side: from left to right, or from the top down. shade gives for each its
 *  colour and how strong it is, from 0 to 1. Bars wider than `apart` px stand one px apart.
 *  gap: px in the middle, between two halves. inset: px left free above and below. */
export function paintStrip(canvas, values, shade, { down = false, apart, gap = 0, inset = 0 }) {
  const { ink, width, height } = prepareCanvas(canvas);
  const each = ((down ? height : width) - gap) / values.length;
  const thickness = each > apart ? each - 1 : each;
  values.forEach((value, i) => {
    const start = i * each + (i >= values.length / 2 ? gap : 0);
    if (down) fillShade(ink, ...shade(value), inset, start, width - 2 * inset, thickness);
    else fillShade(ink, ...shade(value), start, inset, thickness, height - 2 * inset);
  });
  ink.globalAlpha = 1;
  return { ink, width, height, each };
}

function fillShade(ink, color, opacity, x, y, width, height) {
  ink.fillStyle = color;
  ink.globalAlpha = opacity;
  ink.fillRect(x, y, width, height);
}
