// Weights as a picture: one square each, the darker the more of the weight. shades is a string with
// a character a weight, 255 for all of it.

/** causal: what stands to the right of the diagonal cannot be looked at, and is not there. */
function paint(canvas, { shades, rows, columns, size, color, causal = false }) {
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
