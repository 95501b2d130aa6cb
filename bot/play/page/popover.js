/** Things that float over the page next to what opened them; at most one at a time. */

import { h } from "./dom.js";

const MARGIN = 8;
let open = null;

/**
 * Show `content` by `anchor`. Esc, a click elsewhere or `closePopover` takes it away.
 * @param {HTMLElement} anchor
 * @param {HTMLElement} content
 * @param {{label: string, onClose?: () => void, width?: number}} options
 */
export function openPopover(anchor, content, { label, onClose, width }) {
  closePopover();
  const layer = h(
    "div",
    { class: "popover", role: "dialog", "aria-label": label, testid: "popover" },
    content,
  );
  document.body.append(layer);
  if (width) layer.style.width = `${width}px`;
  place(layer, anchor.getBoundingClientRect());
  open = { layer, anchor, onClose };
  anchor.setAttribute("aria-expanded", "true");
  layer.querySelector("[autofocus], input, button, [tabindex]")?.focus({ preventScroll: true });
}

/** Take the floating thing away, and give the focus back to what opened it. */
export function closePopover() {
  if (!open) return;
  const { layer, anchor, onClose } = open;
  open = null;
  const focused = layer.contains(document.activeElement);
  layer.remove();
  anchor.removeAttribute("aria-expanded");
  if (focused) anchor.focus({ preventScroll: true });
  onClose?.();
}

/** Whether this element has its floating thing open. */
export function hasPopover(anchor) {
  return open?.anchor === anchor;
}

function place(layer, anchor) {
  const { width, height } = layer.getBoundingClientRect();
  const below = anchor.bottom + MARGIN + height <= window.innerHeight;
  const top = below ? anchor.bottom + 4 : Math.max(MARGIN, anchor.top - height - 4);
  const left = Math.min(Math.max(MARGIN, anchor.left), window.innerWidth - width - MARGIN);
  layer.style.top = `${top}px`;
  layer.style.left = `${Math.max(MARGIN, left)}px`;
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.layer.contains(event.target) && !open.anchor.contains(event.target)) closePopover();
});
document.addEventListener(
  "keydown",
  (event) => {
    if (!open || event.key !== "Escape") return;
    event.stopPropagation();
    closePopover();
  },
  true,
);
window.addEventListener("resize", closePopover);

/** Let the arrow keys move the focus between the buttons of a list. */
export function arrowKeys(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [...list.querySelectorAll("button:not(:disabled), input")];
    const at = stops.indexOf(document.activeElement);
    stops[(at + step + stops.length) % stops.length]?.focus();
  });
  return list;
}
