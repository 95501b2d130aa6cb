/** A form over one of the panes: it takes the focus, keeps Tab inside, and Esc closes it. */

import { button, h } from "./dom.js";
import { icon } from "./icons.js";

let numbers = 0;

/**
 * Make a dialog; the caller puts it into the pane and calls `focus`.
 * @param {{title: string, submit: string, testid: string, note?: string,
 *     onSubmit: () => Promise<string|null>, onClose: () => void}} options
 *     `onSubmit` answers with what was wrong, or null
 * @param {...Node} body
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function dialog({ title, submit, testid, note, onSubmit, onClose }, ...body) {
  numbers += 1;
  const titleId = `dialog-${numbers}`;
  const problem = h("p", { class: "problem", role: "alert", testid: "modal-error" });
  const send = h("button", { type: "submit", class: "primary", testid: "modal-submit" }, submit);
  const form = h(
    "form",
    {
      class: "dialog",
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": titleId,
      testid,
      novalidate: true,
    },
    h(
      "header",
      {},
      h("h2", { id: titleId }, title),
      button({ class: "bare", "aria-label": "Luk", testid: "modal-close" }, onClose, icon("close")),
    ),
    h("div", { class: "dialog-body" }, note ? h("p", { class: "dialog-note" }, note) : null, body),
    problem,
    h("footer", {}, button({ class: "link" }, onClose, "Annuller"), send),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    problem.textContent = (await onSubmit()) ?? "";
    send.disabled = false;
    form.querySelector(".invalid input, .invalid textarea, .invalid button")?.focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
    } else if (event.key === "Tab") keepInside(form, event);
  });
  const element = h("div", { class: "overlay" }, form);
  element.addEventListener("pointerdown", (event) => event.target === element && event.preventDefault());
  const focus = () => form.querySelector(".dialog-body :is(input, textarea, button, select)")?.focus();
  return { element, focus };
}

function keepInside(form, event) {
  const stops = [...form.querySelectorAll("button, input, textarea, select, a[href]")].filter(
    (stop) => !stop.disabled && stop.offsetParent,
  );
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
