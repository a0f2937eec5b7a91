// The plan as the page gets it, with what is looked up in it.

import { byId } from "./elements.js";

/** Return every plan of the page. */
export function readPlans() {
  return JSON.parse(byId("data").textContent).plans.map(indexed);
}

/** Return `a`, `a.b` and `a.b.c` for `a.b.c`, outermost first; nothing for no name. */
export function prefixes(namespace) {
  const parts = namespace ? namespace.split(".") : [];
  return parts.map((_, end) => parts.slice(0, end + 1).join("."));
}

/** Return a task's name without the namespace that stands around it. */
export function shortName(task) {
  const start = task.namespace ? `${task.namespace}.` : "";
  return start && task.name.startsWith(start) ? task.name.slice(start.length) : task.name;
}

function indexed(plan) {
  const namespaces = new Set(plan.tasks.flatMap((task) => prefixes(task.namespace)));
  return {
    ...plan,
    namespaces,
    // A map, since a parameter may be called as what every object has.
    parameters: new Map(Object.entries(plan.parameters)),
    taskOf: new Map(plan.tasks.map((task) => [task.name, task])),
    datasetOf: new Map(plan.datasets.map((dataset) => [dataset.name, dataset])),
    into: grouped(plan.edges, (edge) => edge.target),
    out: grouped(plan.edges, (edge) => edge.source),
    words: new Map(plan.tasks.map((task) => [task.name, words(task)])),
  };
}

function grouped(items, key) {
  const groups = new Map();
  for (const item of items) {
    if (!groups.has(key(item))) groups.set(key(item), []);
    groups.get(key(item)).push(item);
  }
  return groups;
}

/** What a search for a task looks at. */
function words(task) {
  const ofNodes = task.nodes.flatMap((node) =>
    [node.name, node.function, ...node.inputs, ...node.outputs, ...node.tags]);
  return [task.name, ...ofNodes].join("\n").toLowerCase();
}
