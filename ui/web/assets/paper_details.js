// One paper's details: who it is, its report card, its sections as links to their pages.

import { el } from "./dom.js";
import { select, store, t, titleOf } from "./store.js";

/** Fetch and draw the details of ``paper``. */
export async function details(paper) {
  const reply = await fetch(`/library/${paper.id}.json`);
  const found = reply.ok ? await reply.json() : { ...paper, card: {}, outline: [] };
  return el("div.details", { dataset: { details: paper.id } }, table([...facts(found), ...card(found.card)]), outline(found));
}

function facts(paper) {
  return [
    ["field_title", [paper.title, paper.title_en].filter(Boolean).join(" / ")],
    ["field_authors", paper.authors.join(", ")], ["field_journal", paper.journal],
    ["field_year", paper.year], ["field_doi", paper.doi], ["field_file", paper.file],
  ];
}

function card(values) {
  const list = (value) => (Array.isArray(value) ? value.join(", ") : value);
  return [
    ["card_columns", list(values.columns)], ["card_references", values.references], ["card_tables", values.tables],
    ["card_ocr", list(values.ocr_pages)], ["card_failed", list(values.failed_pages)],
    ["card_hidden", values.hidden], ["card_warnings", (values.warnings ?? []).map(remark).join("\n")],
  ];
}

// A remark is "p. 3: 中文 / English", its page left out where it is on the whole paper.
function remark(text) {
  const [, page, zh, en] = /^(?:p\. (\d+): )?(.*) \/ (.*)$/s.exec(text) ?? [];
  if (!zh) return text;
  return [page && t("page_n", { page }), store.lang === "zh" ? zh : en].filter(Boolean).join(store.lang === "zh" ? "：" : ": ");
}

function table(rows) {
  const shown = rows.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== 0);
  return el("dl", {}, shown.flatMap(([key, value]) => [el("dt", {}, t(key)), el("dd", {}, String(value))]));
}

function outline(paper) {
  const go = (page) => select({ browse: { id: paper.id, title: titleOf(paper), pages: paper.pages }, page });
  const first = el("button.outline-link", { type: "button", onclick: () => go(1) }, t("browse_first"));
  if (!paper.outline.length) return el("div.outline", {}, first);
  return el("div.outline", {}, el("h4", {}, t("outline")), el("ol", {}, paper.outline.map((heading) => {
    const link = el("button.outline-link", { type: "button", onclick: () => go(heading.page) },
      el("span", {}, heading.path.at(-1)), el("span.small", {}, t("page_n", { page: heading.page })));
    const item = el("li", {}, link);
    item.style.marginInlineStart = `${Math.max(0, heading.path.length - 1) * 1.2}em`;
    return item;
  })));
}
