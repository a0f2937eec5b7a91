// What is shown, and what changes it. All else draws what stands in `state`.

import { readAddress, writeAddress } from "./address.js";
import { Canvas } from "./canvas.js";
import { details, kindWords } from "./details.js";
import { byId, count, html } from "./elements.js";
import { visibleGraph } from "./graph.js";
import { Outline } from "./outline.js";
import { Panel } from "./panel.js";
import { prefixes, readPlans } from "./plan.js";
import { themeButton } from "./theme.js";

const MANY = 150;
const SHOWN = ["critical", "datasets"];
const CHANGES = ["added", "changed", "removed"];
const plans = readPlans();
const state = {
  plan: plans[0], folded: new Set(), selected: null, query: "", critical: false, datasets: false,
};
const act = { select, selectTask, selectDataset, fold, clear };
const canvas = new Canvas(byId("stage"), act);
const outline = new Outline(byId("outline"), act);
const panel = new Panel(byId("details"), byId("panel"), () => canvas.fitAgain());

/** Show what the page's address names. */
function follow() {
  const { pipeline, task, shown } = readAddress();
  const plan = plans.find((one) => one.pipeline === pipeline) ?? state.plan;
  const isOther = plan !== state.plan || SHOWN.some((key) => state[key] !== shown.includes(key));
  for (const key of SHOWN) set(key, shown.includes(key));
  if (isOther) show(plan);
  if (plan.taskOf.has(task)) selectTask(task);
}

/** Begin with a plan; where it has many tasks, its namespaces are folded. */
function show(plan) {
  const outer = [...plan.namespaces].filter((name) => !name.includes("."));
  const folded = new Set(plan.tasks.length > MANY ? outer : []);
  Object.assign(state, { plan, folded, selected: null, query: "" });
  byId("pipeline").value = plans.indexOf(plan);
  const project = plan.title ?? plan.project;
  document.title = `${project}: ${plan.pipeline}`;
  byId("title").textContent = project;
  const now = plan.tasks.filter((task) => task.change !== "removed");
  const nodes = now.reduce((sum, task) => sum + task.nodes.length, 0);
  byId("size").textContent = `${count(nodes, "node")} in ${count(now.length, "task")}, `
    + count(plan.layers, "layer");
  byId("search").value = "";
  byId("fold").hidden = plan.namespaces.size === 0;
  draw();
  canvas.fit(true);
  if (folded.size) say(`Namespaces are folded, since there are ${plan.tasks.length} tasks.`);
}

/** Lay out anew; what somebody looks at stays where it is. */
function draw(anchor = null) {
  const before = anchor && { x: anchor.x, y: anchor.y };
  const graph = visibleGraph(state.plan, state.folded, state.datasets);
  canvas.draw(graph);
  const after = anchor && (graph.boxes.get(anchor.id) ?? boxOfAny(anchor.tasks ?? []));
  if (after) canvas.camera.keep(after, before);
  legend(graph);
  const isFolded = state.folded.size > 0;
  byId("fold").textContent = isFolded ? "Unfold all" : "Fold all";
  mark();
}

/** Show what is selected, found and critical, without a new layout. */
function mark() {
  const found = state.query ? foundTasks() : null;
  canvas.mark({
    selected: state.selected, critical: state.critical, found: found && foundBoxes(found),
  });
  outline.draw(state.plan, state.folded, found);
  outline.mark(state.selected?.id ?? null);
  const box = state.selected && (canvas.graph.boxes.get(state.selected.id) ?? state.selected);
  const about = details(state.plan, box, act, canvas.size.isDown);
  byId("about").replaceChildren(...about.filter(Boolean));
  if (!box) byId("details").scrollTop = 0;
}

function select(box, withFocus = false) {
  state.selected = box;
  mark();
  if (box) panel.show(true);
  name();
  byId("details").scrollTop = 0;
  if (box) say(`${box.name}: details are shown.`);
  if (withFocus) byId("details").focus();
}

function clear() {
  select(null);
  panel.rest();
}

/** Lay out anew for a window of another size, unless somebody looks at a part of the graph. */
function resize() {
  if (canvas.camera.isFitted) draw();
  canvas.fitAgain();
}

function selectTask(name) {
  const task = state.plan.taskOf.get(name);
  const hiding = prefixes(task.namespace).filter((namespace) => state.folded.has(namespace));
  if (hiding.length) {
    hiding.forEach((namespace) => state.folded.delete(namespace));
    draw();
  }
  const box = canvas.graph.boxOf.get(name);
  select(box);
  canvas.goTo(box);
}

