// The graph as SVG, and the keys that walk through it.

import { Camera } from "./camera.js";
import { count, svg } from "./elements.js";
import { isLost } from "./graph.js";
import { layOut } from "./layout.js";
import { after, before, beside } from "./walk.js";

const COLORS = [
  "memory", "local", "remote", "other", "mixed", "order", "added", "changed", "removed", "critical",
];

export class Canvas {
  /**
   * @param place the element that the graph stands in
   * @param act what is called when somebody acts: `select(box)`, `fold(namespace)`, `clear()`
   */
  constructor(place, act) {
    this.act = act;
    this.scene = svg("g");
    this.stage = svg("svg", {
      class: "stage", role: "application",
    }, markers(), this.scene);
    this.camera = new Camera(this.stage, this.scene);
    this.stage.addEventListener("keydown", (event) => this.#key(event));
    this.stage.addEventListener("dblclick", (event) => event.preventDefault());
    this.stage.addEventListener("click", (event) => this.#clickBeside(event));
    place.append(this.stage);
  }

  /** Lay a graph out and draw it. */
  draw(graph) {
    const size = layOut(graph, this.stage.getBoundingClientRect());
    Object.assign(this, { graph, size, elements: new Map(), lines: new Map() });
    this.stage.setAttribute("aria-label", spokenHelp(size.isDown));
    const groups = [...graph.groups.values()].map((group) => this.#group(group));
    const links = [...graph.links.values()].map((link) => this.#link(link));
    const boxes = [...graph.boxes.values()].map((box) => this.#box(box));
    this.scene.replaceChildren(
      svg("g", {}, groups), svg("g", {}, links), svg("g", {}, boxes));
    const [first] = graph.boxes.values();
    this.#allowTab(first);
  }

  /** Show what is selected, what a search has found, and the critical path. */
  mark({ selected, found, critical }) {
    this.selected = this.graph.boxes.get(selected?.id) ?? null;
    const isFound = (box) => found === null || found.has(box.id);
    for (const box of this.graph.boxes.values()) this.#markBox(box, isFound(box), critical);
    for (const link of this.graph.links.values()) {
      this.#markLink(link, isFound(link.source) && isFound(link.target), critical);
    }
    if (this.selected) this.#allowTab(this.selected);
  }

  #markBox(box, isFound, critical) {
    const element = this.elements.get(box.id);
    const isCritical = box.critical || box.tasks.some((task) => task.critical);
    element.classList.toggle("selected", box === this.selected);
    element.classList.toggle("critical", critical && isCritical);
    element.classList.toggle("dim", !isFound || (critical && !isCritical));
    element.setAttribute("aria-pressed", box === this.selected);
  }

  #markLink(link, isFound, critical) {
    const line = this.lines.get(link.id);
    const { classList } = line;
    const touches = link.source === this.selected || link.target === this.selected;
    const isAside = critical ? !link.critical : this.selected !== null && !touches;
    const color = critical && link.critical ? "critical" : link.change ?? link.kind;
    line.setAttribute("marker-end", `url(#arrow-${color})`);
    classList.toggle("critical", critical && link.critical);
    classList.toggle("strong", touches);
    classList.toggle("dim", isAside || !isFound);
  }

  /** Show all; with `fromStart`, the first box where all would be too small to read. */
  fit(fromStart = false) {
    this.isFromStart = fromStart;
    const along = this.size.isDown ? "y" : "x";
    const [first] = [...this.graph.boxes.values()].sort((a, b) => a[along] - b[along]);
    this.camera.fit(this.size, fromStart ? first : null);
  }

  /** For another room: what was fitted still is, and what is selected can be seen. */
  fitAgain() {
    if (this.camera.isFitted) this.fit(this.isFromStart);
    if (this.selected) this.camera.show(this.selected, { toRead: false });
  }

  /** Move to a box, and put the focus on it if asked. */
  goTo(box, focus = false) {
    this.camera.show(box);
    this.#allowTab(box);
    if (focus) this.elements.get(box.id).focus({ preventScroll: true });
  }

  /** Put the focus on the box that Tab would reach. */
  focus() {
    this.elements.get(this.tabbed.id).focus({ preventScroll: true });
  }

  /** What is beside all boxes selects nothing; to move the graph is no click. */
  #clickBeside(event) {
    if (event.target === this.stage && !this.camera.wasMoved) this.act.clear();
  }

  #group(group) {
    const fold = () => this.act.fold(group.name);
    const name = group.parent ? group.name.slice(group.parent.length + 1) : group.name;
    const [x, y] = [group.x - group.width / 2, group.y - group.height / 2];
    return svg("g", { class: "group" },
      svg("rect", { x, y, width: group.width, height: group.height, rx: 10 }),
      svg("text", { class: "group-name", x: x + 10, y: y + 14, onclick: fold },
        `− ${name}`, svg("title", {}, group.name)));
  }

  #box(box) {
    const [x, y] = [box.x - box.width / 2, box.y - box.height / 2];
    const change = box.task?.change ?? null;
    const kind = box.kind ? ` kind-${box.kind}${isLost(box.dataset) ? " lost" : ""}` : "";
    const element = svg("g", {
      class: `box ${box.type}${kind}${change ? ` ${change}` : ""}`,
      transform: `translate(${x} ${y})`,
      role: "button", tabindex: -1, "aria-label": this.#spoken(box),
      onclick: () => this.act.select(box),
      ondblclick: () => this.act.fold(box.type === "namespace" ? box.name : box.group),
    }, this.#shape(box), svg("title", {}, box.name));
    this.elements.set(box.id, element);
    return element;
  }

  #shape(box) {
    const { width, height } = box;
    const parts = [svg("rect", { width, height, rx: box.type === "dataset" ? 14 : 8 })];
    if (box.type === "namespace") {
      // A second edge behind the box: there is more in it.
      parts.unshift(svg("rect", { class: "behind", x: 5, y: 5, width, height, rx: 8 }));
    }
    const x = box.type === "dataset" ? width / 2 : 14;
    const y = box.type === "dataset" ? 18 : 20;
    const lines = box.lines.map((line, index) => svg("tspan", { x, y: y + 16 * index }, line));
    parts.push(svg("text", { class: "name" }, lines));
    if (box.about) parts.push(svg("text", { class: "about", x, y: height - 10 }, box.about));
    return parts;
  }

