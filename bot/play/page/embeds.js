/** Embeds, attachments and pictures. */

import { h } from "./dom.js";
import { size } from "./format.js";
import { icon } from "./icons.js";
import { link, markdown } from "./markdown.js";

/**
 * A picture; one from the net is only named, because the rehearsal never leaves this machine.
 * @param {{path?: string, host?: string}|null} media
 */
export function picture(media, className, alt) {
  if (!media) return null;
  if (media.path) return h("img", { class: className, src: media.path, alt: alt ?? "" });
  return h("span", { class: `${className} far-picture` }, `Billede fra ${media.host}`);
}

/** An embed. */
export function embed(data, names) {
  const element = h(
    "article",
    { class: "embed", testid: "embed" },
    h(
      "div",
      { class: "embed-body" },
      author(data.author),
      data.title
        ? h(
            "div",
            { class: "embed-title" },
            data.url ? link(data.url, markdown(data.title, names)) : markdown(data.title, names),
          )
        : null,
      data.description ? h("div", { class: "md embed-text" }, markdown(data.description, names)) : null,
      data.fields?.length
        ? h(
            "div",
            { class: "embed-fields" },
            data.fields.map((field) => embedField(field, names)),
          )
        : null,
      picture(data.image, "embed-image"),
      footer(data),
    ),
    picture(data.thumbnail, "embed-thumbnail"),
  );
  if (typeof data.color === "number") {
    element.style.setProperty("--tone", `#${data.color.toString(16).padStart(6, "0")}`);
  }
  return element;
}

function author(data) {
  if (!data?.name) return null;
  const name = data.url ? link(data.url, [data.name]) : data.name;
  return h("div", { class: "embed-author" }, picture(data.icon, "embed-icon"), name);
}

function embedField(field, names) {
  return h(
    "div",
    { class: field.inline ? "embed-field inline" : "embed-field" },
    h("div", { class: "embed-field-name" }, markdown(field.name, names)),
    h("div", { class: "md" }, markdown(field.value, names)),
  );
}

function footer(data) {
  const parts = [data.footer?.text, data.timestamp ? new Date(data.timestamp).toLocaleString("da-DK") : null];
  const text = parts.filter(Boolean).join(" · ");
  return text ? h("div", { class: "embed-footer" }, picture(data.footer?.icon, "embed-icon"), text) : null;
}

/** A file that was sent along. */
export function attachment(file) {
  if (file.image && file.path) {
    return h("img", {
      class: "attached-image",
      testid: "image",
      src: file.path,
      alt: file.description ?? file.name,
    });
  }
  return fileCard(file.name, file.path, size(file.size));
}

/** A file to download. */
export function fileCard(name, path, note) {
  const label = path ? h("a", { href: path, download: name }, name) : h("span", {}, name);
  return h(
    "div",
    { class: "file-card" },
    icon("file"),
    h("div", {}, label, h("div", { class: "muted" }, note)),
  );
}
