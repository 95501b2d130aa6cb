/** Discord's select menus, in messages and in forms. */

import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { arrowKeys, closePopover, hasPopover, openPopover } from "./popover.js";

const STRING = 3;
const USER = 5;
const ROLE = 6;
const MENTIONABLE = 7;
const CHANNEL = 8;
const CHANNEL_KINDS = { text: 0, dm: 1, voice: 2, news: 5, thread: 11, forum: 15 };
const MANY = 8;

/** Whether a component is a select of any kind. */
export function isSelect(component) {
  return component.type === STRING || (component.type >= USER && component.type <= CHANNEL);
}

/** An emoji of a button or an option. */
export function emojiText(emoji) {
  if (!emoji?.name) return null;
  return h("span", { class: "emoji" }, emoji.id ? `:${emoji.name}:` : emoji.name);
}

/**
 * What can be chosen.
 * @param {Object} component
 * @param {import("./names.js").Names} names
 */
function optionsOf(component, names) {
  const users = () => names.members.map((user) => ({ value: user.id, label: user.name, user }));
  const roles = () =>
    names.roles.map((role) => ({ value: role.id, label: `@${role.name}`, tone: role.color }));
  switch (component.type) {
    case USER:
      return users();
    case ROLE:
      return roles();
    case MENTIONABLE:
      return [...users(), ...roles()];
    case CHANNEL:
      return names.channels
        .filter((channel) => allowsChannel(component.channel_types, channel))
        .map((channel) => ({ value: channel.id, label: channel.name, kind: channel.kind }));
    default:
      return component.options;
  }
}

/** Whether a channel is of one of the wanted types; no types wanted means all. */
export function allowsChannel(types, channel) {
  return !types?.length || types.includes(CHANNEL_KINDS[channel.kind]);
}

function preselected(component) {
  if (component.type === STRING) {
    return component.options.filter((option) => option.default).map((option) => option.value);
  }
  return (component.default_values ?? []).map((value) => String(value.id));
}

/**
 * A select menu.
 * @param {Object} component
 * @param {() => import("./names.js").Names} names
 * @param {(values: string[]) => void} choose called with what was chosen
 * @returns {HTMLElement} the button that opens the menu
 */
export function selectMenu(component, names, choose) {
  let values = preselected(component);
  const shown = h("span", { class: "select-shown" });
  const opener = button(
    {
      class: "select",
      testid: "select",
      data: { customId: component.custom_id },
      disabled: component.disabled,
      "aria-haspopup": "listbox",
    },
    () => (hasPopover(opener) ? closePopover() : openMenu()),
    shown,
    icon("down"),
  );

  function show() {
    const chosen = optionsOf(component, names()).filter((option) => values.includes(option.value));
    shown.replaceChildren(...(chosen.length ? chosen.map(summary) : [placeholder()]));
  }

  function placeholder() {
    return h("span", { class: "muted" }, component.placeholder || "Vælg");
  }

  function take(chosen) {
    values = chosen;
    show();
    choose(values);
  }

  function openMenu() {
    const content = menu(component, optionsOf(component, names()), values, take);
    openPopover(opener, content, {
      label: component.placeholder || "Vælg",
      width: Math.max(220, opener.getBoundingClientRect().width),
    });
  }

  show();
  return opener;
}

function summary(option) {
  return h("span", { class: "select-value" }, emojiText(option.emoji), option.label);
}

function menu(component, options, values, take) {
  const most = component.max_values ?? 1;
  const least = component.min_values ?? 1;
  const several = most > 1;
  const picked = new Set(values);
  const confirm = button({ class: "primary", testid: "select-confirm" }, finish, "Vælg");
  const list = h("div", { class: "options", role: "listbox", "aria-multiselectable": several });
  const search = h("input", {
    type: "search",
    class: "option-search",
    placeholder: "Søg",
    "aria-label": "Søg",
    on: { input: fill },
  });

  function finish() {
    closePopover();
    take([...picked]);
  }

  function toggle(value) {
    if (!several) {
      picked.clear();
      picked.add(value);
      finish();
      return;
    }
    if (picked.has(value)) picked.delete(value);
    else if (picked.size < most) picked.add(value);
    fill();
  }

  function fill() {
    const wanted = search.value.trim().toLowerCase();
    const focused = document.activeElement?.dataset.value;
    list.replaceChildren(
      ...options
        .filter((option) => option.label.toLowerCase().includes(wanted))
        .map((option) => optionButton(option, picked.has(option.value), several, () => toggle(option.value))),
    );
    confirm.disabled = picked.size < least;
    if (focused) list.querySelector(`[data-value="${CSS.escape(focused)}"]`)?.focus();
  }

  fill();
  const foot =
    several || least === 0 ? h("div", { class: "options-foot" }, hint(least, most), confirm) : null;
  return arrowKeys(h("div", { class: "menu" }, options.length > MANY ? search : null, list, foot));
}

function hint(least, most) {
  return h("span", { class: "muted" }, least === most ? `Vælg ${most}` : `Vælg ${least} til ${most}`);
}

function optionButton(option, picked, several, pick) {
  return button(
    {
      class: "option",
      role: "option",
      testid: "select-option",
      data: { value: option.value },
      "aria-selected": String(picked),
    },
    pick,
    option.user ? avatar(option.user, "small") : emojiText(option.emoji),
    option.kind ? icon(option.kind) : null,
    h(
      "span",
      { class: "option-text" },
      h("span", {}, option.label),
      option.description ? h("span", { class: "muted" }, option.description) : null,
    ),
    several || picked
      ? h("span", { class: "tick", "aria-hidden": "true" }, picked ? icon("check") : null)
      : null,
  );
}
