/** Reactions, and the small palette to choose a new one from. */

import { button, h } from "./dom.js";
import { icon } from "./icons.js";
import { closePopover, openPopover } from "./popover.js";

const PALETTE = [
  "🤝",
  "👍",
  "❤️",
  "😂",
  "😮",
  "😢",
  "🙏",
  "💪",
  "🔥",
  "👏",
  "🎉",
  "👀",
  "✅",
  "❌",
  "❓",
  "⭐",
];

/** The first few, for the bar that appears over a message. */
export const QUICK = PALETTE.slice(0, 3);

/**
 * The row of reactions under a message.
 * @param {Object[]} reactions
 * @param {(emoji: string, on: boolean) => void} react
 * @param {boolean} open whether new ones may be added
 */
export function reactionRow(reactions, react, open) {
  if (!reactions.length) return null;
  return h(
    "div",
    { class: "reactions" },
    reactions.map((reaction) => pill(reaction, react)),
    open ? addButton("reaction add", (emoji) => react(emoji, true)) : null,
  );
}

function pill(reaction, react) {
  const who = reaction.users.join(", ");
  return button(
    {
      class: reaction.me ? "reaction mine" : "reaction",
      testid: "reaction",
      data: { emoji: reaction.emoji },
      title: `${who} reagerede med ${shown(reaction.emoji)}`,
      "aria-pressed": String(reaction.me),
    },
    () => react(reaction.emoji, !reaction.me),
    h("span", { class: "emoji" }, shown(reaction.emoji)),
    h("span", { class: "count" }, reaction.count),
  );
}

/** An emoji as text; the server's own have no picture here. */
export function shown(emoji) {
  return emoji.includes(":") ? `:${emoji.split(":", 1)[0]}:` : emoji;
}

/** A button that opens the palette. */
export function addButton(className, pick) {
  const opener = button(
    { class: className, "aria-label": "Tilføj reaktion", title: "Tilføj reaktion", testid: "react-add" },
    () => openPopover(opener, palette(pick), { label: "Vælg reaktion" }),
    icon("smile"),
  );
  return opener;
}

function palette(pick) {
  const choose = (emoji) => {
    closePopover();
    pick(emoji);
  };
  return h(
    "div",
    { class: "palette" },
    PALETTE.map((emoji) =>
      button(
        { class: "emoji", testid: "emoji", data: { emoji }, "aria-label": emoji },
        () => choose(emoji),
        emoji,
      ),
    ),
  );
}
