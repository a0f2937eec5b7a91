// Where everything stands: sizes are ours, places are dagre's.

import { count } from "./elements.js";
import { shortName } from "./plan.js";

const WIDEST = 280;
const FONTS = {
  name: "600 13px system-ui, sans-serif",
  about: "11px system-ui, sans-serif",
  dataset: "12px system-ui, sans-serif",
};
const SMALL = 250;
const LINE = 16;
const HEIGHTS = { task: 46, namespace: 52, dataset: 28 };
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
  graph.boxes.forEach(measure);
  const right = placed(graph, "LR");
  // Twice the time is not worth it where neither can be seen as a whole.
  if (graph.boxes.size > SMALL) return takeOver(graph, right, false);
  const down = placed(graph, "TB");
  const isDown = scale(down.graph(), stage) > scale(right.graph(), stage);
  return takeOver(graph, isDown ? down : right, isDown);
}

function scale({ width, height }, stage) {
  return Math.min(stage.width / width, stage.height / height);
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
  return input;
}

function takeOver(graph, input, isDown) {
  for (const item of [...graph.boxes.values(), ...graph.groups.values()]) {
    const { x, y, width, height } = input.node(item.id);
    Object.assign(item, { x, y, width, height });
  }
  for (const link of graph.links.values()) {
    link.points = atSides(link, input.edge(link.source.id, link.target.id).points, isDown);
  }
  makeRoomForNames(graph);
  const { width, height } = input.graph();
  return { width: Math.max(width, 1), height: Math.max(height, 1), isDown };
}

/** An edge leaves a box and comes into one in the middle of a side, and never at a corner. */
function atSides({ source, target }, points, isDown) {
  const [x, y] = isDown ? [0, 0.5] : [0.5, 0];
  const start = { x: source.x + x * source.width, y: source.y + y * source.height };
  const end = { x: target.x - x * target.width, y: target.y - y * target.height };
  return [start, ...points.slice(1, -1), end];
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

function measure(box) {
  box.title = box.type === "task" ? shortName(box.task) : box.name;
  box.about = about(box);
  const font = FONTS[box.type] ?? FONTS.name;
  box.title = cut(box.title, font, WIDEST - 28);
  const widest = Math.max(textWidth(box.title, font), textWidth(box.about, FONTS.about));
  box.width = Math.ceil(Math.max(widest + 28, 96));
  box.height = HEIGHTS[box.type];
}

function about(box) {
  if (box.type === "dataset") return "";
  const nodes = box.tasks.reduce((sum, task) => sum + task.nodes.length, 0);
  if (box.type === "task") return count(nodes, "node");
  return `${count(box.tasks.length, "task")}, ${count(nodes, "node")}`;
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
