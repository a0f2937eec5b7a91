// The list of tasks by namespace: a tree for the keyboard and for readers of the screen.

import { breakable, count, html } from "./elements.js";
import { prefixes, shortName } from "./plan.js";

const MARKS = { added: "+", changed: "~", removed: "−" };

export class Outline {
  /**
   * @param place the element that the tree stands in
   * @param act what is called when somebody acts: `selectTask(name)`, `fold(namespace)`
   */
  constructor(place, act) {
    Object.assign(this, { place, act, focused: null });
  }

  /** Show the tasks, or those that a search has found: then all namespaces of them are open. */
  draw(plan, folded, found) {
    const hadFocus = this.place.contains(document.activeElement);
    const tree = html("ul", { role: "tree", "aria-label": "Tasks by namespace" });
    const branches = new Map([["", { list: tree }]]);
    this.items = [];
    for (const task of plan.tasks) {
      if (found === null || found.has(task.name)) {
        this.#addTask(branches, task, found === null ? folded : new Set());
      }
    }
    const nothing = this.items.length ? null : html("p", { class: "nothing" }, "Nothing matches.");
    this.place.replaceChildren(tree, ...[nothing].filter(Boolean));
    this.items.forEach((item) => this.#describe(item));
    this.#focus(this.items.find((item) => item.key === this.focused) ?? this.items[0], hadFocus);
  }

  /** Mark what is selected, and bring it into view. */
  mark(key) {
    for (const item of this.items) {
      item.row.setAttribute("aria-selected", item.key === key);
      if (item.key === key) item.row.scrollIntoView({ block: "nearest" });
    }
  }

  #addTask(branches, task, folded) {
    let above = "";
    for (const name of prefixes(task.namespace)) {
      if (!branches.has(name)) this.#addNamespace(branches, name, above, folded);
      branches.get(name).item.tasks += 1;
      above = name;
    }
    const { change, critical } = task;
    const mark = change
      ? html("span", { class: `change ${change}`, title: change }, MARKS[change])
      : null;
    const label = html("span", { class: "label" }, breakable(shortName(task)));
    this.#add(branches.get(above).list, { key: `task ${task.name}`, task, critical }, mark, label);
  }

  #addNamespace(branches, name, above, folded) {
    const short = above ? name.slice(above.length + 1) : name;
    const mark = html("span", { class: "twist", "aria-hidden": "true" });
    const label = html("span", { class: "label" }, short);
    const inner = html("ul", { role: "group" });
    const isOpen = !folded.has(name);
    const item = { key: `namespace ${name}`, namespace: name, isOpen, inner, tasks: 0 };
    this.#add(branches.get(above).list, item, mark, label);
    item.row.append(inner);
    branches.set(name, { item, list: inner });
  }

  #add(list, item, ...content) {
    const line = html("div", { class: "line" }, ...content);
    item.row = html("li", {
      role: "treeitem", tabindex: -1, class: item.critical ? "critical" : null,
      "aria-selected": "false", title: item.task?.name ?? item.namespace,
    }, line);
    line.addEventListener("click", () => this.#use(item));
    item.row.addEventListener("keydown", (event) => this.#key(event, item));
    list.append(item.row);
    this.items.push(item);
  }

  #describe(item) {
    if (!item.namespace) return;
    item.row.setAttribute("aria-expanded", item.isOpen);
    item.inner.hidden = !item.isOpen;
    item.row.setAttribute("aria-label", `${item.namespace}, ${count(item.tasks, "task")}`);
  }

  #use(item) {
    this.focused = item.key;
    if (item.task) this.act.selectTask(item.task.name);
    else this.act.fold(item.namespace);
  }

  #focus(item, really = false) {
    if (!item) return;
    for (const other of this.items) other.row.tabIndex = -1;
    item.row.tabIndex = 0;
    if (really) item.row.focus({ preventScroll: false });
  }

  #key(event, item) {
    if (event.target !== item.row || event.ctrlKey || event.metaKey || event.altKey) return;
    const seen = this.items.filter((other) => other.row.offsetParent !== null);
    const at = seen.indexOf(item);
    const above = this.items.find((other) => other.inner === item.row.parentElement);
    const go = (other) => {
      if (!other) return;
      this.focused = other.key;
      this.#focus(other, true);
    };
    const keys = {
      ArrowDown: () => go(seen[at + 1]),
      ArrowUp: () => go(seen[at - 1]),
      Home: () => go(seen[0]),
      End: () => go(seen.at(-1)),
      ArrowRight: () => (item.namespace && !item.isOpen ? this.#use(item) : go(seen[at + 1])),
      ArrowLeft: () => (item.namespace && item.isOpen ? this.#use(item) : go(above)),
      Enter: () => this.#use(item),
      " ": () => this.#use(item),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }
}
