// Elements made of plain values. Text goes in as text alone: names are what users have written.

const SVG = "http://www.w3.org/2000/svg";

/** An element; `on` in its traits are handlers by event, children that are null are left out. */
export function make(tag, traits = {}, ...children) {
  return dressed(document.createElement(tag), traits, children);
}

/** The same for the parts of a picture. */
export function drawn(tag, traits = {}, ...children) {
  return dressed(document.createElementNS(SVG, tag), traits, children);
}

function dressed(element, { on = {}, ...traits }, children) {
  for (const [name, value] of Object.entries(traits)) set(element, name, value);
  for (const [event, heard] of Object.entries(on)) element.addEventListener(event, heard);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

/** An attribute; true is one without a value, null and false take it away. */
export function set(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) {
    element.setAttribute(name, value === true ? "" : value);
  }
}

/** Text, written only where it has changed, so that nothing is read aloud or selected anew. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
  return element;
}

/** Shows or hides an element; says whether it is shown. */
export function show(element, shown) {
  element.hidden = !shown;
  return shown;
}

/**
 * Keeps the children of `parent` in step with `items`. Elements live as long as their key does, so
 * the focus stays where it is. `begin` makes {element, show(item)}.
 */
export function keep(parent, items, key, begin) {
  const before = parent.kept ?? new Map();
  const after = new Map();
  const focused = document.activeElement;
  items.forEach((item, place) => {
    const name = key(item);
    const one = before.get(name) ?? begin(item);
    after.set(name, one);
    one.show(item);
    if (parent.children[place] !== one.element) {
      parent.insertBefore(one.element, parent.children[place] ?? null);
    }
  });
  for (const [name, one] of before) {
    if (!after.has(name)) one.element.remove();
  }
  parent.kept = after;
  if (focused !== document.activeElement && parent.contains(focused)) focused.focus();
}

/** Tells those who listen rather than look; what nobody waits for is not told. */
export function announce(text) {
  const place = document.getElementById("said");
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 50);
}
