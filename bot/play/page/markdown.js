/**
 * Discord's mark-up as elements. Everything ends up as text nodes; only http(s) addresses become links.
 */

import { h } from "./dom.js";
import { relative, stamp } from "./format.js";

const DEEPEST = 8;

/**
 * Render a text.
 * @param {string} text
 * @param {import("./names.js").Names} names how mentions are called
 * @returns {Node[]}
 */
export function markdown(text, names) {
  return blocks(text, names, 0);
}

/** A text without its mark-up, for one line. Spoilers stay hidden. */
export function withoutMarkup(text) {
  return text
    .replace(/\|\|[\s\S]+?\|\|/g, "▇▇▇")
    .replace(/^(?:-#|#{1,3}|>{1,3}) +/gm, "")
    .replace(/[*_~`]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

const FENCE = /^```(?:[\w+-]*\n)?([\s\S]*?)```\n?/;
const HEADING = /^(#{1,3}) +(.+)(?:\n|$)/;
const SUBTEXT = /^-# +(.+)(?:\n|$)/;
const REST_QUOTE = /^>>> ([\s\S]*)$/;
const QUOTE = /^(?:> ?.*(?:\n|$))+/;
const LIST = /^(?: *(?:[-*]|\d+\.) +.+(?:\n|$))+/;

function blocks(text, names, depth) {
  const out = [];
  let plain = "";
  const flush = () => {
    const line = plain.replace(/\n$/, "");
    if (line) out.push(...inline(line, names, depth));
    plain = "";
  };
  let rest = text;
  while (rest) {
    const [element, length] = block(rest, names, depth);
    if (element) {
      flush();
      out.push(element);
    } else {
      plain += rest.slice(0, lineLength(rest));
    }
    rest = rest.slice(length || lineLength(rest));
  }
  flush();
  return out.map((node) => (node instanceof Node ? node : document.createTextNode(node)));
}

/** How much of the text is its first line; a code block may also begin in the middle of one. */
function lineLength(text) {
  const line = text.indexOf("\n") + 1 || text.length;
  const fence = text.indexOf("```", 3);
  return fence > 0 && fence < line ? fence : line;
}

function block(text, names, depth) {
  if (depth > DEEPEST) return [null, 0];
  let match = FENCE.exec(text);
  if (match) return [h("pre", { class: "md-block" }, h("code", {}, match[1])), match[0].length];
  match = HEADING.exec(text);
  if (match) {
    const tag = `h${match[1].length + 2}`;
    return [h(tag, { class: `md-h${match[1].length}` }, inline(match[2], names, depth + 1)), match[0].length];
  }
  match = SUBTEXT.exec(text);
  if (match)
    return [h("small", { class: "md-subtext" }, inline(match[1], names, depth + 1)), match[0].length];
  match = REST_QUOTE.exec(text);
  if (match) return [quote(match[1], names, depth), match[0].length];
  match = QUOTE.exec(text);
  if (match) return [quote(match[0].replace(/^> ?/gm, "").trimEnd(), names, depth), match[0].length];
  match = LIST.exec(text);
  if (match) return [list(match[0], names, depth), match[0].length];
  return [null, 0];
}

function quote(text, names, depth) {
  return h("blockquote", {}, blocks(text, names, depth + 1));
}

function list(text, names, depth) {
  const lines = text.trimEnd().split("\n");
  const ordered = /^ *\d+\./.test(lines[0]);
  const items = lines.map((line) => {
    const nested = /^ {2,}/.test(line);
    const content = line.replace(/^ *(?:[-*]|\d+\.) +/, "");
    return h("li", { class: nested ? "nested" : null }, inline(content, names, depth + 1));
  });
  const start = ordered ? Number.parseInt(lines[0], 10) : null;
  return h(ordered ? "ol" : "ul", { start }, items);
}

/** What may begin at a place in a line, in the order in which it is tried. */
const RULES = [
  [/\\([\\`*_~|<>#[\]()-])/y, (match) => match[1]],
  [/(`+)([\s\S]*?[^`])\1(?!`)/y, (match) => h("code", {}, match[2])],
  [/\*\*([\s\S]+?)\*\*(?!\*)/y, nest("strong")],
  [/__([\s\S]+?)__(?!_)/y, nest("u")],
  [/\*(?!\s)([^*\n]+?)\*/y, nest("em")],
  [/(?<!\w)_(?!\s)([^_\n]+?)_(?!\w)/y, nest("em")],
  [/~~([\s\S]+?)~~/y, nest("s")],
  [/\|\|([\s\S]+?)\|\|/y, (match, names, depth) => spoiler(inline(match[1], names, depth))],
  [/\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?\)/y, namedLink],
  [/<(https?:\/\/[^\s>]+)>/y, (match) => link(match[1], [match[1]])],
  [/https?:\/\/[^\s<>]*[^\s<>.,:;"')\]!?*|]/y, (match) => link(match[0], [match[0]])],
  [/<@!?(\d+)>/y, (match, names) => mention(`@${names.user(match[1])}`)],
  [/<@&(\d+)>/y, (match, names) => roleMention(names.role(match[1]))],
  [/<#(\d+)>/y, (match, names) => mention(`#${names.channel(match[1])}`)],
  [/<\/([^:<>]{1,100}):(\d+)>/y, (match, names) => mention(`/${names.command(match[2], match[1])}`)],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, (match) => time(Number(match[1]), match[2] ?? "f")],
  [/<a?:(\w{2,32}):\d+>/y, (match) => h("span", { class: "custom-emoji" }, `:${match[1]}:`)],
  [/@(?:everyone|here)\b/y, (match) => mention(match[0])],
];

function inline(text, names, depth) {
  if (depth > DEEPEST) return [text];
  const out = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const [made, length] = rule(text, at, names, depth);
    if (length === 0) {
      plain += text[at];
      at += 1;
      continue;
    }
    if (plain) out.push(plain);
    plain = "";
    out.push(made);
    at += length;
  }
  if (plain) out.push(plain);
  return out;
}

function rule(text, at, names, depth) {
  for (const [pattern, make] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [make(match, names, depth + 1), match[0].length];
  }
  return ["", 0];
}

function nest(tag) {
  return (match, names, depth) => h(tag, {}, inline(match[1], names, depth));
}

function namedLink(match, names, depth) {
  return link(match[2], inline(match[1], names, depth));
}

/** A link, or its text alone when the address is not one of the web. */
export function link(address, children) {
  if (!/^https?:\/\//i.test(address)) return h("span", {}, children);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address }, children);
}

function mention(text) {
  return h("span", { class: "mention" }, text);
}

function roleMention(role) {
  const element = mention(`@${role.name}`);
  if (role.color) element.style.setProperty("--tone", role.color);
  return element;
}

function time(seconds, style) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return `<t:${seconds}>`;
  return h(
    "time",
    {
      class: "stamp",
      datetime: date.toISOString(),
      title: stamp(date, "F"),
      data: style === "R" ? { relative: "" } : {},
    },
    style === "R" ? relative(date) : stamp(date, style),
  );
}

function spoiler(children) {
  const element = h(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler, klik for at vise" },
    children,
  );
  const reveal = () => {
    element.classList.add("shown");
    element.removeAttribute("aria-label");
  };
  element.addEventListener("click", reveal);
  element.addEventListener("keydown", (event) => event.key === "Enter" && reveal());
  return element;
}
