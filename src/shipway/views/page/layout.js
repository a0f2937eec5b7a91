// Where everything stands: sizes are ours, places are dagre's.

import { count, pieces } from "./elements.js";
import { shortName } from "./plan.js";

/** How wide a line of a name may be, and how many lines it may have: the first that is large. */
const WRAPS = [{ widest: 250, most: 3 }, { widest: 150, most: 4 }];
const LARGE = 0.85;
const FONTS = {
  name: "600 13px system-ui, sans-serif",
  about: "11px system-ui, sans-serif",
  dataset: "12px system-ui, sans-serif",
};
const SMALL = 250;
const FEW = 80;
const LINE = 16;
const SIDES = 28;
const SLIGHT = 10;
const canvas = document.createElement("canvas").getContext("2d");

/**
 * Lay a visible graph out: its boxes, links and groups get places.
 *
 * A chain goes downwards and what is broad goes to the right, whichever shows it larger.
 *
 * @param stage the width and the height that it is seen in
 * @return its width, its height, and whether it goes down
 */
export function layOut(graph, stage) {
  const ways = [];
  // Every way takes its time: with many boxes fewer are tried.
  for (const wrap of graph.boxes.size > FEW ? WRAPS.slice(0, 1) : WRAPS) {
    measure(graph, wrap);
    ways.push(...directions(graph).map((way) => ({ ...way, wrap, scale: scale(way, stage) })));
    if (ways.some((way) => way.scale >= LARGE)) break;
  }
  const best = ways.reduce((one, other) => (other.scale > one.scale ? other : one));
  measure(graph, best.wrap);
  return takeOver(graph, best);
}

/** Return how large a graph of this size can be seen as a whole on the stage. */
export function scale({ width, height }, stage) {
  return Math.min((stage.width - 48) / width, (stage.height - 96) / height);
}

function directions(graph) {
  const right = placed(graph, "LR");
  // Twice the time is not worth it where neither can be seen as a whole.
  return graph.boxes.size > SMALL ? [right] : [right, placed(graph, "TB")];
}

function placed(graph, rankdir) {
  // With many boxes, rows that are tight by a quicker rule will do.
  const ranker = graph.boxes.size > SMALL ? "tight-tree" : "network-simplex";
  const input = new dagre.graphlib.Graph({ compound: graph.groups.size > 0 });
  input.setGraph({ rankdir, nodesep: 20, edgesep: 10, ranksep: 52, ranker });
  input.setDefaultEdgeLabel(() => ({}));
  for (const box of graph.boxes.values()) {
    input.setNode(box.id, { width: box.width, height: box.height });
  }
  for (const group of graph.groups.values()) input.setNode(group.id, {});
  for (const item of [...graph.boxes.values(), ...graph.groups.values()]) {
    const parent = graph.groups.get(item.group ?? item.parent);
    if (parent) input.setParent(item.id, parent.id);
  }
  for (const link of graph.links.values()) input.setEdge(link.source.id, link.target.id, {});
  dagre.layout(input);
  const { width, height } = input.graph();
  const size = { width: Math.max(width, 1), height: Math.max(height, 1) };
  return { input, ...size, isDown: rankdir === "TB" };
}

function takeOver(graph, { input, width, height, isDown }) {
  for (const item of [...graph.boxes.values(), ...graph.groups.values()]) {
    const { x, y, width: across, height: high } = input.node(item.id);
    Object.assign(item, { x, y, width: across, height: high });
  }
  const rows = rowsOf(graph, isDown);
  for (const link of graph.links.values()) {
    link.points = way(link, input.edge(link.source.id, link.target.id).points, rows, isDown);
  }
  makeRoomForNames(graph);
  return { width, height, isDown };
}

/** Return half the depth of each row of boxes, by where its middle is. */
function rowsOf(graph, isDown) {
  const [along, depth] = isDown ? ["y", "height"] : ["x", "width"];
  const rows = new Map();
  for (const box of graph.boxes.values()) {
    const key = Math.round(box[along]);
    rows.set(key, Math.max(rows.get(key) ?? 0, box[depth] / 2));
  }
  return rows;
}

/**
 * Return the points of an edge, which goes straight through rows of boxes and bends between them.
 *
 * It leaves a box and comes into one about in the middle of a side. The points that dagre has
 * between two rows would only bend it once more.
 */
