/** One person's Discord: half of the page. */

import { act, view as fetchView } from "./api.js";
import { Composer } from "./composer.js";
import { button, h, redraw } from "./dom.js";
import { Forum, tagChip } from "./forum.js";
import { icon } from "./icons.js";
import { Messages } from "./messages.js";
import { Names } from "./names.js";
import { Overlay } from "./overlay.js";
import { avatar } from "./people.js";
import { Sidebar } from "./sidebar.js";

const PROBLEM_MS = 8000;

export class Pane {
  /**
   * @param {string} side "left" or "right"
   * @param {Object[]} people everyone that can be played
   * @param {{chosen: (pane: Pane, personId: string) => void, seen: (view: Object) => void}} page
   */
  constructor(side, people, page) {
    this.side = side;
    this.people = people;
    this.page = page;
    this.channels = new Map();
    this.asked = 0;
    const context = {
      names: () => this.names,
      commands: () => (this.view.opened?.kind === "dm" ? [] : this.view.message_commands),
      act: (action, quiet) => this.act(action, quiet),
      open: (id) => this.open(id),
      replyTo: (message) => this.composer.replyTo(message),
      edit: (message) => this.overlay.edit(this.view.opened, message),
      newPost: () => this.overlay.newPost(this.view.opened),
    };
    this.sidebar = new Sidebar((id) => this.open(id));
    this.messages = new Messages(context);
    this.forum = new Forum(context);
    this.composer = new Composer(context);
    this.overlay = new Overlay({
      names: context.names,
      act: (action) => this.act(action, true),
      refresh: () => this.refresh(),
      fallback: () => this.composer.input,
    });
    this.#build();
  }

