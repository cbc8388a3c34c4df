// The conversation: turns of the store in, questions, sentences and their chips drawn.

import { el, icon, textButton } from "./dom.js";
import { emit, on, select, send, sendQuestion, store, t, titleOf } from "./store.js";
import { exportMenu } from "./export_menu.js";
import { answerText } from "./text.js";
import { welcome } from "./welcome.js";

let root, list;
const GLOSSED = 8; // terms under a sentence; the card has them all
const drawn = new Map(); // turn number -> {node, key}

export function start(node) {
  root = node;
  list = el("div.turns", { tabindex: "-1" });
  root.append(list);
  on("turns", ({ scroll } = {}) => draw(scroll));
  on("library", () => draw(false));
  on("selection", markActive);
  on("open-first", openFirst);
  on("busy", () => fail("busy"));
  on("offline", () => fail("offline"));
  draw(false);
}

export function render() {
  drawn.clear();
  draw(false);
}

/** A turn as it grows on the server. */
export function receive(value) {
  if (value?.kind !== "turn" || value.conversation !== store.conversation) return;
  const turn = value.turn;
  const awaited = store.pending && store.pending.request === turn.request;
  if (turn.state === "busy") { if (awaited) fail("busy"); return; }
  const known = store.turns.get(turn.number);
  if (known && known.state === "stopped" && turn.state === "searching") return;
  if (awaited && store.pending.state === "stopped" && turn.state === "searching") turn.state = "stopped";
  if (awaited) store.pending = null;
  store.turns.set(turn.number, turn);
  emit("turns", { scroll: !known || known.state === "searching" });
  if (turn.state !== "searching" && turn.answer) openFirst(turn);
}

function openFirst(turn) {
  const kind = turn.answer.citations.length ? "citations" : "nearest";
  emit("prefetch", turn.answer[kind]);
  store.selection = turn.answer[kind].length ? { turn: turn.number, list: kind, index: 0 } : null;
  emit("selection", {});
}

function fail(state) {
  if (store.pending?.state !== "searching") return;
  store.pending = { ...store.pending, state };
  emit("draft", store.pending.question);
  emit("turns", { scroll: true });
}

function draw(scroll) {
  const turns = [...store.turns.values()];
  const nodes = [];
  if (!turns.length && !store.pending) nodes.push(welcome());
  if (store.earlier) {
    nodes.push(textButton("up", t("earlier", { n: store.earlier }),
      () => send("conversation", "history", { before: turns[0]?.number }), { id: "earlier" }));
  }
  for (const number of drawn.keys()) if (!store.turns.has(number)) drawn.delete(number);
  const last = turns.at(-1)?.number;
  for (const turn of turns) {
    const key = JSON.stringify([turn.state, turn.answer?.sentences.length, turn.number === last, store.library?.engine.name === "loading", store.library?.pdf]);
    if (drawn.get(turn.number)?.key !== key) drawn.set(turn.number, { key, node: article(turn, turn.number === last) });
    nodes.push(drawn.get(turn.number).node);
  }
  if (store.pending) nodes.push(article({ number: 0, answer: null, ...store.pending }, false));
  // Untouched nodes stay in place, so that focus and scroll position live on.
  nodes.forEach((node, place) => { if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null); });
  while (list.children.length > nodes.length) list.lastElementChild.remove();
  list.dataset.state = store.pending ? "searching" : turns.at(-1)?.state ?? "none";
  markActive();
  if (scroll) list.scrollTop = list.lastElementChild ? Math.max(0, list.lastElementChild.offsetTop - 24) : 0;
}

function article(turn, last) {
  const state = turn.state;
  return el("article.turn", { dataset: { state, turn: turn.number }, "aria-busy": String(state === "searching") },
    el("h2.question", {}, el("span.mark", { "aria-hidden": "true" }, store.lang === "zh" ? "问" : "Q"), el("span", {}, turn.question)),
    turn.answer?.resolved ? el("p.resolved", {}, `${t("understood_as")}${store.lang === "zh" ? "：" : ": "}`, el("q", {}, turn.answer.resolved)) : null,
    el("div.answer", {}, body(turn)),
    turn.number ? foot(turn, last) : null);
}

function body(turn) {
  const answer = turn.answer;
  const sentences = () => answer.sentences.map((sentence) => sentenceNode(turn, sentence));
  switch (turn.state) {
    case "searching":
      return [answer ? sentences() : null, el("p.progress", {}, el("i", { "aria-hidden": "true" }),
        t(answer ? "streaming" : store.library && ["starting", "loading"].includes(store.library.engine.name) ? "waiting_model" : "searching"))];
    case "answered":
      return [sentences(), notes(answer)];
    case "partly":
      return [sentences(), el("p.missing", {}, el("strong", {}, t("partly")),
        ` ${answer.missing.length ? t("missing", { parts: answer.missing.join(store.lang === "zh" ? "、" : ", ") }) : t("partly_text")}`), notes(answer)];
    case "not_found":
      return notFound(turn);
    case "stopped":
      return [answer ? sentences() : null, state("stopped", "stop", t(answer ? "stopped_part" : "stopped_text"))];
    case "error":
      return state("error", "none", turn.message?.[0] ? turn.message[store.lang === "zh" ? 0 : 1] : t("error_text", { code: turn.code }),
        turn.message?.[0] ? t("error_code", { code: turn.code }) : "");
    default:
      return state(turn.state, "none", t(`${turn.state}_text`));
  }
}

