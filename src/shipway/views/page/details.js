// The panel beside the graph: what is known of a task, a namespace, a dataset or the whole plan.

import { breakable, count, html } from "./elements.js";
import { isLost } from "./graph.js";

const LONG = 12;
const KINDS = {
  memory: "in memory", local: "local file", remote: "remote", other: "other storage",
  mixed: "several kinds", order: "order only",
};

/**
 * Return what to show of a box, or of the plan where there is none.
 *
 * @param act what a link calls: `selectTask(name)`, `selectDataset(name)`, `fold(namespace)`
 * @param isDown whether the graph goes down, and not to the right
 */
export function details(plan, box, act, isDown) {
  if (!box) return ofPlan(plan, act, isDown);
  return { task: ofTask, namespace: ofNamespace, dataset: ofDataset }[box.type](plan, box, act);
}

/** Return the words for a kind of dataset or of edge. */
export function kindWords(kind) {
  return KINDS[kind];
}

function ofPlan(plan, act, isDown) {
  const path = plan.critical_path;
  return [
    heading("Pipeline", plan.pipeline),
    section("Critical path", html("p", {}, path.text), folded(path.tasks.length, "task",
      html("ol", { class: "links" },
        path.tasks.map((name) => html("li", {}, taskLink(name, act)))))),
    section("What has changed", list(plan.tasks.filter((task) => task.change),
      (task) => [taskLink(task.name, act), chip(task.change, task.change)])),
    ...plan.reasons.map((reason) => section(`Nodes share a task since ${reason.text}`,
      folded(reason.tasks.length, "task", list(reason.tasks,
        ({ task, names }) => [taskLink(task, act), quiet(names.join(", "))])))),
    section("Settings of the pipeline", settings(plan.run)),
    section("Settings that all tasks have", settings(plan.shared)),
    section("Notes", list(plan.notes, (note) => prose(note))),
    section("Keys", keys(isDown)),
  ];
}

function ofTask(plan, { task }, act) {
  const [into, out] = [plan.into.get(task.name) ?? [], plan.out.get(task.name) ?? []];
  return [
    heading(task.change ? `Task, ${task.change}` : "Task", task.name),
    html("p", { class: "chips" }, chip(`layer ${task.layer}`),
      task.namespace ? chip(task.namespace) : null,
      task.critical ? chip("critical path", "critical") : null),
    section("What has changed", list(task.changes, (change) => prose(change))),
    task.reason ? section("Why its nodes share a task", html("p", {}, prose(task.reason))) : null,
    section(task.nodes.length > 1 ? count(task.nodes.length, "node") : "Node", task.nodes.map((node) => ofNode(plan, node, act))),
    section("Waits for", edges(into, "source", act)),
    section("Then", edges(out, "target", act)),
    section("Settings", settings(task.settings)),
    section("Parameters of a run", list(task.parameters,
      (name) => [code(name), quiet(`default ${plan.parameters.get(name)}`)])),
  ];
}

function ofNode(plan, node, act) {
  return html("div", { class: "node" },
    html("h4", {}, breakable(node.name)),
    node.doc ? html("p", {}, node.doc) : null,
    html("dl", {},
      pair("function", node.function ? [code(node.function)] : []),
      pair("at", node.origin ? [code(node.origin)] : []),
      pair("reads", names(plan, node.inputs, act)),
      pair("writes", names(plan, node.outputs, act)),
      pair("tags", node.tags.map((tag) => chip(tag)))));
}

function ofNamespace(plan, box, act) {
  return [
    heading("Namespace", box.name),
    html("p", {}, html("button", { type: "button", onclick: () => act.fold(box.name) }, "Unfold")),
    section(count(box.tasks.length, "task"), list(box.tasks, (task) => [taskLink(task.name, act)])),
  ];
}

function ofDataset(plan, { dataset }, act) {
  const readers = list(dataset.readers, (name) => [
    taskLink(name, act), name === dataset.writer ? quiet("within the same task") : null]);
  return [
    heading("Dataset", dataset.name),
    html("p", { class: "chips" }, chip(KINDS[dataset.kind], `kind-${dataset.kind}`),
      dataset.versioned ? chip("versioned") : null),
    html("dl", {}, pair("type", dataset.type ? [code(dataset.type)] : []),
      pair("location", dataset.location ? [code(dataset.location)] : [])),
    section("Written by", dataset.writer
      ? html("p", {}, taskLink(dataset.writer, act))
      : html("p", {}, "No task: it is there before a run.")),
    section("Read by", readers ?? html("p", {}, isLost(dataset)
      ? "No task: it is in memory, and lost when its task ends."
      : "No task: it is a result.")),
  ];
}

function edges(items, end, act) {
  return list(items, (edge) => [
    taskLink(edge[end], act),
    html("span", { class: "carried" },
      edge.datasets.map((name) => datasetLink(name, act)),
      edge.change === "removed" ? null : chip(KINDS[edge.kind], `kind-${edge.kind}`),
      edge.change ? chip(edge.change, edge.change) : null),
  ]);
}

function names(plan, items, act) {
  return items.map((name) => {
    const bare = name.split("@")[0];
    return plan.datasetOf.has(bare) ? datasetLink(name, act, bare) : code(name);
  });
}

function settings(rows) {
  if (!rows.length) return null;
  return html("table", { class: "settings" }, html("tbody", {}, rows.map((row) => html("tr", {},
    html("th", { scope: "row" }, row.name),
    html("td", {}, row.value, row.place ? quiet(row.place) : null)))));
}

function keys(isDown) {
  const [along, through] = isDown ? ["↑ ↓", "← →"] : ["← →", "↑ ↓"];
  const rows = [
    ["/", "search; Enter goes to the next"], [along, "along the edges"],
    [through, "through a layer, then to the next one"],
    ["Enter", "details"], ["F", "fold or unfold a namespace"],
    ["+ − 0", "zoom; show all"], ["Esc", "select nothing"],
  ];
  return html("dl", { class: "keys" }, rows.map(([key, what]) => pair(key, [what], "kbd")));
}

function heading(what, name) {
  return html("header", {}, html("p", { class: "what" }, what), html("h2", {}, breakable(name)));
}

function section(title, ...content) {
  const inner = content.flat().filter(Boolean);
  return inner.length ? html("section", {}, html("h3", {}, title), inner) : null;
}

function list(items, content) {
  if (!items.length) return null;
  return html("ul", { class: "links" }, items.map((item) => html("li", {}, content(item))));
}

/** What would fill the panel is folded. */
function folded(length, what, content) {
  if (length <= LONG) return content;
  return html("details", {}, html("summary", {}, count(length, what)), content);
}

function pair(name, values, tag = "span") {
  return values.length ? [html("dt", {}, html(tag, {}, name)), html("dd", {}, values)] : [];
}

function taskLink(name, act) {
  return link(name, () => act.selectTask(name));
}

function datasetLink(name, act, bare = name) {
  return link(name, () => act.selectDataset(bare));
}

function link(name, onclick) {
  return html("button", { type: "button", class: "link-button", onclick }, breakable(name));
}

function chip(text, kind = "") {
  return html("span", { class: `chip ${kind}` }, text);
}

/** A message, in which backticks stand around names. */
function prose(text) {
  return text.split(/`([^`]*)`/).map((part, index) => (index % 2 ? code(part) : part));
}

function code(text) {
  return html("code", {}, breakable(text));
}

function quiet(text) {
  return text ? html("small", {}, breakable(text)) : null;
}