  #build() {
    this.select = h(
      "select",
      {
        testid: "person-select",
        "aria-label": this.side === "left" ? "Person til venstre" : "Person til højre",
        on: { change: () => this.page.chosen(this, this.select.value) },
      },
      this.people.map((person) => h("option", { value: person.id }, `${person.name} · ${person.label}`)),
    );
    this.person = h("span", { class: "person-shown" });
    const drawer = button(
      { class: "bare drawer-button", "aria-label": "Kanaler", testid: "drawer" },
      () => this.element.classList.toggle("drawer-open"),
      icon("menu"),
    );
    this.head = h("div", { class: "channel-head", testid: "channel-head" });
    this.problem = h("div", { class: "toast", role: "alert", testid: "problem", hidden: true });
    this.welcome = h("p", { class: "empty" }, "Vælg en kanal til venstre.");
    this.room = h(
      "main",
      { class: "room" },
      this.head,
      this.welcome,
      this.forum.element,
      this.messages.element,
      this.problem,
      this.composer.element,
    );
    this.element = h(
      "section",
      {
        class: "pane",
        testid: `pane-${this.side}`,
        "aria-label": this.side === "left" ? "Venstre" : "Højre",
      },
      h(
        "header",
        { class: "pane-bar" },
        drawer,
        h("span", { class: "person" }, this.person, icon("down"), this.select),
      ),
      h("div", { class: "pane-body" }, this.sidebar.element, this.room),
      this.overlay.element,
    );
    this.sidebar.element.addEventListener("click", (event) => {
      if (event.target.closest(".channel")) this.element.classList.remove("drawer-open");
    });
  }

  /** Play someone. */
  play(personId) {
    this.overlay.drop();
    this.personId = personId;
    this.select.value = personId;
    return this.refresh();
  }

  /** Open a channel, thread or direct message. */
  open(channelId) {
    this.channels.set(this.personId, channelId);
    return this.refresh();
  }

  /** Do something as the person; what went wrong is shown unless `quiet`. */
  async act(action, quiet = false) {
    if (!quiet) this.problem.hidden = true;
    const answer = await act(this.personId, action);
    if (!answer.ok && !quiet) this.#complain(answer.error);
    if (!quiet) await this.refresh();
    return answer;
  }

  /** Fetch what the person sees now, and show it. */
  async refresh() {
    this.asked += 1;
    const mine = this.asked;
    const view = await fetchView(this.personId, this.channels.get(this.personId)).catch(() => null);
    if (!view || mine !== this.asked) return;
    if (!view.opened && this.#openSomething(view)) return;
    this.#show(view);
    this.page.seen(view);
  }

  #openSomething(view) {
    const first = view.tree.flatMap((group) => group.channels).find((channel) => channel.kind !== "voice");
    if (!first || this.channels.get(this.personId) === first.id) return false;
    this.open(first.id);
    return true;
  }

  #show(view) {
    this.view = view;
    this.names = new Names(view);
    const { opened } = view;
    const person = view.me;
    redraw(this.person, JSON.stringify(person), () => [
      avatar(person),
      h("span", { class: "person-name" }, person.name),
      h("span", { class: "person-label" }, person.label),
    ]);
    this.sidebar.update(view, opened?.id);
    const forum = opened?.kind === "forum";
    this.welcome.hidden = Boolean(opened);
    this.forum.element.hidden = !forum;
    this.messages.element.hidden = !opened || forum;
    this.composer.element.hidden = !opened || forum;
    if (opened) this.#showOpened(view, forum);
    this.overlay.follow(view);
  }

  #showOpened(view, forum) {
    const { opened } = view;
    redraw(this.head, JSON.stringify(opened.forum ? { ...opened, forum: null } : opened), () =>
      this.#headOf(opened),
    );
    if (forum) {
      this.forum.update(view);
      return;
    }
    redraw(this.messages.head, `${opened.id}-${JSON.stringify(opened)}`, () => beginning(opened));
    this.messages.update(view);
    this.composer.update(view);
  }

  #headOf(opened) {
    const back = opened.parent
      ? button(
          { class: "bare back", "aria-label": `Tilbage til ${opened.parent.name}`, testid: "back" },
          () => this.open(opened.parent.id),
          icon("back"),
          h("span", {}, opened.parent.name),
        )
      : null;
    return [
      back,
      icon(opened.private ? "lock" : opened.kind),
      h("h2", { title: opened.name }, opened.name),
      opened.locked ? h("span", { class: "state", testid: "locked" }, icon("lock"), "Låst") : null,
      opened.archived
        ? h("span", { class: "state", testid: "archived" }, icon("archive"), "Arkiveret")
        : null,
      opened.private ? h("span", { class: "state" }, "Privat tråd") : null,
      opened.private ? members(opened.members) : null,
      opened.topic ? h("span", { class: "topic", title: opened.topic }, opened.topic) : null,
    ];
  }

  #complain(text) {
    clearTimeout(this.complaining);
    this.problem.textContent = text;
    this.problem.hidden = false;
    this.complaining = setTimeout(() => {
      this.problem.hidden = true;
    }, PROBLEM_MS);
  }
}

function members(people) {
  const names = people.map((person) => person.name).join(", ");
  return h(
    "span",
    { class: "thread-members", title: `Deltagere: ${names}`, testid: "thread-members" },
    people.map((person) => avatar(person, "tiny")),
    h("span", { class: "sr" }, `Deltagere: ${names}`),
  );
}

/** What stands above the first message. */
function beginning(opened) {
  const titles = {
    thread: opened.name,
    dm: opened.name,
  };
  const notes = {
    thread: opened.private ? "Kun deltagerne og moderatorerne kan se tråden." : null,
    dm: "Her begynder jeres direkte beskeder. Kun du og botten kan læse dem.",
  };
  return h(
    "div",
    { class: "beginning" },
    h("h2", {}, titles[opened.kind] ?? `Velkommen til #${opened.name}`),
    opened.tags?.length ? h("p", { class: "post-tags" }, opened.tags.map(tagChip)) : null,
    h("p", { class: "muted" }, notes[opened.kind] ?? opened.topic ?? ""),
  );
}
