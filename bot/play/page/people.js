/** Faces and names. */

import { h } from "./dom.js";

/** The coloured circle that stands for someone; decorative, the name is always beside it. */
export function avatar(user, size = "") {
  const element = h("span", { class: `avatar ${size}`, "aria-hidden": "true" }, user.initial);
  element.style.setProperty("--tone", user.avatar);
  return element;
}

/** Someone's name in the colour of his role, with the mark that bots carry. */
export function userName(user) {
  const name = h("span", { class: "name" }, user.name);
  if (user.color) name.style.color = user.color;
  return user.bot ? [name, h("span", { class: "app-tag" }, "APP")] : name;
}