function state(name, symbol, text, small = "") {
  return el(`div.state.state-${name}`, { role: name === "stopped" ? "status" : "alert" },
    icon(symbol), el("div", {}, el("h3", {}, t(name)), el("p", {}, text), small ? el("p.small", {}, small) : null));
}

function sentenceNode(turn, sentence) {
  return el("p.sentence", { dataset: { origin: sentence.origin, struck: sentence.reason ? "true" : null } },
    sentence.reason ? el("s", {}, sentence.text) : el("span", {}, sentence.text),
    sentence.citations.map((number) => chip(turn, number)),
    sentence.reason ? el("span.tag", {}, t("struck", { reason: sentence.reason }))
      : sentence.origin === "llm" ? el("span.tag", {}, t("synthesised")) : glossLine(turn, sentence));
}

// The key terms of a Chinese sentence in English, for a reader who asked in English.
function glossLine(turn, sentence) {
  const cited = turn.answer.citations.find((citation) => citation.number === sentence.citations[0]);
  if (!cited?.gloss.length) return null;
  return el("span.sentence-gloss", {}, el("b", {}, t("glossary")), cited.gloss.slice(0, GLOSSED).flatMap(([zh, en]) => [" ", el("span", {}, el("span", { lang: "zh-CN" }, zh), " ", el("span", { lang: "en" }, en))]));
}

function chip(turn, number) {
  const index = turn.answer.citations.findIndex((citation) => citation.number === number);
  const citation = turn.answer.citations[index];
  return el("button.chip", {
    type: "button", disabled: !citation, dataset: { turn: turn.number, list: "citations", index },
    "aria-label": citation ? t("cite_label", { n: number, paper: titleOf(citation.paper), page: citation.page }) : t("cite_missing", { n: number }),
    onclick: () => select({ turn: turn.number, list: "citations", index }),
  }, String(number));
}

function notFound(turn) {
  return el("div.not-found", { id: `not-found-${turn.number}` },
    el("div.not-found-head", {}, icon("none"), el("div", {}, el("h3", {}, t("not_found")), el("p", {}, t("not_found_text")))),
    turn.answer.nearest.length ? el("h4", {}, t("nearest")) : null,
    el("ul.nearest", {}, turn.answer.nearest.map((citation, index) => el("li", {},
      el("button", {
        type: "button", dataset: { turn: turn.number, list: "nearest", index },
        "aria-label": t("nearest_label", { paper: titleOf(citation.paper), page: citation.page }),
        onclick: () => select({ turn: turn.number, list: "nearest", index }),
      }, el("span.place", {}, `${titleOf(citation.paper)} · ${t("page_n", { page: citation.page })}`), el("span.text", {}, citation.quote))))),
    notes(turn.answer));
}

function notes(answer) {
  return answer.notes.length ? el("ul.notes", {}, answer.notes.map((note) => el("li", {}, note[store.lang === "zh" ? 0 : 1]))) : null;
}

function foot(turn, last) {
  const answer = turn.answer;
  const done = turn.state !== "searching";
  if (!done) return null;
  const summary = answer && !["not_found", "stopped"].includes(turn.state)
    ? el("span.summary", {}, turn.state === "answered" ? [el("b", {}, t(turn.state)), " · "] : null, `${t("papers_cited", { n: answer.citations.length, seconds: (answer.milliseconds / 1000).toFixed(2) })}`)
    : el("span.summary");
  return el("footer.turn-foot", {}, summary, el("div.actions", {},
    answer ? textButton("copy", t("copy"), () => copy(answerText(turn)), { dataset: { action: "copy" } }) : null,
    answer ? exportMenu(turn) : null,
    last ? textButton("retry", t("retry"), () => retry(turn), { dataset: { action: "retry" } }) : null,
    last ? textButton("undo", t("undo"), () => send("conversation", "undo"), { dataset: { action: "undo" } }) : null,
    last ? textButton("clear", t("clear"), clear, { dataset: { action: "clear" } }) : null));
}

function retry(turn) {
  store.turns.delete(turn.number);
  store.selection = null;
  emit("selection", {});
  sendQuestion("conversation", "retry", turn.question);
}

function clear() {
  send("conversation", "clear");
  emit("toast", { text: t("cleared") });
  document.getElementById("question")?.focus();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without permission or HTTPS the old way still works.
    const area = el("textarea.offscreen", { "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  emit("toast", { id: "copy", text: t("copied"), seconds: 2 });
}

function markActive() {
  const chosen = store.selection;
  for (const node of list.querySelectorAll("[data-index]")) {
    const active = Boolean(chosen) && !chosen.browse && node.dataset.turn === String(chosen.turn)
      && node.dataset.list === chosen.list && node.dataset.index === String(chosen.index);
    if (active) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
  }
}
