/** The forms that cover one half of the page: the bot's, and the page's own for posts and corrections. */

import { dialog } from "./dialog.js";
import { h } from "./dom.js";
import { postForm } from "./forum.js";
import { modalForm } from "./modal.js";

export class Overlay {
  /**
   * @param {{names: () => import("./names.js").Names, act: (action: Object) => Promise<Object>,
   *     refresh: () => Promise<void>, fallback: () => HTMLElement}} context
   *     `fallback` takes the focus when what had it is gone
   */
  constructor(context) {
    this.context = context;
    this.element = h("div", { class: "overlay-slot" });
    this.modals = new Map();
    this.shown = null;
  }

  /** Follow what the hub says: one of the bot's forms is open for this person, or none. */
  follow(view) {
    const wanted = view.modal ? `${view.me.id}-${view.modal.number}` : null;
    if (wanted === this.shown || (!wanted && this.shown === "own")) return;
    if (!wanted) {
      this.#uncover();
      return;
    }
    if (!this.modals.has(wanted)) this.modals.set(wanted, this.#botsForm(wanted, view.modal));
    this.#cover(this.modals.get(wanted), wanted);
  }

  /** Put away the page's own form, because someone else is shown now. */
  drop() {
    if (this.shown === "own") this.#uncover();
  }

  /** Open the form for a new forum post. */
  newPost(channel) {
    const send = (post) => this.#finish({ type: "post", channel: channel.id, ...post });
    this.#cover(
      postForm(channel.forum, send, () => this.#uncover()),
      "own",
    );
  }

  /** Open the form for correcting one's own message. */
  edit(channel, message) {
    const text = h("textarea", {
      id: "edit-text",
      rows: 5,
      maxlength: 2000,
      value: message.content,
      testid: "edit-text",
    });
    const send = () =>
      this.#finish({ type: "edit", channel: channel.id, message: message.id, text: text.value });
    const form = dialog(
      {
        title: "Rediger besked",
        submit: "Gem",
        testid: "edit-form",
        onSubmit: async () => (await send()).error ?? null,
        onClose: () => this.#uncover(),
      },
      h("div", { class: "field" }, h("label", { for: "edit-text" }, "Besked"), text),
    );
    this.#cover(form, "own");
  }

  #botsForm(key, modal) {
    const submit = async (values) => {
      const answer = await this.context.act({ type: "submit", values });
      if (answer.ok) this.modals.delete(key);
      await this.context.refresh();
      return answer;
    };
    const close = async () => {
      this.modals.delete(key);
      await this.context.act({ type: "close_modal" });
      await this.context.refresh();
    };
    return modalForm(modal, this.context.names, submit, close);
  }

  async #finish(action) {
    const answer = await this.context.act(action);
    if (answer.ok) {
      this.#uncover();
      await this.context.refresh();
    }
    return answer;
  }

  #cover(form, key) {
    if (!this.shown) this.before = document.activeElement;
    this.shown = key;
    this.element.replaceChildren(form.element);
    if (!document.querySelector(".overlay :focus")) form.focus();
  }

  #uncover() {
    this.shown = null;
    this.element.replaceChildren();
    const target = this.before?.isConnected ? this.before : this.context.fallback();
    target.focus({ preventScroll: true });
  }
}
