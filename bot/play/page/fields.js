/** The fields of the bot's forms. Each is `{element, name, value(), problem()}`. */

import { upload } from "./api.js";
import { h } from "./dom.js";
import { markdown } from "./markdown.js";
import { isSelect, selectMenu } from "./select.js";

const ROW = 1;
const TEXT = 4;
const TEXT_DISPLAY = 10;
const LABEL = 18;
const FILE = 19;
const RADIO = 21;
const BOXES = 22;
const BOX = 23;
const PARAGRAPH = 2;

let numbers = 0;

/**
 * The parts of a form, in order: fields and texts between them.
 * @param {Object[]} list the modal's components
 * @param {() => import("./names.js").Names} names
 */
export function formParts(list, names) {
  return list.flatMap((component) => {
    if (component.type === TEXT_DISPLAY) {
      return [{ element: h("div", { class: "md" }, markdown(component.content, names())) }];
    }
    if (component.type === ROW) return formParts(component.components, names);
    if (component.type === LABEL) {
      return [field(component.component, component.label, component.description, names)];
    }
    return [field(component, component.label, null, names)];
  });
}

function field(component, label, description, names) {
  const control = make(component, names);
  const required = isRequired(component);
  numbers += 1;
  const id = `field-${numbers}`;
  const problem = h("span", { class: "field-problem" });
  const target = control.focusable ?? control.element;
  target.id = id;
  const group = control.group ? "fieldset" : "div";
  const caption = [
    label,
    required ? h("span", { class: "required", title: "Skal udfyldes" }, " *") : null,
    problem,
  ];
  const element = h(
    group,
    { class: "field", testid: "field", data: { customId: component.custom_id } },
    control.group ? h("legend", {}, caption) : h("label", { for: id }, caption),
    description ? h("p", { class: "field-note" }, description) : null,
    control.element,
  );
  return {
    element,
    name: component.custom_id,
    value: control.value,
    problem: () => {
      const text = control.problem?.() ?? (required && isEmpty(control.value()) ? "skal udfyldes" : "");
      problem.textContent = text ? ` – ${text}` : "";
      element.classList.toggle("invalid", Boolean(text));
      return text;
    },
  };
}

function isRequired(component) {
  if (component.type === BOX) return false;
  return component.required ?? (component.type === TEXT || isSelect(component));
}

function isEmpty(value) {
  return value === null || value === undefined || value.length === 0;
}

function make(component, names) {
  if (isSelect(component)) return select(component, names);
  switch (component.type) {
    case TEXT:
      return text(component);
    case RADIO:
      return ticks(component, "radio");
    case BOXES:
      return ticks(component, "checkbox");
    case BOX:
      return box(component);
    case FILE:
      return files(component);
    default:
      return { element: h("p", { class: "muted" }, "Feltet kan ikke vises her."), value: () => undefined };
  }
}

function text(component) {
  const input = h(component.style === PARAGRAPH ? "textarea" : "input", {
    value: component.value ?? "",
    placeholder: component.placeholder,
    maxlength: component.max_length ?? 4000,
    rows: component.style === PARAGRAPH ? 4 : null,
    autocomplete: "off",
  });
  const counter = h("span", { class: "counter" });
  const count = () => {
    const least = component.min_length;
    const most = component.max_length;
    counter.textContent = most
      ? `${input.value.length}/${most}`
      : least
        ? `${input.value.length} (mindst ${least})`
        : "";
  };
  input.addEventListener("input", count);
  count();
  return {
    element: h("div", { class: "text-field" }, input, counter),
    focusable: input,
    value: () => input.value,
    problem: () =>
      input.value && component.min_length > input.value.length ? `mindst ${component.min_length} tegn` : null,
  };
}

function select(component, names) {
  let values = null;
  const element = selectMenu(component, names, (chosen) => {
    values = chosen;
  });
  const preset = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
  const presetIds = (component.default_values ?? []).map((value) => String(value.id));
  return { element, value: () => values ?? [...preset, ...presetIds] };
}

function ticks(component, type) {
  numbers += 1;
  const inputs = component.options.map((option) =>
    h("input", { type, name: `ticks-${numbers}`, value: option.value, checked: Boolean(option.default) }),
  );
  const element = h(
    "div",
    { class: "ticks" },
    component.options.map((option, index) =>
      h(
        "label",
        { class: "tick-row" },
        inputs[index],
        h("span", {}, option.label, option.description ? h("small", {}, option.description) : null),
      ),
    ),
  );
  const chosen = () => inputs.filter((input) => input.checked).map((input) => input.value);
  const most = component.max_values ?? component.options.length;
  return {
    element,
    group: true,
    value: () => (type === "radio" ? (chosen()[0] ?? null) : chosen()),
    problem: () => (type === "checkbox" && chosen().length > most ? `højst ${most}` : null),
  };
}

function box(component) {
  const input = h("input", { type: "checkbox", checked: Boolean(component.default) });
  return { element: h("div", { class: "ticks" }, input), focusable: input, value: () => input.checked };
}

function files(component) {
  const input = h("input", { type: "file", multiple: (component.max_values ?? 1) > 1 });
  let uploads = [];
  input.addEventListener("change", async () => {
    uploads = await Promise.all([...input.files].map(upload));
  });
  return { element: input, focusable: input, value: () => uploads };
}