function selectDataset(name) {
  const dataset = state.plan.datasetOf.get(name);
  const box = canvas.graph.boxes.get(`dataset ${name}`);
  select(box ?? { id: `dataset ${name}`, type: "dataset", name, dataset, tasks: [] });
  if (box) canvas.goTo(box);
}

/** Fold an open namespace, or unfold a folded one. */
function fold(namespace) {
  if (!namespace) return;
  const tasks = state.plan.tasks.filter((task) => prefixes(task.namespace).includes(namespace));
  const anchor = { ...boxOfAny(tasks), tasks };
  const isFolded = state.folded.delete(namespace);
  if (!isFolded) state.folded.add(namespace);
  if (state.selected?.type !== "dataset") state.selected = null;
  const hadFocus = canvas.stage.contains(document.activeElement);
  draw(anchor);
  const box = boxOfAny(tasks);
  canvas.goTo(box, hadFocus);
  say(`${namespace} is ${isFolded ? "unfolded" : "folded"}.`);
}

function boxOfAny(tasks) {
  return tasks.length ? canvas.graph.boxOf.get(tasks[0].name) : null;
}

function foldAll() {
  const outer = [...state.plan.namespaces].filter((name) => !name.includes("."));
  state.folded = new Set(state.folded.size ? [] : outer);
  state.selected = null;
  draw();
  canvas.fit(true);
  say(state.folded.size ? "All namespaces are folded." : "All namespaces are unfolded.");
}

function foundTasks() {
  const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
  const hits = state.plan.tasks.filter((task) => {
    const text = state.plan.words.get(task.name);
    return words.every((word) => text.includes(word));
  });
  return new Set(hits.map((task) => task.name));
}

function foundBoxes(tasks) {
  const words = state.query.toLowerCase();
  const boxes = [...canvas.graph.boxes.values()].filter((box) => box.type === "dataset"
    ? box.name.toLowerCase().includes(words)
    : box.tasks.some((task) => tasks.has(task.name)));
  return new Set(boxes.map((box) => box.id));
}

function search(query) {
  state.query = query.trim();
  mark();
  if (state.query) say(`${count(foundTasks().size, "task")} found.`);
}

/** Go to the next task that was found, in the order of the list. */
function nextFound() {
  const names = [...foundTasks()];
  if (!names.length) return;
  const at = names.indexOf(state.selected?.name);
  selectTask(names[(at + 1) % names.length]);
}

function legend(graph) {
  const links = [...graph.links.values()].filter((link) => link.change !== "removed");
  const kinds = [...new Set(links.map((link) => link.kind))].sort();
  const changes = CHANGES.filter((change) => state.plan.tasks.some((t) => t.change === change)
    || state.plan.edges.some((edge) => edge.change === change));
  byId("legend").replaceChildren(
    ...kinds.map((kind) => html("li", { class: `kind-${kind}` }, kindWords(kind))),
    ...changes.map((change) => html("li", { class: `change ${change}` }, change)));
}

function toggle(key, after) {
  byId(key).addEventListener("click", () => {
    set(key, !state[key]);
    after();
    name();
  });
}

function set(key, isShown) {
  state[key] = isShown;
  byId(key).setAttribute("aria-pressed", isShown);
}

/** Put what is looked at into the page's address. */
function name() {
  writeAddress(state, SHOWN.filter((key) => state[key]));
}

/** Return what calls a function once there has been nothing to do for a moment. */
function later(call) {
  let timer = null;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(call, 150);
  };
}

function say(text) {
  byId("status").textContent = text;
}

function listen() {
  window.addEventListener("hashchange", follow);
  window.addEventListener("resize", later(resize));
  byId("close").addEventListener("click", () => panel.show(false));
  toggle("critical", mark);
  toggle("datasets", () => {
    if (state.selected?.type === "dataset") state.selected = null;
    draw();
    canvas.fit(true);
  });
  byId("fold").addEventListener("click", foldAll);
  byId("fit").addEventListener("click", () => canvas.fit());
  const field = byId("search");
  field.addEventListener("input", () => search(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") nextFound();
    if (event.key === "Escape") {
      field.value = "";
      search("");
      canvas.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("input, select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
      field.select();
    }
    if (event.key === "Escape" && byId("details").contains(event.target)) {
      const box = canvas.tabbed;
      clear();
      if (box) canvas.goTo(box, true);
    }
  });
}

function listPlans() {
  const choice = byId("pipeline");
  choice.append(...plans.map((plan, index) => html("option", { value: index }, plan.pipeline)));
  choice.hidden = plans.length < 2;
  choice.addEventListener("change", () => show(plans[choice.value]));
}

themeButton(byId("theme"));
listPlans();
listen();
show(state.plan);
follow();
// For whoever measures it: milliseconds since the page was asked for.
document.documentElement.dataset.drawn = Math.round(performance.now());
