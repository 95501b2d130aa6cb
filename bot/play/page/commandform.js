/** A chosen slash command with its options, above the composer. */

import { upload } from "./api.js";
import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { arrowKeys } from "./popover.js";
import { allowsChannel } from "./select.js";

const STRING = 3;
const INTEGER = 4;
const BOOLEAN = 5;
const USER = 6;
const CHANNEL = 7;
const ROLE = 8;
const MENTIONABLE = 9;
const NUMBER = 10;
const ATTACHMENT = 11;
const TYPING_PAUSE_MS = 150;

/**
 * Build it.
 * @param {Object} command
 * @param {{names: () => import("./names.js").Names,
 *     complete: (option: string, value: string, filled: Object) => Promise<Object[]>,
 *     run: (options: Object) => Promise<void>, cancel: () => void}} context
 * @returns {{element: HTMLElement, focus: () => void}}
 */
export function commandForm(command, context) {
  const fields = command.options.map((option) => ({ option, ...control(option, context, filled) }));
  const run = h("button", { type: "submit", class: "primary", testid: "command-run" }, "Send");

  function filled() {
    return Object.fromEntries(
      fields.map(({ option, value }) => [option.name, value()]).filter(([, value]) => value !== ""),
    );
  }

  const form = h(
    "form",
    { class: "command-form", testid: "command-form", novalidate: true },
    h(
      "header",
      {},
      h("strong", {}, `/${command.label}`),
      h("span", { class: "muted" }, command.description),
      button({ class: "bare", "aria-label": "Fortryd" }, context.cancel, icon("close")),
    ),
    fields.map(({ option, element }) => labelled(option, element)),
    h("footer", {}, run),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = fields.filter(({ option, value }) => option.required && value() === "");
    fields.forEach((field) => field.element.classList.toggle("invalid", missing.includes(field)));
    if (missing.length) {
      missing[0].focus();
      return;
    }
    run.disabled = true;
    await context.run(filled());
  });
  form.addEventListener("keydown", (event) => event.key === "Escape" && context.cancel());
  return { element: form, focus: () => (fields[0] ? fields[0].focus() : run.focus()) };
}

function labelled(option, element) {
  return h(
    "label",
    { class: "command-option-field", testid: "command-field", data: { name: option.name } },
    h(
      "span",
      { class: "option-name" },
      option.label,
      option.required ? h("span", { class: "required" }, " *") : null,
    ),
    element,
    h("span", { class: "muted" }, option.description),
  );
}

function control(option, context, filled) {
  if (option.autocomplete) return completing(option, context, filled);
  if (option.choices.length) {
    return picker(
      option,
      option.choices.map((choice, index) => [String(index), choice.label]),
      (index) => option.choices[index].value,
    );
  }
  switch (option.type) {
    case BOOLEAN:
      return picker(
        option,
        [
          ["true", "Ja"],
          ["false", "Nej"],
        ],
        (value) => value === "true",
      );
    case USER:
    case ROLE:
    case MENTIONABLE:
    case CHANNEL:
      return picker(option, entities(option, context.names()), (value) => value);
    case ATTACHMENT:
      return file(option);
    default:
      return typed(option);
  }
}

function entities(option, names) {
  const users = names.members.map((user) => [user.id, user.name]);
  const roles = names.roles.map((role) => [role.id, `@${role.name}`]);
  const channels = names.channels
    .filter((channel) => allowsChannel(option.channel_types, channel))
    .map((channel) => [channel.id, `#${channel.name}`]);
  return { [USER]: users, [ROLE]: roles, [MENTIONABLE]: [...users, ...roles], [CHANNEL]: channels }[
    option.type
  ];
}

function picker(option, choices, value) {
  const element = h(
    "select",
    { required: option.required },
    h("option", { value: "" }, "–"),
    choices.map(([key, label]) => h("option", { value: key }, label)),
  );
  return {
    element,
    focus: () => element.focus(),
    value: () => (element.value === "" ? "" : value(element.value)),
  };
}

function typed(option) {
  const numeric = option.type === INTEGER || option.type === NUMBER;
  const element = h("input", {
    type: numeric ? "number" : "text",
    step: option.type === NUMBER ? "any" : null,
    min: option.min_value,
    max: option.max_value,
    maxlength: option.type === STRING ? (option.max_length ?? 1000) : null,
    autocomplete: "off",
  });
  return { element, focus: () => element.focus(), value: () => element.value.trim() };
}

function file() {
  const element = h("input", { type: "file" });
  let chosen = "";
  element.addEventListener("change", async () => {
    chosen = element.files[0] ? await upload(element.files[0]) : "";
  });
  return { element, focus: () => element.focus(), value: () => chosen };
}

/** A field whose suggestions come from the bot; what is typed counts when none is taken. */
function completing(option, context, filled) {
  const input = h("input", { type: "text", autocomplete: "off", role: "combobox", "aria-expanded": "false" });
  const list = arrowKeys(h("div", { class: "suggestions", role: "listbox", testid: "suggestions" }));
  const element = arrowKeys(h("span", { class: "completing" }, input, list));
  let taken = null;
  let asked = 0;
  let waiting = 0;

  async function ask() {
    asked += 1;
    const mine = asked;
    const choices = await context.complete(option.name, input.value, filled());
    if (mine !== asked || !element.contains(document.activeElement)) return;
    show(choices);
  }

  function show(choices) {
    list.replaceChildren(
      ...choices.map((choice) =>
        button(
          { class: "option", role: "option", testid: "suggestion", data: { value: choice.value } },
          () => take(choice),
          choice.name,
        ),
      ),
    );
    input.setAttribute("aria-expanded", String(choices.length > 0));
  }

  function take(choice) {
    taken = choice;
    input.value = choice.name;
    show([]);
    input.focus({ preventScroll: true });
    clearTimeout(waiting);
  }

  input.addEventListener("input", () => {
    taken = null;
    clearTimeout(waiting);
    waiting = setTimeout(ask, TYPING_PAUSE_MS);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !list.firstElementChild) return;
    event.preventDefault();
    list.firstElementChild.click();
  });
  input.addEventListener("focus", () => taken === null && ask());
  element.addEventListener("focusout", (event) => !element.contains(event.relatedTarget) && show([]));
  return { element, focus: () => input.focus(), value: () => (taken ? taken.value : input.value.trim()) };
}
