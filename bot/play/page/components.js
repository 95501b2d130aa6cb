/** What a message carries besides text: buttons, selects, and the layouts of Components V2. */

import { button, h } from "./dom.js";
import { fileCard, picture } from "./embeds.js";
import { icon } from "./icons.js";
import { link, markdown } from "./markdown.js";
import { emojiText, isSelect, selectMenu } from "./select.js";

const LINK = 5;
const BUTTON_LOOKS = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary" };

/**
 * The components of a message.
 * @param {Object[]} components
 * @param {Object} context `names()`, `click(customId)` and `select(customId, values)`
 */
export function components(list, context) {
  return list.map((component) => one(component, context));
}

const MAKERS = {
  1: row,
  2: pressable,
  9: section,
  10: text,
  11: (component) => picture(component.media, "thumbnail", component.description),
  12: gallery,
  13: (component) => fileCard(component.name ?? "fil", component.file?.path, "Fil"),
  14: separator,
  17: container,
};

function one(component, context) {
  if (isSelect(component)) {
    return selectMenu(component, context.names, (values) => context.select(component.custom_id, values));
  }
  return MAKERS[component.type]?.(component, context) ?? null;
}

function row(component, context) {
  return h("div", { class: "component-row" }, components(component.components, context));
}

function pressable(component, context) {
  const label = [emojiText(component.emoji), component.label];
  if (component.style === LINK) {
    const element = link(component.url, [...label.filter(Boolean), icon("away")]);
    element.classList.add("button", "secondary");
    return element;
  }
  const element = button(
    {
      class: BUTTON_LOOKS[component.style] ?? "secondary",
      testid: "button",
      data: { customId: component.custom_id ?? "" },
      disabled: component.disabled,
    },
    async () => {
      element.classList.add("busy");
      await context.click(component.custom_id);
      element.classList.remove("busy");
    },
    label,
  );
  return element;
}

function section(component, context) {
  return h(
    "div",
    { class: "section" },
    h("div", { class: "section-text" }, components(component.components, context)),
    one(component.accessory, context),
  );
}

function text(component, context) {
  return h("div", { class: "md" }, markdown(component.content, context.names()));
}

function gallery(component) {
  const items = component.items.map((item) => picture(item.media, "gallery-item", item.description));
  return h("div", { class: `gallery of-${Math.min(items.length, 4)}` }, items);
}

function separator(component) {
  const classes = [
    "separator",
    component.spacing === 2 ? "large" : "",
    component.divider === false ? "bare" : "",
  ];
  return h("div", { class: classes.join(" ").trim(), role: "separator" });
}

function container(component, context) {
  const element = h(
    "div",
    { class: "container", testid: "container" },
    components(component.components, context),
  );
  if (typeof component.accent_color === "number") {
    element.style.setProperty("--tone", `#${component.accent_color.toString(16).padStart(6, "0")}`);
  }
  return element;
}