function way({ source, target }, points, rows, isDown) {
  const [along, depth] = isDown ? ["y", "height"] : ["x", "width"];
  const half = (point) => rows.get(Math.round(point[along]));
  const moved = ({ x, y }, by) => {
    const point = { x, y };
    point[along] += by;
    return point;
  };
  const passed = points.slice(1, -1).filter((point) => half(point) !== undefined);
  const start = aligned(source, passed[0] ?? target, isDown);
  const end = aligned(target, passed.at(-1) ?? start, isDown);
  return unlike([
    moved(start, source[depth] / 2), moved(start, half(source)),
    ...passed.flatMap((point) => [moved(point, -half(point)), moved(point, half(point))]),
    moved(end, -half(target)), moved(end, -target[depth] / 2),
  ]);
}

/** Return the middle of a box; a little beside it, where a straight line is had by that. */
function aligned(box, point, isDown) {
  const across = isDown ? "x" : "y";
  const isNear = Math.abs(box[across] - point[across]) < SLIGHT;
  return { x: box.x, y: box.y, [across]: isNear ? point[across] : box[across] };
}

/** Without points that are the same as the one before: an arrow on such a line has no direction. */
function unlike(points) {
  return points.filter((point, index) => {
    const before = points[index - 1];
    return !before || Math.hypot(point.x - before.x, point.y - before.y) > 0.5;
  });
}

/** Above its boxes a namespace has a line for its name, and one for each namespace in it. */
function makeRoomForNames(graph) {
  const lines = new Map();
  for (const group of [...graph.groups.values()].reverse()) {
    const own = (lines.get(group.name) ?? 0) + 1;
    if (group.parent) lines.set(group.parent, Math.max(lines.get(group.parent) ?? 0, own));
    group.height += own * LINE;
    group.y -= (own * LINE) / 2;
  }
}

/** Give every box its size and its words. */
function measure(graph, wrap) {
  for (const box of graph.boxes.values()) {
    const font = FONTS[box.type] ?? FONTS.name;
    const name = box.type === "task" ? shortName(box.task) : box.name;
    box.lines = wrapped(name, font, wrap);
    box.about = about(box);
    const words = Math.max(...box.lines.map((line) => textWidth(line, font)));
    box.width = Math.ceil(Math.max(words, textWidth(box.about, FONTS.about), 68) + SIDES);
    box.height = box.lines.length * LINE + (box.about ? 30 : 16) - (box.type === "dataset" ? 4 : 0);
  }
}

/** Return the lines of a name, of about one length; what is too long for them is cut in the last. */
function wrapped(name, font, { widest, most }) {
  const lines = broken(name, font, widest);
  if (lines.length > most) {
    const last = lines.slice(most - 1).join("");
    return [...lines.slice(0, most - 1), last].map((line) => cut(line, font, widest));
  }
  for (let width = textWidth(name, font) / lines.length; width < widest; width += LINE) {
    const shorter = broken(name, font, width);
    if (shorter.length === lines.length) return shorter.map((line) => cut(line, font, widest));
  }
  return lines.map((line) => cut(line, font, widest));
}

function broken(name, font, widest) {
  const lines = [""];
  for (const piece of pieces(name)) {
    const longer = lines.at(-1) + piece;
    if (lines.at(-1) === "" || textWidth(longer, font) <= widest) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/** What stands below the name: nothing where a task is one node, as most are. */
function about(box) {
  const nodes = box.tasks.reduce((sum, task) => sum + task.nodes.length, 0);
  if (box.type === "namespace") return `${count(box.tasks.length, "task")}, ${count(nodes, "node")}`;
  return nodes > 1 ? count(nodes, "node") : "";
}

function textWidth(text, font) {
  canvas.font = font;
  return canvas.measureText(text).width;
}

/** Cut a text in its middle, since names that begin alike are common. */
function cut(text, font, widest) {
  if (textWidth(text, font) <= widest) return text;
  const letters = [...text];
  let keep = letters.length - 1;
  const shorter = () => {
    const start = Math.ceil(keep * 0.55);
    return `${letters.slice(0, start).join("")}…${letters.slice(start - keep).join("")}`;
  };
  while (keep > 4 && textWidth(shorter(), font) > widest) keep -= 1;
  return shorter();
}
