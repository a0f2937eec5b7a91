// Where the arrow keys go from a box; nowhere at the border of the graph.

/** Return the box after this one, the straightest way along an edge. */
export function after(graph, box, isDown) {
  const links = [...graph.links.values()].filter((link) => link.source === box);
  return straightest(links.map((link) => link.target), box, isDown);
}

/** Return the box before this one, in the same way. */
export function before(graph, box, isDown) {
  const links = [...graph.links.values()].filter((link) => link.target === box);
  return straightest(links.map((link) => link.source), box, isDown);
}

/** Return the next box of the same row or column, or the first of the next one. */
export function beside(graph, box, step, isDown) {
  const [along, across] = isDown ? ["y", "x"] : ["x", "y"];
  // Boxes of one layer have one middle.
  const order = [...graph.boxes.values()].sort((a, b) =>
    Math.round(a[along]) - Math.round(b[along]) || a[across] - b[across]);
  return order[order.indexOf(box) + step];
}

function straightest(boxes, from, isDown) {
  const across = isDown ? "x" : "y";
  const far = (box) => Math.abs(box[across] - from[across]);
  return boxes.sort((a, b) => far(a) - far(b))[0];
}
