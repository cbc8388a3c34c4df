// The settings drawer: preferences out of the store, changes back into it.

import { el, fill, iconButton } from "./dom.js";
import { on, prefer, store, t } from "./store.js";

let dialog;

export function openSettings() {
  if (!dialog) {
    dialog = el("dialog.drawer", { id: "drawer", onclick: (event) => event.target === dialog && dialog.close() });
    document.body.append(dialog);
    on("language", render);
    on("preference", render);
  }
  render();
  dialog.showModal();
}

function render() {
  dialog.setAttribute("aria-label", t("settings"));
  const focused = dialog.contains(document.activeElement) ? document.activeElement.id : "";
  fill(dialog, el("div.drawer-body", {},
    el("div.drawer-head", {}, el("h2", {}, t("settings")), iconButton("close", t("close"), () => dialog.close())),
    choice("lang", "set_language", [["zh", "中文", "zh-CN"], ["en", "English", "en"]]),
    choice("length", "set_length", [["short", t("length_short")], ["medium", t("length_medium")], ["long", t("length_long")]]),
    choice("theme", "set_theme", [["auto", t("theme_auto")], ["light", t("theme_light")], ["dark", t("theme_dark")]]),
    model(),
    el("section", {}, el("h3", {}, t("set_about")), el("p", {}, t("notice")))));
  if (focused) document.getElementById(focused)?.focus();
}

function choice(name, label, options) {
  return el("fieldset", {}, el("legend", {}, t(label)), el("div.segments", {},
    options.map(([value, text, lang]) => {
      const input = el("input", {
        type: "radio", name: `set-${name}`, id: `set-${name}-${value}`, value,
        checked: store[name] === value, onchange: () => prefer(name, value),
      });
      return el("label", { lang }, input, el("span", {}, text));
    })));
}

function model() {
  const llm = store.library?.llm;
  if (!llm) return el("section", {}, el("h3", {}, t("set_llm")), el("p", {}, t("llm_none")));
  const input = el("input", {
    type: "checkbox", id: "set-llm", checked: store.llm, onchange: (event) => prefer("llm", event.target.checked),
  });
  return el("fieldset", {}, el("legend", {}, t("set_llm")),
    el("label.check", {}, input, el("span", {}, t("llm_use", { model: llm.model }))),
    el("p", {}, llm.local ? t("llm_local") : t("llm_warning", { host: llm.host })));
}
