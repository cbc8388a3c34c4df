// Looking for words in the paper that is shown: words in, the sentences that hold them out.

import { el, fill, icon, iconButton } from "./dom.js";
import { emit, on, select, store, t } from "./store.js";

let row, box, told, shown = null, before = null, ticket = 0;

export function start(node) {
  box = el("input.filter", { type: "search", id: "find", autocomplete: "off", maxlength: 200, onkeydown: key });
  told = el("span.small", { id: "find-told", role: "status" });
  row = el("div.find-row", { role: "search" });
  row.hidden = true;
  node.append(row);
  on("selection", tell);
  on("find-close", close);
}

export function render() {
  box.placeholder = t("find_words");
  box.setAttribute("aria-label", t("find_words"));
  fill(row, icon("find"), box, told,
    iconButton("up", t("find_previous"), () => step(-1), { id: "find-previous" }),
    iconButton("down", t("find_next"), () => step(1), { id: "find-next" }),
    iconButton("close", t("find_close"), close, { id: "find-close" }));
  tell();
}

/** The button that opens the row. */
export const button = () => iconButton("find", t("find"), toggle, { id: "page-find", "aria-expanded": String(!row.hidden) });

/** The paper and the page that words are looked for in. */
export function isShown(paper, page) {
  if (shown?.paper.id !== paper.id) told.textContent = "";
  shown = { paper, page };
}

const inFound = () => store.selection?.list === "found";
const known = (words) => inFound() && store.found.words === words && store.found.paper === shown.paper.id;

function toggle() {
  if (!row.hidden) { close(); return; }
  row.hidden = false;
  document.getElementById("page-find").setAttribute("aria-expanded", "true");
  box.focus();
  box.select();
}

async function look() {
  const words = box.value.trim();
  if (!words) return;
  if (known(words)) { step(1); return; }
  const { paper, page } = shown;
  const mine = ++ticket;
  let value = null;
  try {
    const reply = await fetch(`/evidence/${paper.id}/find.json?words=${encodeURIComponent(words)}`);
    if (reply.ok) value = await reply.json();
  } catch { /* said below */ }
  if (mine !== ticket) return;
  if (!value?.total) { told.textContent = t(value ? "find_none" : "find_failed"); return; }
  if (!inFound()) before = store.selection;
  store.found = { number: `find-${ticket}`, words, paper: paper.id, total: value.total, answer: { found: value.citations } };
  const index = value.citations.findIndex((citation) => citation.page >= page);
  select({ turn: store.found.number, list: "found", index: Math.max(0, index) });
}

function step(by) {
  if (!known(box.value.trim())) { look(); return; }
  const count = store.found.answer.found.length;
  select({ ...store.selection, index: (store.selection.index + by + count) % count });
}

function tell() {
  if (inFound()) told.textContent = `${store.selection.index + 1} / ${store.found.total}`;
  else if (told.textContent.includes("/")) told.textContent = "";
}

function key(event) {
  // Enter also ends the choice of a character in Chinese input methods: no search then.
  if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) look();
  if (event.key === "Escape") { event.preventDefault(); close(); }
}

function close() {
  row.hidden = true;
  if (inFound()) {
    store.selection = before;
    emit("selection", {});
  }
  const opener = document.getElementById("page-find");
  opener?.setAttribute("aria-expanded", "false");
  opener?.focus();
}
