// The head of the page: name, state of the engine, views, language, settings, short messages.

import { el, fill, icon, iconButton } from "./dom.js";
import { on, prefer, setView, store, t } from "./store.js";
import { openSettings } from "./settings.js";

let root;
let toasts;

export function start(node) {
  root = node;
  toasts = el("div.toasts", { role: "status", "aria-live": "polite" });
  document.body.append(toasts);
  on("view", render);
  on("library", render);
  on("toast", toast);
  render();
}

export function render() {
  const engine = store.library?.engine ?? { name: "starting", message: ["", ""] };
  const message = engine.message[store.lang === "zh" ? 0 : 1];
  const focused = root.contains(document.activeElement) ? document.activeElement.id : "";
  fill(
    root,
    el("a.skip", { href: "#question", onclick: skip }, t("skip")),
    el("header.masthead", {},
      el("div.brand", {},
        el("span.seal", { "aria-hidden": "true" }, el("span", {}, "引"), el("span", {}, "证")),
        el("div", {}, el("h1", {}, t("brand")), el("p.tagline", {}, t("tagline")))),
      el("nav.views", { "aria-label": t("views") }, ["chat", "evidence", "tables", "library"].map(viewButton)),
      el("div.tools", {},
        el("span.engine", { id: "engine-state", role: "status", dataset: { state: engine.name } },
          el("i", { "aria-hidden": "true" }), el("span", {}, t(`engine_${engine.name}`))),
        el("button.text-button", {
          type: "button", id: "language", title: t("language_label"),
          lang: store.lang === "zh" ? "en" : "zh-CN",
          onclick: () => prefer("lang", store.lang === "zh" ? "en" : "zh"),
        }, t("language")),
        iconButton("gear", t("settings"), openSettings, { id: "settings" }))),
    message ? el("p.banner", { role: "alert", id: "banner" }, icon("none"), el("span", {}, message)) : null,
  );
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function viewButton(view) {
  const count = view === "library" ? store.library?.papers.length : 0;
  return el(`button.view.view-${view}`, {
    type: "button", id: `view-${view}`, "aria-pressed": String(shownView(view)),
    onclick: () => setView(view),
  }, t(`view_${view}`), count ? el("span.count", {}, String(count)) : null);
}

// Beside the chat a wide page always shows one of the other two.
function shownView(view) {
  if (view === "evidence" && store.view === "chat" && !matchMedia("(max-width: 860px)").matches) return true;
  return store.view === view;
}

function skip(event) {
  event.preventDefault();
  setView("chat");
  document.getElementById("question")?.focus();
}

/** Show a short message; ``action`` is {label, run}. */
function toast({ text, action = null, seconds = 6, id = "" }) {
  if (id) toasts.querySelector(`[data-id="${CSS.escape(id)}"]`)?.remove();
  const close = () => node.remove();
  const node = el("div.toast", { dataset: { id } },
    el("span", {}, text),
    action && el("button.text-button", { type: "button", onclick: () => { action.run(); close(); } }, action.label),
    iconButton("close", t("close"), close));
  toasts.append(node);
  setTimeout(close, seconds * 1000);
}
