/**
 * The rehearsal's page: two people's Discord side by side.
 *
 * Marks for tests, in `data-testid`. Inside `pane-left` and `pane-right`:
 *   person-select (a <select>, values are user ids)      channel-list > channel (data-name, -id, -kind, -unread)
 *   channel-head, back, locked, archived, thread-members  drawer (narrow windows)
 *   messages > message (data-id, -author, -ephemeral)     content, invoked, reply-context, embed, container, image
 *   reaction (data-emoji), react-add, reply, message-menu, thread-card, dismiss
 *   button and select (data-custom-id)
 *   forum > forum-post (data-name, -id, -archived, -locked), tag, tag-filter (data-name), new-post
 *   composer (a <textarea>), send, notice, reply-bar, open-commands
 *   command-picker > command-option (data-name)           command-form > command-field (data-name), command-run
 *   suggestions > suggestion (data-value)
 *   modal, post-form, edit-form, each with field (data-custom-id), modal-submit, modal-close, modal-error
 *   post-title, post-text, edit-text                      problem (what went wrong)
 * Floating over the page, at most one at a time: popover, with
 *   select-option (data-value), select-confirm, emoji (data-emoji), message-command (data-name), edit, delete
 * On the page itself: banner, faults (what went wrong in the bot), connection, tab-left, tab-right (narrow windows)
 */

import { follow, people as fetchPeople } from "./api.js";
import { h } from "./dom.js";
import { keepTimesFresh } from "./format.js";
import { Pane } from "./pane.js";

const REFRESH_MS = 60;

async function start() {
  const people = await fetchPeople();
  const panes = document.querySelector("#panes");
  if (!people.length) {
    panes.append(h("p", { class: "empty" }, "Der er ingen personer på øveserveren."));
    return;
  }
  const page = { chosen: (pane, personId) => choose(pane, personId), seen: showFaults };
  const left = new Pane("left", people, page);
  const right = new Pane("right", people, page);
  panes.append(left.element, right.element);

  /** Nobody is in both halves: choosing who is in the other one swaps the two. */
  function choose(pane, personId) {
    const other = pane === left ? right : left;
    if (other.personId === personId && people.length > 1) other.play(pane.personId);
    pane.play(personId);
    remember();
  }

  function remember() {
    sessionStorage.setItem("people", JSON.stringify([left.personId, right.personId]));
    showTabs([left, right], people);
  }

  const [first, second] = remembered(people);
  await Promise.all([left.play(first), right.play(second)]);
  remember();
  followHub(left, right);
  keepTimesFresh();
}

function remembered(people) {
  const known = people.map((person) => person.id);
  const fallback = [known[0], known[1] ?? known[0]];
  const saved = JSON.parse(sessionStorage.getItem("people") ?? "[]");
  return saved.length === 2 && saved.every((id) => known.includes(id)) ? saved : fallback;
}

function followHub(left, right) {
  let waiting = 0;
  follow(() => {
    waiting ||= setTimeout(() => {
      waiting = 0;
      left.refresh();
      right.refresh();
    }, REFRESH_MS);
  }, showConnection);
}

/** In a narrow window one half is shown at a time. */
function showTabs(panes, people) {
  const nav = document.querySelector("#tabs");
  const chosen = nav.dataset.chosen ?? "left";
  nav.replaceChildren(
    ...panes.map((pane) => {
      const person = people.find((one) => one.id === pane.personId);
      const pick = () => {
        nav.dataset.chosen = pane.side;
        showTabs(panes, people);
      };
      return h(
        "button",
        {
          type: "button",
          testid: `tab-${pane.side}`,
          "aria-pressed": String(pane.side === chosen),
          on: { click: pick },
        },
        h("span", {}, person.name),
      );
    }),
  );
  document.querySelector("#panes").dataset.shown = chosen;
}

function showConnection(connected) {
  const element = document.querySelector("#connection");
  element.dataset.connected = String(connected);
  element.textContent = connected ? "Kører" : "Ingen forbindelse";
}

function showFaults(view) {
  const { count, last } = view.faults;
  const element = document.querySelector("#faults");
  element.hidden = count === 0;
  element.textContent = count === 1 ? "1 fejl i botten" : `${count} fejl i botten`;
  element.title = last ?? "";
}

start();
