// What of a plan is visible: boxes, links between them, and the namespaces around them.

import { prefixes } from "./plan.js";

/**
 * Return the visible graph.
 *
 * A folded namespace is one box; links of the tasks in it become links of that box.
 *
 * @param plan the plan
 * @param folded names of the namespaces that are folded
 * @param withDatasets whether each dataset that stays or leaves a task is a box, too
 */
export function visibleGraph(plan, folded, withDatasets) {
  const graph = { boxes: new Map(), links: new Map(), groups: new Map(), boxOf: new Map() };
  for (const task of plan.tasks) addTask(graph, task, folded);
  for (const edge of plan.edges) {
    // Its datasets stand between them, and say as much.
    if (!withDatasets || edge.kind === "order") addEdge(graph, edge);
  }
  if (withDatasets) plan.datasets.forEach((dataset) => addDataset(graph, plan, dataset));
  return graph;
}

/** Whether nothing can read a dataset any more once its task has ended. */
export function isLost({ kind, writer, readers }) {
  return kind === "memory" && writer !== null && !readers.length;
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

function addDataset(graph, plan, dataset) {
  const { name, kind } = dataset;
  const writer = dataset.writer ? graph.boxOf.get(dataset.writer) : null;
  if (writer && !leaves(graph, dataset, writer)) return;
  const critical = criticalReaders(plan, dataset);
  const values = { type: "dataset", name, dataset, kind, critical: critical.size > 0 };
  const box = addBox(graph, `dataset ${name}`, values);
  if (writer) addLink(graph, writer, box, kind, [name], { critical: critical.size > 0 });
  for (const task of dataset.readers) {
    const reader = graph.boxOf.get(task);
    const isCritical = critical.has(task);
    if (reader !== writer) addLink(graph, box, reader, kind, [name], { critical: isCritical });
  }
}

/** Whether there is more to see of a dataset than the details of the box that writes it say. */
function leaves(graph, dataset, writer) {
  const others = dataset.readers.filter((name) => name !== dataset.writer);
  if (others.length) return others.some((name) => graph.boxOf.get(name) !== writer);
  // No other task reads it, so it is a result; in memory it passes within the task, or is lost.
  return dataset.kind !== "memory" || !dataset.readers.length;
}

/** Return the tasks that the critical path goes to by way of this dataset. */
function criticalReaders(plan, { name, writer }) {
  const edges = plan.out.get(writer) ?? [];
  const critical = edges.filter((edge) => edge.critical && edge.datasets.includes(name));
  return new Set(critical.map((edge) => edge.target));
}
