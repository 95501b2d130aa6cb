/** The page's own small icons. */

const PATHS = {
  text: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  news: "M4 10v4h3l7 4V6L7 10H4zM17 9a4 4 0 0 1 0 6",
  voice: "M4 10v4h3l5 4V6L7 10H4zM16 9a4 4 0 0 1 0 6M19 6a8 8 0 0 1 0 12",
  forum: "M4 5h12v8H9l-3 3v-3H4zM16 9h4v8h-2v3l-3-3h-5v-2",
  thread: "M5 5h14v10h-7l-4 4v-4H5zM8 9h8M8 12h5",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  pin: "M9 4h6l-1 6 4 4H6l4-4zM12 14v6",
  menu: "M4 7h16M4 12h16M4 17h16",
  reply: "M10 7 5 12l5 5M5 12h9a5 5 0 0 1 5 5",
  smile: "M12 3a9 9 0 1 0 .01 0zM9 10v.01M15 10v.01M8.5 14.5a4.5 4.5 0 0 0 7 0",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  close: "M6 6l12 12M18 6 6 18",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  check: "M5 13l4 4L19 7",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zM12 9a3 3 0 1 0 .01 0z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  bubbles: "M4 5h14v10H9l-4 4v-4H4z",
  people: "M9 5a3 3 0 1 0 .01 0zM3 19a6 6 0 0 1 12 0M16 6a3 3 0 0 1 0 6M17 14a5 5 0 0 1 4 5",
  plus: "M12 5v14M5 12h14",
  send: "M4 4l17 8-17 8 3-8zM7 12h8",
  away: "M10 5H5v14h14v-5M13 4h7v7M20 4l-9 9",
  slash: "M15 4 9 20",
  dm: "M3 6h18v12H3zM3 7l9 7 9-7",
};

const SVG = "http://www.w3.org/2000/svg";

/** An icon by name; purely decorative, so hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.text);
  svg.append(path);
  return svg;
}
