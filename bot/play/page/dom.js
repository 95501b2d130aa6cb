/** Building and updating the page's elements. Data only ever becomes text nodes and attributes, never markup. */

/**
 * Make an element.
 * @param {string} tag
 * @param {Object<string, any>} [props] `class`, `testid`, `on` ({event: listener}), `data`, or attributes;
 *     false and null leave an attribute out
 * @param {...(Node|string|number|null|undefined|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "testid") element.dataset.testid = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "on") listen(element, value);
    else if (name === "value" || name === "checked") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

function listen(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

function nodes(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : document.createTextNode(String(child))));
}

/** Make a button that does something; `props` as in `h`. */
export function button(props, action, ...children) {
  return h("button", { type: "button", ...props, on: { ...props.on, click: action } }, ...children);
}

const drawn = new WeakMap();

/**
 * Let `parent` show `items`, keeping the element of each item that has not changed.
 * @template T
 * @param {HTMLElement} parent
 * @param {T[]} items
 * @param {(item: T) => string} key what makes an item the same item
 * @param {(item: T) => HTMLElement} render
 * @param {(item: T) => string} [signature] what decides how it looks
 */
export function reconcile(parent, items, key, render, signature = JSON.stringify) {
  const before = drawn.get(parent) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const look = signature(item);
    const old = before.get(key(item));
    const kept = old && old.look === look;
    after.set(key(item), kept ? old : { look, element: render(item) });
  }
  drawn.set(parent, after);
  const wanted = [...after.values()].map((entry) => entry.element);
  for (const child of [...parent.children]) {
    if (!wanted.includes(child)) child.remove();
  }
  wanted.forEach((element, index) => {
    if (parent.children[index] !== element) parent.insertBefore(element, parent.children[index] ?? null);
  });
}

/** Fill `parent` anew, but only when `look` differs from the last time. */
export function redraw(parent, look, build) {
  if (parent.dataset.look === look) return;
  parent.dataset.look = look;
  parent.replaceChildren(...nodes([build()]));
}
