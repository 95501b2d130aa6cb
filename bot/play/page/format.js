/** Times and sizes in Danish. */

import { h } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat("da-DK", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("da-DK", { day: "2-digit", month: "2-digit", year: "numeric" });
const RELATIVE = new Intl.RelativeTimeFormat("da", { numeric: "auto" });

/** The styles of Discord's <t:seconds:style>. */
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};

const STEPS = [
  ["year", 31536000],
  ["month", 2592000],
  ["week", 604800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** Only the time of day. */
export function clock(date) {
  return CLOCK.format(date);
}

/** "I dag kl. 14.32", "I går kl. 9.05" or the date. */
export function moment(date) {
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86400000);
  if (days === 0) return `I dag kl. ${CLOCK.format(date)}`;
  if (days === 1) return `I går kl. ${CLOCK.format(date)}`;
  return `${DAY.format(date)} ${CLOCK.format(date)}`;
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate());
}

/** "for 5 minutter siden", "om 2 timer". */
export function relative(date) {
  const seconds = (date - Date.now()) / 1000;
  if (Math.abs(seconds) < 60) return seconds > 0 ? "om lidt" : "for lidt siden";
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS.at(-1);
  return RELATIVE.format(Math.round(seconds / length), unit);
}

/** An element that says how long ago something was, and keeps up with the clock. */
export function ago(date) {
  return h("time", { datetime: date.toISOString(), data: { relative: "" } }, relative(date));
}

/** A time as Discord's mark-up asks for it. */
export function stamp(date, style) {
  if (style === "R") return relative(date);
  return new Intl.DateTimeFormat("da-DK", STYLES[style] ?? STYLES.f).format(date);
}

/** "12 kB". */
export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;
}

/** Let the relative times on the page keep up with the clock. */
export function keepTimesFresh() {
  setInterval(() => {
    for (const element of document.querySelectorAll("time[data-relative]")) {
      element.textContent = relative(new Date(element.dateTime));
    }
  }, 15000);
}
