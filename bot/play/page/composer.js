/** Where one writes, and where "/" opens the list of commands. */

import { commandForm } from "./commandform.js";
import { button, h, redraw } from "./dom.js";
import { icon } from "./icons.js";
import { userName } from "./people.js";

const PLACEHOLDERS = { thread: "Skriv i tråden", dm: "Skriv til botten" };

export class Composer {
  /**
   * @param {{names: () => import("./names.js").Names,
   *     act: (action: Object, quiet?: boolean) => Promise<Object>}} context
   */
  constructor(context) {
    this.context = context;
    this.drafts = new Map();
    this.key = null;
    this.commands = [];
    this.replyTarget = null;
    this.notice = h("p", { class: "notice", testid: "notice" });
    this.picker = h("div", {
      class: "picker",
      role: "listbox",
      "aria-label": "Kommandoer",
      testid: "command-picker",
      hidden: true,
    });
    this.commandSlot = h("div", { class: "command-slot" });
    this.reply = h("div", { class: "reply-bar", testid: "reply-bar", hidden: true });
    this.input = h("textarea", {
      rows: 1,
      maxlength: 2000,
      testid: "composer",
      autocomplete: "off",
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event) },
    });
    this.slash = button(
      { class: "bare", "aria-label": "Vis kommandoer", title: "Kommandoer", testid: "open-commands" },
      () => this.#toggleCommands(),
      icon("slash"),
    );
    this.send = button(
      { class: "bare", "aria-label": "Send", title: "Send", testid: "send" },
      () => this.#send(),
      icon("send"),
    );
    this.box = h("div", { class: "compose-box" }, this.slash, this.input, this.send);
    this.element = h(
      "div",
      { class: "composer" },
      this.picker,
      this.notice,
      this.commandSlot,
      this.reply,
      this.box,
    );
  }

  /** Follow the view; what is typed stays, and each person's channel has a text of its own. */
  update(view) {
    const { opened } = view;
    const key = `${view.me.id}-${opened.id}`;
    this.commands = view.commands;
    this.channel = opened.id;
    if (key !== this.key) this.#switch(key);
    this.box.hidden = !opened.writable && !this.commands.length;
    this.input.placeholder = opened.writable
      ? (PLACEHOLDERS[opened.kind] ?? `Skriv i #${opened.name}`)
      : "Skriv / for at bruge en kommando";
    this.input.setAttribute("aria-label", this.input.placeholder);
    this.writable = opened.writable;
    this.notice.textContent = opened.notice ?? "";
    this.notice.hidden = !opened.notice;
    if (!this.picker.hidden) this.#showPicker();
  }

  /** Answer a message. */
  replyTo(message) {
    this.replyTarget = message.id;
    this.reply.replaceChildren(
      h("span", {}, "Svarer ", userName(message.author)),
      button({ class: "bare", "aria-label": "Fortryd svar" }, () => this.#noReply(), icon("close")),
    );
    this.reply.hidden = false;
    this.input.focus();
  }

  #switch(key) {
    this.drafts.set(this.key, this.input.value);
    this.key = key;
    this.input.value = this.drafts.get(key) ?? "";
    this.#noReply();
    this.#leaveCommand();
    this.#hidePicker();
    this.#grow();
  }

  #noReply() {
    this.replyTarget = null;
    this.reply.hidden = true;
  }

  #typed() {
    this.#grow();
    if (this.input.value.startsWith("/")) this.#showPicker();
    else this.#hidePicker();
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 200)}px`;
  }

  #matching() {
    const typed = this.input.value.replace(/^\//, "").trimEnd().toLowerCase();
    return this.commands.filter(
      (command) => command.label.toLowerCase().includes(typed) || command.name.toLowerCase().includes(typed),
    );
  }

  #toggleCommands() {
    if (!this.picker.hidden) {
      this.#hidePicker();
      return;
    }
    if (!this.input.value.startsWith("/")) this.input.value = "/";
    this.input.focus();
    this.#showPicker();
  }

  #showPicker() {
    const commands = this.#matching();
    this.picker.hidden = false;
    redraw(this.picker, JSON.stringify(commands), () => {
      this.marked = 0;
      if (!commands.length) return h("p", { class: "empty" }, "Ingen kommandoer her.");
      return commands.map((command) => this.#pickerEntry(command));
    });
    this.#mark(this.marked ?? 0);
  }

  #pickerEntry(command) {
    const options = command.options.map((option) => h("span", { class: "option-chip" }, option.label));
    return button(
      { class: "command", role: "option", testid: "command-option", data: { name: command.name } },
      () => this.#choose(command),
      h("span", { class: "command-name" }, `/${command.label} `, options),
      h("span", { class: "muted" }, command.description),
    );
  }

  #mark(index) {
    const entries = [...this.picker.querySelectorAll(".command")];
    if (!entries.length) return;
    this.marked = (index + entries.length) % entries.length;
    entries.forEach((entry, at) => entry.setAttribute("aria-selected", String(at === this.marked)));
    entries[this.marked].scrollIntoView({ block: "nearest" });
  }

  #hidePicker() {
    this.picker.hidden = true;
  }

  #key(event) {
    const picking = !this.picker.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (picking && step) {
      event.preventDefault();
      this.#mark(this.marked + step);
    } else if (picking && event.key === "Escape") {
      this.#hidePicker();
    } else if (picking && (event.key === "Tab" || event.key === "Enter") && this.#matching().length) {
      event.preventDefault();
      this.#choose(this.#matching()[this.marked] ?? this.#matching()[0]);
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape") this.#noReply();
  }

  #choose(command) {
    this.#hidePicker();
    this.input.value = "";
    this.#grow();
    const channel = this.channel;
    const form = commandForm(command, {
      names: this.context.names,
      complete: async (option, value, options) => {
        const question = { type: "autocomplete", channel, name: command.name, option, value, options };
        return (await this.context.act(question, true)).choices ?? [];
      },
      run: async (options) => {
        this.#leaveCommand();
        this.input.focus();
        await this.context.act({ type: "slash", channel, name: command.name, options });
      },
      cancel: () => {
        this.#leaveCommand();
        this.input.focus();
      },
    });
    this.commandSlot.replaceChildren(form.element);
    this.box.classList.add("covered");
    form.focus();
  }

  #leaveCommand() {
    this.commandSlot.replaceChildren();
    this.box.classList.remove("covered");
  }

  async #send() {
    const text = this.input.value;
    if (!text.trim() || !this.writable) return;
    const action = { type: "send", channel: this.channel, text, reply_to: this.replyTarget };
    this.input.value = "";
    this.#grow();
    const answer = await this.context.act(action);
    if (answer.ok) this.#noReply();
    else if (!this.input.value) this.input.value = text;
  }
}
