// The panel of details: beside the graph, or below it in a narrow window. It can be closed.

const NARROW = matchMedia("(max-width: 900px)");

export class Panel {
  /**
   * @param place the element that the details stand in
   * @param button the one that opens and closes it
   * @param changed what is called when the graph has more or less room than before
   */
  constructor(place, button, changed) {
    Object.assign(this, { place, button, changed });
    button.addEventListener("click", () => this.show(place.hidden));
    place.hidden = NARROW.matches;
    this.show(!NARROW.matches);
  }

  /** Open it, or close it. */
  show(isOpen) {
    const wasOpen = !this.place.hidden;
    this.place.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", isOpen);
    if (isOpen !== wasOpen) this.changed();
  }

  /** Where the window is narrow it goes when there is nothing selected to speak of. */
  rest() {
    if (NARROW.matches) this.show(false);
  }
}
