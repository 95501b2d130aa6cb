/** The messages of a channel. */

import { components } from "./components.js";
import { button, h, reconcile } from "./dom.js";
import { attachment, embed } from "./embeds.js";
import { clock, moment } from "./format.js";
import { icon } from "./icons.js";
import { markdown, withoutMarkup } from "./markdown.js";
import { arrowKeys, closePopover, openPopover } from "./popover.js";
import { avatar, userName } from "./people.js";
import { addButton, QUICK, reactionRow } from "./reactions.js";

const TOGETHER_MS = 7 * 60 * 1000;
const NEAR_BOTTOM = 80;

export class Messages {
  /**
   * @param {Object} context what a message can do: `names()`, `commands()`, `act(action)`, `open(channel)`,
   *     `replyTo(message)`, `edit(message)`
   */
  constructor(context) {
    this.context = context;
    this.list = h("div", { class: "message-list" });
    this.head = h("div", { class: "message-head" });
    this.element = h(
      "div",
      { class: "messages", role: "log", "aria-label": "Beskeder", testid: "messages", tabindex: "0" },
      this.head,
      this.list,
    );
    this.channel = null;
    this.element.addEventListener("load", () => this.stuck && this.#toBottom(), true);
    this.element.addEventListener("scroll", () => this.#noteScroll());
    this.stuck = true;
    new ResizeObserver(() => this.stuck && this.#toBottom()).observe(this.element);
  }

  /** Show a view's messages. */
  update(view) {
    const fresh = this.channel !== view.opened.id;
    this.channel = view.opened.id;
    const items = view.messages.map((message, index) => ({
      message,
      compact: followsUp(view.messages[index - 1], message),
      reactable: view.opened.reactable,
      writable: view.opened.writable,
      guild: view.opened.kind !== "dm",
    }));
    reconcile(
      this.list,
      items,
      (item) => `${this.channel}-${item.message.id}`,
      (item) => this.#message(item),
    );
    if (fresh || this.stuck) this.#toBottom();
  }

  #noteScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
  }

  #toBottom() {
    this.element.scrollTop = this.element.scrollHeight;
    this.stuck = true;
  }

  #message(item) {
    const { message } = item;
    if (message.system !== null) return this.#system(message);
    const classes = ["message", item.compact ? "compact" : "", message.ephemeral ? "ephemeral" : ""];
    if (message.pings) classes.push("pings");
    return h(
      "article",
      {
        class: classes.filter(Boolean).join(" "),
        testid: "message",
        data: { id: message.id, author: message.author.name, ephemeral: String(message.ephemeral) },
      },
      message.invoked ? invocation(message.invoked) : null,
      message.reply ? reply(message.reply) : null,
      item.compact ? shortTime(message) : avatar(message.author),
      h(
        "div",
        { class: "message-body" },
        item.compact ? null : byline(message),
        message.loading ? thinking(message) : this.#content(message, item),
        message.ephemeral ? this.#ephemeralNote(message) : null,
      ),
      message.loading ? null : this.#toolbar(item),
    );
  }

