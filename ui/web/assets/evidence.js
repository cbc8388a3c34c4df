// The evidence desk: the selected citation in, its cards and its page with marked boxes drawn.

import { el, fill, textButton } from "./dom.js";
import { emit, on, select, selectedCitation, setView, store, t, titleOf } from "./store.js";
import { copy } from "./conversation.js";
import { quoteText } from "./text.js";
import { prefetch } from "./page_images.js";
import * as viewer from "./page_viewer.js";

let root, cards, shown = null;

export function start(node) {
  root = node;
  cards = el("div.cards");
  const place = el("div.viewer-place");
  root.append(el("section.evidence", { id: "evidence", tabindex: "-1" }, cards, place));
  viewer.start(place);
  on("selection", ({ at } = {}) => draw(at));
  on("prefetch", prefetch);
  on("turns", () => { if (!store.selection) draw(); });
  draw();
}

export function render() {
  shown = null;
  draw();
  viewer.render();
}

function draw(at) {
  const section = root.firstElementChild;
  section.setAttribute("aria-label", t("evidence"));
  const found = selectedCitation();
  const browse = store.selection?.browse;
  root.firstElementChild.dataset.state = found ? "citation" : browse ? "browse" : "empty";
  if (browse) {
    shown = null;
    fill(cards, backButton(), el("p.browse-head", {}, el("b", {}, browse.title), ` · ${t("outline_page")}`));
    viewer.showPage(browse, store.selection.page, []);
    return;
  }
  if (!found) {
    shown = null;
    const last = [...store.turns.values()].at(-1);
    const searching = store.pending || last?.state === "searching";
    fill(cards, el("div.evidence-empty", {}, el("span.sheet-ghost", { "aria-hidden": "true" }, el("i"), el("i"), el("i"), el("i"), el("i")),
      el("p", {}, t(searching ? "evidence_wait" : last?.answer ? "evidence_none" : "evidence_empty"))));
    viewer.clear();
    return;
  }
  const { turn, citation } = found;
  const { list, index } = store.selection;
  section.dataset.list = list;
  const citations = turn.answer[list];
  const key = `${turn.number}/${list}`;
  if (shown !== key) {
    fill(cards, backButton(), el("h2.cards-head", {}, heading(turn, list)),
      el("ol.card-list", { dataset: { list } }, citations.map((item, place) => el("li", {}, card(turn, list, item, place)))));
    shown = key;
  }
  [...cards.querySelectorAll("article.card")].forEach((node, place) => open(node, citations[place], place === index, list));
  viewer.showCitation(citation, citations, at);
}

// Where what is shown was chosen: [view, text of the button, what had the focus there].
function origin() {
  const { list, browse } = store.selection ?? {};
  if (browse) return ["library", "back_to_library", `[id="details-${browse.id}"]`];
  if (list === "rows") return ["tables", "back_to_table", "#tables tr[aria-current] button"];
  return ["chat", "back_to_answer", ".turns [aria-current]"];
}

function backButton() {
  if (store.selection?.list === "found") return textButton("close", t("find_close"), () => emit("find-close"), { id: "back", dataset: { to: "found" } });
  const [view, text, focused] = origin();
  return textButton("left", t(text), () => {
    setView(view);
    document.querySelector(focused)?.focus();
  }, { id: "back", dataset: { to: view } });
}

function heading(turn, list) {
  if (list === "found") return t(turn.total > turn.answer.found.length ? "found_cut" : "found", { words: turn.words, n: turn.total, most: turn.answer.found.length });
  return t(list === "nearest" ? "nearest" : "cards");
}

function card(turn, list, citation, index) {
  const head = el("button.card-head", {
    type: "button", dataset: { cardIndex: index },
    onclick: () => select({ turn: turn.number, list, index }),
  },
  el("span.number", { "aria-hidden": "true" }, list === "nearest" ? "·" : String(citation.number)),
  el("span.card-where", {},
    el("span.card-title", {}, titleOf(citation.paper)),
    el("span.card-place", {}, [t("page_n", { page: citation.page }), citation.section.join(" › ")].filter(Boolean).join(" · "))));
  return el("article.card", {}, head, el("div.card-body"));
}

// A sentence with the words that were looked for set off, as far as they are written alike.
function wordsIn(text, words) {
  const parts = [];
  const [all, wanted] = [text.toLowerCase(), words.toLowerCase()];
  let from = 0;
  for (let at = all.indexOf(wanted); at >= 0; at = all.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), el("strong", {}, text.slice(at, at + wanted.length)));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

// The open card whole, else from its head on, else its quote; the page itself does not move.
function keepInSight(node) {
  const room = document.getElementById("back").offsetHeight + 8; // stays above the cards on a phone
  const [top, bottom] = [node.offsetTop - room, node.offsetTop + node.offsetHeight + 8];
  const quote = node.querySelector("mark");
  if (bottom - top > cards.clientHeight) {
    const seen = quote.offsetTop + quote.offsetHeight <= top + cards.clientHeight;
    cards.scrollTop = seen ? top : quote.offsetTop - room;
  } else if (top < cards.scrollTop) cards.scrollTop = top;
  else if (bottom > cards.scrollTop + cards.clientHeight) cards.scrollTop = bottom - cards.clientHeight;
}

function open(node, citation, active, list) {
  if (active) node.setAttribute("aria-current", "true");
  else node.removeAttribute("aria-current");
  node.querySelector(".card-head").setAttribute("aria-expanded", String(active));
  const body = node.querySelector(".card-body");
  if (!active) {
    fill(body, el("p.quote.short", {}, citation.quote));
    return;
  }
  fill(body,
    el("blockquote.quote", {},
      citation.before ? el("span.context", {}, citation.before) : null,
      el("mark", { dataset: { quote: "true" } }, list === "found" ? wordsIn(citation.quote, store.found.words) : citation.quote),
      citation.after ? el("span.context", {}, citation.after) : null),
    citation.ocr ? el("p.remark", {}, t("ocr_note")) : null,
    citation.boxes.length ? null : el("p.remark", {}, t("no_boxes")),
    citation.gloss.length ? el("p.gloss", {}, el("b", {}, t("glossary")), " ", citation.gloss.map(([zh, en]) => el("span", {}, el("span", { lang: "zh-CN" }, zh), " ", el("span", { lang: "en" }, en)))) : null,
    citation.cited.length ? el("details.cited", {}, el("summary", {}, `${t("cites")} ${citation.cited.map((r) => `[${r.number}]`).join(" ")}`),
      el("ul", {}, citation.cited.map((r) => el("li", {}, `[${r.number}] ${r.text}`)))) : null,
    el("div.card-actions", {}, el("span.file", {}, citation.paper.file),
      textButton("copy", t("copy_quote"), () => copy(quoteText(citation)), { dataset: { action: "copy-quote" } })));
  keepInSight(node);
}

