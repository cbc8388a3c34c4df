// The page as printed: a paper, pages and boxes in, sheets with marks, zoom and paging drawn.

import { el, fill, icon, iconButton } from "./dom.js";
import { isNarrow, t, titleOf } from "./store.js";
import { citationPages, pageImage } from "./page_images.js";
import * as find from "./page_find.js";

const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3];
const READABLE = 0.92; // part of a narrow stage that the widest line of a quote may take
let place, bar, stage, zoom = 1, zoomedByHand = false, now = null, ticket = 0;

export function start(node) {
  place = node;
  bar = el("div.viewer-bar", { role: "toolbar" });
  stage = el("div.stage", { tabindex: "0", id: "stage" });
  place.append(bar);
  find.start(place);
  place.append(stage);
  find.render();
  clear();
}

export function clear() {
  now = null;
  ticket += 1;
  place.hidden = true;
  fill(stage);
}

export function render() {
  find.render();
  if (now) show();
}

/** Show a citation on all its pages; other citations of the answer are marked lighter. */
export function showCitation(citation, all, at) {
  now = { paper: citation.paper, pages: citationPages(citation), citation, all, at };
  show();
}

/** Show one page, with the marks of ``all`` citations on it. */
export function showPage(paper, page, all) {
  now = { paper, pages: [page], citation: null, all, at: performance.now() };
  show();
}

function turnPage(step) {
  const page = (step < 0 ? now.pages[0] : now.pages.at(-1)) + step;
  now = { ...now, pages: [page], at: performance.now() };
  show();
}

function show() {
  place.hidden = false;
  find.isShown(now.paper, now.pages[0]);
  drawBar();
  stage.setAttribute("aria-label", t("page_alt", { paper: titleOf(now.paper), page: now.pages[0] }));
  stage.dataset.state = "loading";
  const mine = ++ticket;
  const sheets = now.pages.map((page) => sheet(page, mine));
  fill(stage, sheets.map((s) => s.node));
  Promise.all(sheets.map((s) => s.done)).then((results) => {
    if (mine !== ticket) return;
    const bad = results.find((result) => typeof result === "string");
    if (!bad && isNarrow() && !zoomedByHand) applyZoom(readableZoom(results[0].width));
    centre();
    // One frame later the browser has painted what was just put in place.
    requestAnimationFrame(() => {
      if (mine !== ticket) return;
      stage.dataset.state = bad ?? "ready";
      if (now.at) stage.dataset.ms = String(Math.round(performance.now() - now.at));
    });
  });
}

function sheet(page, mine) {
  const node = el("figure.sheet", { dataset: { page } }, el("p.sheet-wait", {}, t("page_loading")));
  node.style.width = `${zoom * 100}%`;
  const done = pageImage(now.paper.id, page).then((found) => {
    if (mine !== ticket) return "old";
    const image = el("img", { alt: t("page_alt", { paper: titleOf(now.paper), page }), draggable: "false" });
    image.src = found.url;
    fill(node, image, marks(page, found));
    if (now.citation && !now.citation.boxes.length) node.classList.add("whole");
    return found;
  }, (error) => {
    if (mine !== ticket) return "old";
    const name = { 404: "citation_gone", 409: "file_changed" }[error.status] ?? "image_failed";
    fill(node, el("div.sheet-state", { role: "alert" }, icon("none"), el("b", {}, t(name)), el("p", {}, t(`${name}_text`))));
    node.dataset.state = name;
    return name;
  });
  return { node, done };
}

function marks(page, size) {
  const made = [];
  const mark = (box, kind, label) => {
    const [, x0, top, x1, bottom] = box;
    const node = el(`span.mark-box.${kind}`, label ? { title: label } : {});
    node.style.left = `${(100 * (x0 - 1)) / size.width}%`;
    node.style.top = `${(100 * (top - 1)) / size.height}%`;
    node.style.width = `${(100 * (x1 - x0 + 2)) / size.width}%`;
    node.style.height = `${(100 * (bottom - top + 2)) / size.height}%`;
    made.push(node);
  };
  const same = (other) => other.paper.id === now.paper.id && other !== now.citation;
  for (const other of now.all.filter(same)) {
    for (const box of other.boxes) if (box[0] === page) mark(box, "neighbour", other.number ? `[${other.number}]` : "");
  }
  for (const box of now.citation?.boxes ?? []) if (box[0] === page) mark(box, "cited", "");
  return made;
}

// Scrolls the stage alone: scrollIntoView would move the whole window.
function centre() {
  const places = [...stage.querySelectorAll(".mark-box.cited")].map((box) => box.getBoundingClientRect());
  if (!places.length) { stage.scrollTop = 0; return; }
  const frame = stage.getBoundingClientRect();
  stage.scrollTop += places[0].top - frame.top - stage.clientHeight / 3;
  let [left, right] = [Math.min(...places.map((box) => box.left)), Math.max(...places.map((box) => box.right))];
  // A quote over two columns is wider than the stage: then its beginning counts.
  if (right - left > frame.width) ({ left, right } = places[0]);
  if (left < frame.left || right > frame.right) stage.scrollLeft += left - frame.left - (frame.width - Math.min(frame.width, right - left)) / 2;
}

function drawBar() {
  const pages = now.paper.pages;
  const first = now.pages[0];
  const shown = now.pages.length > 1 ? now.pages.join("–") : first;
  const focused = bar.contains(document.activeElement) ? document.activeElement.id : "";
  bar.setAttribute("aria-label", t("page_n", { page: shown }));
  fill(bar,
    iconButton("left", t("previous_page"), () => turnPage(-1), { id: "page-previous", disabled: first <= 1 }),
    el("span.page-number", { id: "page-number", "aria-live": "polite" }, pages ? t("page_of", { page: shown, pages }) : t("page_n", { page: shown })),
    iconButton("right", t("next_page"), () => turnPage(1), { id: "page-next", disabled: Boolean(pages) && now.pages.at(-1) >= pages }),
    el("span.gap"),
    find.button(),
    iconButton("minus", t("zoom_out"), () => setZoom(-1), { id: "zoom-out", disabled: zoom === ZOOMS[0] }),
    iconButton("fit", t("zoom_fit"), () => setZoom(0), { id: "zoom-fit" }),
    iconButton("plus", t("zoom_in"), () => setZoom(1), { id: "zoom-in", disabled: zoom === ZOOMS.at(-1) }),
    el("a.text-button", { id: "open-pdf", href: `/evidence/${now.paper.id}.pdf#page=${first}`, target: "_blank", rel: "noopener" },
      icon("open"), el("span", {}, t("open_pdf"))));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function setZoom(step) {
  zoomedByHand = true;
  applyZoom(step === 0 ? 1 : ZOOMS[Math.max(0, Math.min(ZOOMS.length - 1, ZOOMS.indexOf(zoom) + step))]);
  centre();
}

function applyZoom(wanted) {
  zoom = wanted;
  for (const node of stage.querySelectorAll(".sheet")) node.style.width = `${zoom * 100}%`;
  drawBar();
}

// On a phone a whole page is too small to read: a column fills the width instead.
function readableZoom(pageWidth) {
  const widest = Math.max(0, ...(now.citation?.boxes ?? []).map(([, x0, , x1]) => x1 - x0));
  if (!widest) return 1;
  return ZOOMS.filter((one) => one >= 1 && one <= (READABLE * pageWidth) / widest && one <= 2.5).at(-1) ?? 1;
}

