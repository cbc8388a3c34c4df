// Plain values -> DOM nodes. Text only ever becomes text nodes: nothing here parses markup.

/** Make an element: el("button.chip", {onclick, "aria-label"}, "text", child, ...). */
export function el(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.entries(value).forEach(([key, one]) => { if (one !== null && one !== undefined) node.dataset[key] = one; });
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter((c) => c !== null && c !== undefined && c !== false && c !== ""));
  return node;
}

const SHAPES = {
  send: "M5 12h13M12 5l7 7-7 7",
  stop: "M7 7h10v10H7z",
  copy: "M9 9h10v10H9zM5 15V5h10",
  export: "M12 4v11M8 11l4 4 4-4M5 19h14",
  retry: "M19 12a7 7 0 1 1-2.05-4.95M19 4v4h-4",
  undo: "M9 7L4 12l5 5M4 12h11a5 5 0 0 1 5 5",
  clear: "M6 7h12M9 7V5h6v2M8 7l1 12h6l1-12",
  gear: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M13 5v4M7 10v4M15 15v4",
  left: "M14 6l-6 6 6 6",
  right: "M10 6l6 6-6 6",
  plus: "M12 6v12M6 12h12",
  minus: "M6 12h12",
  fit: "M4 9V5h4M20 9V5h-4M4 15v4h4M20 15v4h-4",
  open: "M13 5h6v6M19 5l-8 8M17 14v5H5V7h5",
  close: "M6 6l12 12M18 6L6 18",
  up: "M12 19V6M6 11l6-6 6 6",
  down: "M12 5v13M6 13l6 6 6-6",
  find: "M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14M16 16l5 5",
  chevron: "M7 10l5 5 5-5",
  check: "M5 12.5l4.5 4.5L19 7.5",
  none: "M5 5l14 14M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18",
};

/** A line icon that screen readers skip. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon; its name is read out and shown as a tooltip. */
export function iconButton(name, label, onclick, props = {}) {
  return el("button.icon-button", { type: "button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

/** A button with an icon and visible text. */
export function textButton(name, label, onclick, props = {}) {
  return el("button.text-button", { type: "button", onclick, ...props }, name && icon(name), el("span", {}, label));
}

/** Put nodes in place of all children. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}
