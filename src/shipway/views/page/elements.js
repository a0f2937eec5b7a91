// Elements made in the DOM. What comes of the project is text, and is never read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element; `options` are attributes, and what begins with `on` is a listener. */
export function html(tag, options = {}, ...children) {
  return filled(document.createElement(tag), options, children);
}

/** Make an SVG element, in the same way. */
export function svg(tag, options = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), options, children);
}

/** Return the element of the page that has this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Return `1 task`, `2 tasks`. */
export function count(number, what) {
  return number === 1 ? `1 ${what}` : `${number} ${what}s`;
}

/** Return a name in pieces between which a line may break, rather than within a word. */
export function pieces(name) {
  return name.split(/(?<=[_./:@ -])(?![_./:@ -])/);
}

/** Return a name that breaks there. */
export function breakable(name) {
  return pieces(name).flatMap((piece, index) => (index ? [html("wbr"), piece] : [piece]));
}

function filled(element, options, children) {
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child ?? false));
  return element;
}
