// The part of the page's address after `#`: what is selected, so that one can link to it.

/** Return the pipeline and the task that the address names, each `null` where it names none. */
export function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  return { pipeline: words.get("pipeline"), task: words.get("task") };
}

/** Name what is selected, without a new entry in the history. */
export function writeAddress(plan, box) {
  const words = new URLSearchParams();
  if (box?.type === "task") {
    words.set("pipeline", plan.pipeline);
    words.set("task", box.name);
  }
  try {
    history.replaceState(null, "", `#${words}`);
  } catch {
    // A browser may forbid it to a page that is shown within another one.
  }
}
