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

/** Weights as one square each, the darker the more of the weight. shades is a string with a character
 *  a weight, 255 for all of it. causal: what stands to the right of the diagonal cannot be looked at,
 *  and is not there. */
export function paintWeights(canvas, { shades, rows, columns, size, color, causal = false }) {
  canvas.width = columns * size;
  canvas.height = rows * size;
  const ink = canvas.getContext("2d");
  ink.fillStyle = color;
  for (let i = 0; i < shades.length; i++) {
    const x = i % columns, y = (i - x) / columns;
    if (causal && x > y) continue;
    ink.globalAlpha = 0.07 + (0.93 * shades.charCodeAt(i)) / 255;
    ink.fillRect(x * size, y * size, size, size);
  }
}
