// The part of the page's address after `#`: what is selected and shown, so that one can link to it.

/** Return what the address names: the pipeline and the task or `null`, and the names of what is shown. */
export function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const shown = (words.get("show") ?? "").split(",");
  return { pipeline: words.get("pipeline"), task: words.get("task"), shown };
}

/** Name what is selected and shown, without a new entry in the history. */
export function writeAddress({ plan, selected }, shown) {
  const words = new URLSearchParams();
  if (selected?.type === "task") {
    words.set("pipeline", plan.pipeline);
    words.set("task", selected.name);
  }
  if (shown.length) words.set("show", shown.join(","));
  try {
    history.replaceState(null, "", `#${words}`);
  } catch {
    // A browser may forbid it to a page that is shown within another one.
  }
}