  #system(message) {
    return h(
      "article",
      { class: "message system", testid: "message", data: { id: message.id } },
      icon("thread"),
      h(
        "div",
        { class: "message-body" },
        h("p", {}, userName(message.author), " ", message.system, " ", timeOf(message)),
        message.thread ? this.#threadCard(message.thread) : null,
      ),
    );
  }

  #content(message, item) {
    const names = this.context.names();
    const edited = message.edited ? h("small", { class: "edited" }, "(redigeret)") : null;
    const context = {
      names: this.context.names,
      click: (customId) => this.#on(message, { type: "click", custom_id: customId }),
      select: (customId, values) => this.#on(message, { type: "select", custom_id: customId, values }),
    };
    return [
      message.content
        ? h("div", { class: "md content", testid: "content" }, markdown(message.content, names), " ", edited)
        : null,
      message.embeds.map((data) => embed(data, names)),
      message.attachments.map(attachment),
      message.components.length
        ? h("div", { class: "components" }, components(message.components, context))
        : null,
      reactionRow(
        message.reactions,
        (emoji, on) => this.#on(message, { type: "react", emoji, on }),
        item.reactable,
      ),
      message.thread ? this.#threadCard(message.thread) : null,
    ];
  }

  #ephemeralNote(message) {
    return h(
      "p",
      { class: "only-you" },
      icon("eye"),
      "Kun du kan se denne · ",
      button({ class: "link", testid: "dismiss" }, () => this.#on(message, { type: "dismiss" }), "Afvis"),
    );
  }

  #threadCard(thread) {
    const count = thread.messages === 1 ? "1 besked" : `${thread.messages} beskeder`;
    return button(
      { class: "thread-card", testid: "thread-card" },
      () => this.context.open(thread.id),
      icon("thread"),
      h("strong", {}, thread.name),
      h("span", { class: "link" }, `${count} ›`),
    );
  }

  #toolbar(item) {
    const { message } = item;
    const react = (emoji) => this.#on(message, { type: "react", emoji, on: true });
    const canReact = item.reactable && !message.ephemeral;
    const canReply = item.writable && item.guild && !message.ephemeral;
    const menu = this.#menuItems(message);
    return h(
      "div",
      { class: "toolbar", role: "group", "aria-label": "Handlinger" },
      canReact
        ? QUICK.map((emoji) => button({ class: "emoji", "aria-label": emoji }, () => react(emoji), emoji))
        : null,
      canReact ? addButton("", react) : null,
      canReply
        ? button(
            { "aria-label": "Svar", title: "Svar", testid: "reply" },
            () => this.context.replyTo(message),
            icon("reply"),
          )
        : null,
      menu.length ? menuButton(menu) : null,
    );
  }

  #menuItems(message) {
    const own = message.mine && !message.ephemeral;
    return [
      ...this.context.commands().map((command) => ({
        label: command.label,
        note: "App",
        testid: "message-command",
        name: command.name,
        run: () => this.#on(message, { type: "context", name: command.name }),
      })),
      ...(own ? [{ label: "Rediger", testid: "edit", run: () => this.context.edit(message) }] : []),
      ...(own ? [{ label: "Slet", testid: "delete", run: () => this.#on(message, { type: "delete" }) }] : []),
    ];
  }

  #on(message, action) {
    return this.context.act({ channel: this.channel, message: message.id, ...action });
  }
}

function menuButton(items) {
  const opener = button(
    { "aria-label": "Mere", title: "Mere", "aria-haspopup": "menu", testid: "message-menu" },
    () => openPopover(opener, arrowKeys(menuList(items)), { label: "Mere" }),
    icon("dots"),
  );
  return opener;
}

function menuList(items) {
  return h(
    "div",
    { class: "menu" },
    items.map((item) =>
      button(
        { class: "option", testid: item.testid, data: { name: item.name ?? item.label } },
        () => {
          closePopover();
          item.run();
        },
        h("span", { class: "option-text" }, item.label),
        item.note ? h("span", { class: "muted" }, item.note) : null,
      ),
    ),
  );
}

/** Whether a message continues the one before it, so that Discord leaves out the head. */
function followsUp(before, message) {
  if (!before || before.system !== null || message.invoked || message.reply) return false;
  if (before.author.id !== message.author.id || before.author.name !== message.author.name) return false;
  if (before.ephemeral !== message.ephemeral) return false;
  return new Date(message.time) - new Date(before.time) < TOGETHER_MS;
}

function timeOf(message) {
  const date = new Date(message.time);
  return h("time", { datetime: message.time, title: date.toLocaleString("da-DK") }, moment(date));
}

function shortTime(message) {
  return h("time", { class: "short-time", datetime: message.time }, clock(new Date(message.time)));
}

function byline(message) {
  return h(
    "header",
    { class: "byline" },
    userName(message.author),
    timeOf(message),
    message.pinned ? h("span", { class: "mark", title: "Fastgjort" }, icon("pin")) : null,
  );
}

function invocation(invoked) {
  const what = {
    command: [" brugte ", h("span", { class: "used" }, `${invoked.slash ? "/" : ""}${invoked.command}`)],
    component: [" trykkede på en knap eller menu"],
    form: [" sendte en formular"],
  }[invoked.kind];
  return h(
    "p",
    { class: "context", testid: "invoked" },
    avatar(invoked.user, "tiny"),
    userName(invoked.user),
    what,
  );
}

function reply(data) {
  if (!data.author) return h("p", { class: "context" }, h("em", {}, data.text));
  return h(
    "p",
    { class: "context", testid: "reply-context" },
    avatar(data.author, "tiny"),
    userName(data.author),
    h("span", { class: "excerpt" }, withoutMarkup(data.text)),
  );
}

function thinking(message) {
  return h(
    "p",
    { class: "thinking" },
    h("span", { class: "dots", "aria-hidden": "true" }),
    `${message.author.name} tænker …`,
  );
}
