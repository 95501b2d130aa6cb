/** A forum: its posts, and the form for a new one. */

import { dialog } from "./dialog.js";
import { button, h, reconcile } from "./dom.js";
import { ago } from "./format.js";
import { icon } from "./icons.js";
import { withoutMarkup } from "./markdown.js";
import { avatar } from "./people.js";
import { shown } from "./reactions.js";

/** A forum tag. */
export function tagChip(tag) {
  return h(
    "span",
    { class: "tag", testid: "tag" },
    tag.emoji ? h("span", { class: "emoji" }, tag.emoji) : null,
    tag.name,
  );
}

export class Forum {
  /** @param {{open: (id: string) => void, newPost: () => void}} context */
  constructor(context) {
    this.context = context;
    this.filter = new Set();
    this.tags = h("div", { class: "tag-filter", role: "group", "aria-label": "Vis kun opslag med" });
    this.posts = h("div", { class: "posts" });
    this.empty = h("p", { class: "empty" }, "Ingen opslag her endnu.");
    this.create = button(
      { class: "primary", testid: "new-post" },
      context.newPost,
      icon("plus"),
      "Nyt opslag",
    );
    this.element = h(
      "div",
      { class: "forum", testid: "forum" },
      h("div", { class: "forum-top" }, this.tags, this.create),
      this.posts,
      this.empty,
    );
  }

  /** Show a view's forum. */
  update(view) {
    this.view = view;
    const { tags, posts } = view.opened.forum;
    if (this.channel !== view.opened.id) this.filter.clear();
    this.channel = view.opened.id;
    this.create.hidden = !view.opened.writable;
    reconcile(
      this.tags,
      tags.map((tag) => ({ ...tag, on: this.filter.has(tag.id) })),
      (tag) => tag.id,
      (tag) => this.#filterButton(tag),
    );
    const wanted = posts.filter(
      (post) => !this.filter.size || post.tags.some((tag) => this.filter.has(tag.id)),
    );
    this.empty.hidden = wanted.length > 0;
    reconcile(
      this.posts,
      wanted,
      (post) => post.id,
      (post) => this.#card(post),
    );
  }

  #filterButton(tag) {
    const toggle = () => {
      if (!this.filter.delete(tag.id)) this.filter.add(tag.id);
      this.update(this.view);
    };
    return button(
      {
        class: tag.on ? "tag on" : "tag",
        testid: "tag-filter",
        data: { name: tag.name },
        "aria-pressed": String(tag.on),
      },
      toggle,
      tag.emoji ? h("span", { class: "emoji" }, tag.emoji) : null,
      tag.name,
    );
  }

  #card(post) {
    const classes = ["post", post.unread ? "unread" : "", post.archived ? "archived" : ""];
    return button(
      {
        class: classes.filter(Boolean).join(" "),
        testid: "forum-post",
        data: { name: post.name, id: post.id, archived: String(post.archived), locked: String(post.locked) },
      },
      () => this.context.open(post.id),
      h("span", { class: "post-tags" }, marks(post), post.tags.map(tagChip)),
      h("span", { class: "post-title" }, post.name),
      post.excerpt ? h("span", { class: "post-excerpt" }, withoutMarkup(post.excerpt)) : null,
      h(
        "span",
        { class: "post-foot" },
        avatar(post.author, "tiny"),
        h("span", {}, post.author.name),
        post.reactions.map((reaction) =>
          h("span", { class: "mini-reaction" }, `${shown(reaction.emoji)} ${reaction.count}`),
        ),
        h("span", { class: "post-count" }, icon("bubbles"), post.messages),
        post.time ? ago(new Date(post.time)) : null,
      ),
    );
  }
}

function marks(post) {
  const mark = (name, title) => h("span", { class: "mark", title }, icon(name), title);
  return [
    post.pinned ? mark("pin", "Fastgjort") : null,
    post.locked ? mark("lock", "Låst") : null,
    post.archived ? mark("archive", "Arkiveret") : null,
  ];
}

/**
 * The form for a new post.
 * @param {Object} forum
 * @param {(post: {title: string, text: string, tags: string[]}) => Promise<{ok: boolean, error?: string}>} send
 * @param {() => void} close
 */
export function postForm(forum, send, close) {
  const title = h("input", { id: "post-title", maxlength: 100, autocomplete: "off", testid: "post-title" });
  const text = h("textarea", { id: "post-text", rows: 6, maxlength: 2000, testid: "post-text" });
  const boxes = forum.tags.map((tag) => h("input", { type: "checkbox", value: tag.id }));
  const tags = h(
    "fieldset",
    { class: "field" },
    h("legend", {}, forum.tag_required ? "Tags (mindst ét)" : "Tags"),
    h(
      "div",
      { class: "tag-choice" },
      forum.tags.map((tag, index) => h("label", { class: "tag" }, boxes[index], tag.emoji, " ", tag.name)),
    ),
  );
  return dialog(
    {
      title: "Nyt opslag",
      submit: "Slå op",
      testid: "post-form",
      note: "Opslaget står i dit eget navn.",
      onSubmit: async () => {
        const chosen = boxes.filter((input) => input.checked).map((input) => input.value);
        const answer = await send({ title: title.value, text: text.value, tags: chosen });
        return answer.ok ? null : answer.error;
      },
      onClose: close,
    },
    h("div", { class: "field" }, h("label", { for: "post-title" }, "Titel"), title),
    h("div", { class: "field" }, h("label", { for: "post-text" }, "Tekst"), text),
    forum.tags.length ? tags : h("div"),
  );
}
