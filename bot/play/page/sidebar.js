/** The list of channels that someone can see. */

import { button, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";

export class Sidebar {
  /** @param {(channelId: string) => void} open */
  constructor(open) {
    this.open = open;
    this.title = h("h2", { class: "server-name" });
    this.groups = h("div", { class: "groups" });
    this.element = h(
      "nav",
      { class: "sidebar", "aria-label": "Kanaler", testid: "channel-list" },
      this.title,
      this.groups,
    );
  }

  /** Show a view's channels, with the opened one marked. */
  update(view, openedId) {
    this.title.textContent = view.server;
    const groups = [...view.tree, { id: "direct", name: "Direkte beskeder", channels: view.direct }];
    reconcile(
      this.groups,
      groups.map((group) => ({ ...group, openedId })),
      (group) => group.id ?? "none",
      (group) => this.#group(group),
    );
  }

  #group(group) {
    return h(
      "section",
      { class: "group" },
      group.name ? h("h3", {}, group.name) : null,
      h(
        "ul",
        {},
        group.channels.map((channel) => this.#channel(channel, group.openedId)),
      ),
    );
  }

  #channel(channel, openedId) {
    const threads = channel.threads.map((thread) => h("li", {}, this.#entry(thread, openedId)));
    return h(
      "li",
      {},
      this.#entry(channel, openedId),
      threads.length ? h("ul", { class: "threads" }, threads) : null,
    );
  }

  #entry(channel, openedId) {
    const opened = channel.id === openedId;
    const classes = ["channel", opened ? "opened" : "", channel.unread && !opened ? "unread" : ""];
    return button(
      {
        class: classes.filter(Boolean).join(" "),
        testid: "channel",
        data: { name: channel.name, id: channel.id, kind: channel.kind, unread: String(channel.unread) },
        "aria-current": opened ? "page" : null,
        title: channel.name,
      },
      () => this.open(channel.id),
      icon(channel.private ? "lock" : channel.kind),
      h("span", { class: "channel-name" }, channel.name),
      channel.locked ? h("span", { class: "mark", title: "Låst" }, icon("lock")) : null,
      channel.archived ? h("span", { class: "mark", title: "Arkiveret" }, icon("archive")) : null,
      channel.pings
        ? h("span", { class: "badge", "aria-label": `${channel.pings} til dig` }, channel.pings)
        : null,
      channel.unread && !opened ? h("span", { class: "sr" }, "ulæst") : null,
    );
  }
}