  #link(link) {
    const names = link.datasets.join(", ") || "no dataset: only the order";
    const change = link.change ? ` ${link.change}` : "";
    const line = svg("path", {
      class: `link kind-${link.kind}${change}`, d: curve(link.points, this.size.isDown),
    }, svg("title", {}, `${link.source.name} to ${link.target.name}: ${names}`));
    this.lines.set(link.id, line);
    return line;
  }

  #spoken(box) {
    const links = [...this.graph.links.values()];
    const into = links.filter((link) => link.target === box).length;
    const out = links.filter((link) => link.source === box).length;
    const what = { task: "Task", namespace: "Folded namespace", dataset: "Dataset" }[box.type];
    const layer = box.task ? `, layer ${box.task.layer}` : "";
    const about = box.about ? ` ${box.about}` : "";
    return `${what} ${box.name}${about}${layer}, `
      + `${count(into, "edge")} in, ${count(out, "edge")} out`;
  }

  /** One box at a time is reached by Tab; the arrow keys do the rest. */
  #allowTab(box) {
    if (!box) return;
    this.elements.get(this.tabbed?.id)?.setAttribute("tabindex", -1);
    this.tabbed = box;
    this.elements.get(box.id)?.setAttribute("tabindex", 0);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = this.tabbed;
    const { isDown } = this.size;
    const keys = {
      [isDown ? "ArrowDown" : "ArrowRight"]: () => this.#walk(after(this.graph, box, isDown)),
      [isDown ? "ArrowUp" : "ArrowLeft"]: () => this.#walk(before(this.graph, box, isDown)),
      [isDown ? "ArrowRight" : "ArrowDown"]: () => this.#walk(beside(this.graph, box, 1, isDown)),
      [isDown ? "ArrowLeft" : "ArrowUp"]: () => this.#walk(beside(this.graph, box, -1, isDown)),
      Enter: () => this.act.select(box, true),
      " ": () => this.act.select(box, true),
      f: () => this.act.fold(box.type === "namespace" ? box.name : box.group),
      Escape: () => this.act.clear(),
      "+": () => this.camera.zoom(1.25),
      "=": () => this.camera.zoom(1.25),
      "-": () => this.camera.zoom(0.8),
      0: () => this.fit(),
    };
    if (!box || !Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #walk(box) {
    if (box) this.goTo(box, true);
  }
}

function spokenHelp(isDown) {
  const [along, through] = isDown ? ["Up and down", "left and right"] : ["Left and right", "up and down"];
  return `Graph of tasks. ${along} go along the edges, ${through} through a layer and on to the next; `
    + "Enter shows details; F folds a namespace; plus, minus and 0 zoom.";
}

/** A smooth line that has the direction of the graph at each of its points. */
function curve(points, isDown) {
  const at = (x, y) => `${round(x)} ${round(y)}`;
  let last = points[0];
  let path = `M${at(last.x, last.y)}`;
  for (const point of points.slice(1)) {
    const middle = { x: (last.x + point.x) / 2, y: (last.y + point.y) / 2 };
    path += isDown
      ? `C${at(last.x, middle.y)} ${at(point.x, middle.y)} ${at(point.x, point.y)}`
      : `C${at(middle.x, last.y)} ${at(middle.x, point.y)} ${at(point.x, point.y)}`;
    last = point;
  }
  return path;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

function markers() {
  return svg("defs", {}, COLORS.map((color) => svg("marker", {
    id: `arrow-${color}`, class: `arrow kind-${color}`, viewBox: "0 0 8 8", refX: 7, refY: 4,
    markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse",
  }, svg("path", { d: "M0 0.8L8 4L0 7.2z" }))));
}
