// The tables over the library: treatments or mechanisms come in, rows that open their page go out.

import { el, fill, textButton } from "./dom.js";
import { on, select, store, t, titleOf } from "./store.js";

const KINDS = ["treatments", "mechanisms"];
let root, tools, body, filter;
let kind = KINDS[0], found = null, wanted = "", ticket = 0, asked = "";

export function start(node) {
  root = node;
  filter = el("input.filter", { type: "search", id: "table-filter", oninput: () => { wanted = filter.value.trim().toLowerCase(); drawRows(); } });
  tools = el("div.table-tools");
  body = el("div.table-body", { id: "table-body", tabindex: "0" });
  root.append(el("section.tables", { id: "tables" }, tools, body));
  on("view", refresh);
  on("library", refresh);
  on("selected-papers", refresh);
  on("selection", () => { if (store.selection?.list !== "rows") markRow(); });
  render();
}

export function render() {
  root.firstElementChild.setAttribute("aria-label", t("view_tables"));
  body.setAttribute("aria-label", t(`table_${kind}`));
  filter.placeholder = t("table_filter");
  filter.setAttribute("aria-label", t("table_filter"));
  drawTools();
  drawRows();
}

const query = () => (store.selected.size ? `?papers=${[...store.selected].join(",")}` : "");

// Fetched only when it is looked at, and again when papers, selection or kind changed.
function refresh() {
  if (store.view !== "tables") return;
  const papers = (store.library?.papers ?? []).map((paper) => paper.id + paper.status).join();
  const want = [kind, query(), papers, store.library?.engine.name].join("|");
  if (want !== asked) { asked = want; load(); }
}

async function load() {
  const mine = ++ticket;
  found = null;
  drawTools();
  drawRows();
  let value;
  try {
    const reply = await fetch(`/tables/${kind}.json${query()}`);
    value = reply.ok ? await reply.json() : { error: reply.status === 503 ? "table_wait" : "table_failed" };
  } catch { value = { error: "offline_text" }; }
  if (mine !== ticket) return;
  found = value;
  drawTools();
  drawRows();
}

function drawTools() {
  const focused = document.activeElement?.id;
  fill(tools,
    el("div.segments", { role: "group", "aria-label": t("view_tables") }, KINDS.map((name) => el("button.segment", {
      type: "button", id: `table-${name}`, "aria-pressed": String(kind === name), onclick: () => { kind = name; refresh(); render(); },
    }, t(`table_${name}`)))),
    filter,
    el("span.table-files", {}, ["csv", "md"].map((form) => el("a.text-button", {
      href: `/tables/${kind}.${form}${query()}`, download: "", id: `table-${form}`,
    }, t(`table_${form}`)))),
    el("p.small.table-note", {}, t("table_note")));
  if (focused && tools.contains(document.getElementById(focused))) document.getElementById(focused).focus({ preventScroll: true });
}

function drawRows() {
  body.dataset.state = !found ? "loading" : found.error ? "error" : "ready";
  if (!found || found.error) { fill(body, el("p.none", { role: "status" }, t(found?.error ?? "searching"))); return; }
  const language = store.lang === "zh" ? 0 : 1;
  const shown = found.rows.filter((row) => !wanted || [...row.cells, row.citation.quote, row.citation.paper.title, row.citation.paper.title_en].join("\n").toLowerCase().includes(wanted));
  if (!shown.length) { fill(body, el("p.none", {}, t(found.rows.length ? "table_no_match" : "table_none"))); return; }
  const heads = [...found.columns.map((column) => column[language]), t("table_source")];
  fill(body, el("table.rows", {},
    el("caption.offscreen", {}, t(`table_${kind}`)),
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, shown.map((row) => rowNode(row, heads)))),
  found.total > found.rows.length ? el("p.small", {}, t("table_cut", { n: found.rows.length, total: found.total })) : null);
}

function rowNode(row, heads) {
  const { citation } = row;
  return el("tr", { dataset: { row: citation.number } }, row.cells.map((cell, place) => el("td", { dataset: { head: heads[place] } }, cell)),
    el("td.source", {}, textButton(null, `${titleOf(citation.paper)} · ${t("page_n", { page: citation.page }).replaceAll(" ", "\u00a0")}`, (event) => open(row, event.currentTarget), { "aria-label": t("cite_label", { n: citation.number, paper: titleOf(citation.paper), page: citation.page }) }),
      el("p.row-quote", {}, citation.quote)));
}

function open(row, button) {
  const near = found.rows.map((one) => one.citation).filter((one) => one.paper.id === row.citation.paper.id && one.page === row.citation.page);
  store.tableTurn = { number: `${kind}-${row.citation.paper.id}-${row.citation.page}`, answer: { rows: near } };
  markRow(button.closest("tr"));
  select({ turn: store.tableTurn.number, list: "rows", index: near.indexOf(row.citation) });
}

function markRow(node) {
  root.querySelectorAll("tr[aria-current]").forEach((one) => one.removeAttribute("aria-current"));
  node?.setAttribute("aria-current", "true");
}
