// The question box: text in, "ask" and "stop" out. Also receives the history of the conversation.

import { el, fill, icon } from "./dom.js";
import { emit, isNarrow, on, scope as chosen, send, sendQuestion, setView, store, t } from "./store.js";

const LONGEST = 2000;
let root, box, button, scope, hint, form;

export function start(node) {
  root = node;
  box = el("textarea", {
    id: "question", rows: 1, maxlength: LONGEST, onkeydown: key, oninput: grow, autocomplete: "off",
  });
  button = el("button.ask", { id: "ask", type: "submit" });
  scope = el("button.scope", { type: "button", id: "scope", onclick: () => (chosen().gone ? searchAll() : setView("library")) });
  hint = el("p.notice");
  form = el("form.composer", { onsubmit: (event) => { event.preventDefault(); busy() ? stop() : submit(); } },
    scope, el("div.box", {}, box, button), hint);
  root.append(form);
  on("turns", render);
  on("library", render);
  on("selected-papers", render);
  on("ask", ({ question }) => { box.value = question; submit(); });
  on("draft", (question) => { if (!box.value) { box.value = question; grow(); } });
  on("ready", () => send("conversation", "history"));
  render();
}

const busy = () => store.pending?.state === "searching" || [...store.turns.values()].some((turn) => turn.state === "searching");

export function render() {
  const { n, all, gone } = chosen();
  box.setAttribute("aria-label", t("question_label"));
  box.placeholder = t(isNarrow() ? "placeholder_short" : "placeholder");
  fill(button, icon(busy() ? "stop" : "send"), el("span", {}, t(busy() ? "stop" : "ask")));
  button.dataset.state = busy() ? "busy" : "idle";
  scope.hidden = !all;
  scope.dataset.gone = String(gone);
  fill(scope, t(gone ? "scope_gone" : n ? "scope_some" : "scope_all", { n: n || all }), icon(gone ? "right" : "chevron"));
  fill(hint, t("notice"));
}

function key(event) {
  // Enter also ends the choice of a character in Chinese input methods: not a question then.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (!busy()) submit();
}

function grow() {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 160)}px`;
  if (box.value.length >= LONGEST) emit("toast", { id: "length", text: t("too_long", { n: LONGEST }) });
}

function submit() {
  const question = box.value.trim();
  if (!question || busy()) return;
  box.value = "";
  grow();
  setView("chat");
  sendQuestion("composer", "ask", question);
}

// A choice of papers that are all gone is never silently widened: the person says so.
function searchAll() {
  store.selected.clear();
  emit("selected-papers");
}

function stop() {
  send("composer", "stop", { request: store.pending?.request });
  if (store.pending) store.pending = { ...store.pending, state: "stopped" };
  for (const turn of store.turns.values()) if (turn.state === "searching") turn.state = "stopped";
  emit("turns", {});
}

/** History after a reload, or after undo, clear and "earlier". */
export function receive(value) {
  if (value?.kind !== "history" || value.conversation !== store.conversation) return;
  const turns = value.turns.map((turn) => [turn.number, turn]);
  store.turns = new Map(value.before ? [...turns, ...store.turns] : turns);
  store.earlier = value.earlier;
  if (!value.before) {
    store.pending = null;
    store.selection = null;
    const last = value.turns.at(-1);
    if (last?.state === "searching") send("conversation", "follow");
    else if (last?.answer) emit("open-first", last);
    emit("selection", {});
  }
  if (value.draft) { box.value = value.draft; grow(); box.focus(); }
  emit("turns", { scroll: !value.before });
}
