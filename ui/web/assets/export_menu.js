// The menu under an answer: it alone or the whole conversation, as Markdown, Word or PDF.

import { el, icon } from "./dom.js";
import { printDocument } from "./print.js";
import { store, t } from "./store.js";

/** The menu of ``turn``. */
export function exportMenu(turn) {
  const address = (scope, kind) => `/export/${store.conversation}/${scope}.${kind}?lang=${store.lang}`;
  const link = (scope, kind) => kind === "pdf" && !store.library?.pdf
    ? el("button", { type: "button", dataset: { kind: "print", scope }, onclick: () => printDocument(address(scope, "json")) }, t("export_print"))
    : el("a", { href: address(scope, kind), download: "", dataset: { kind, scope } }, t(`export_${kind}`));
  const kinds = ["md", "docx", "pdf"];
  return el("details.menu", { ontoggle: place },
    el("summary.text-button", {}, icon("export"), el("span", {}, t("export"))),
    el("div.menu-body", {},
      el("p", {}, t("export_answer")), kinds.map((kind) => link(turn.number, kind)),
      el("p", {}, t("export_all")), kinds.map((kind) => link("all", kind))));
}

// Above its button, or below where the conversation has no room above.
function place(event) {
  const menu = event.currentTarget;
  const room = menu.getBoundingClientRect().top - menu.closest(".turns").getBoundingClientRect().top;
  menu.dataset.below = String(menu.open && room < menu.lastElementChild.offsetHeight + 8);
}

// A menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});
