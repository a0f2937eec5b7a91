// What of a plan is visible: boxes, links between them, and the namespaces around them.

import { prefixes } from "./plan.js";

/**
 * Return the visible graph.
 *
 * A folded namespace is one box; links of the tasks in it become links of that box.
 *
 * @param plan the plan
 * @param folded names of the namespaces that are folded
 * @param withDatasets whether each dataset that leaves a task is a box, too
 */
export function visibleGraph(plan, folded, withDatasets) {
  const graph = { boxes: new Map(), links: new Map(), groups: new Map(), boxOf: new Map() };
  for (const task of plan.tasks) addTask(graph, task, folded);
  for (const edge of plan.edges) {
    // Its datasets stand between them, and say as much.
    if (!withDatasets || edge.kind === "order") addEdge(graph, edge);
  }
  if (withDatasets) plan.datasets.forEach((dataset) => addDataset(graph, dataset));
  return graph;
}

function addTask(graph, task, folded) {
  const around = prefixes(task.namespace);
  const hidden = around.findIndex((name) => folded.has(name));
  const open = hidden < 0 ? around : around.slice(0, hidden);
  open.forEach((name, depth) => {
    graph.groups.set(name, { id: `group ${name}`, name, parent: open[depth - 1] ?? null });
  });
  const box = hidden < 0
    ? addBox(graph, `task ${task.name}`, { type: "task", name: task.name, task })
    : addBox(graph, `namespace ${around[hidden]}`, { type: "namespace", name: around[hidden] });
  box.group = open.at(-1) ?? null;
  box.tasks.push(task);
  graph.boxOf.set(task.name, box);
}

function addBox(graph, id, values) {
  if (!graph.boxes.has(id)) graph.boxes.set(id, { id, tasks: [], group: null, ...values });
  return graph.boxes.get(id);
}

function addEdge(graph, edge) {
  const [source, target] = [graph.boxOf.get(edge.source), graph.boxOf.get(edge.target)];
  addLink(graph, source, target, edge.kind, edge.datasets, edge);
}

function addLink(graph, source, target, kind, datasets, { critical = false, change = null } = {}) {
  if (source === target) return;
  const id = `${source.id}\n${target.id}`;
  const link = graph.links.get(id) ?? { id, source, target, kind, datasets: [], critical, change };
  if (link.kind !== kind) link.kind = "mixed";
  link.datasets = [...new Set([...link.datasets, ...datasets])];
  link.critical ||= critical;
  link.change ??= change;
  graph.links.set(id, link);
}

function addDataset(graph, dataset) {
  const ends = [dataset.writer, ...dataset.readers].filter(Boolean);
  const boxes = new Set(ends.map((name) => graph.boxOf.get(name)));
  // Between nodes of one box only: the details of that box speak of it.
  if (dataset.writer && dataset.readers.length && boxes.size < 2) return;
  const values = { type: "dataset", name: dataset.name, dataset, kind: dataset.kind };
  const box = addBox(graph, `dataset ${dataset.name}`, values);
  const writer = dataset.writer ? graph.boxOf.get(dataset.writer) : null;
  if (writer) addLink(graph, writer, box, dataset.kind, [dataset.name]);
  for (const name of dataset.readers) {
    const reader = graph.boxOf.get(name);
    if (reader !== writer) addLink(graph, box, reader, dataset.kind, [dataset.name]);
  }
}
