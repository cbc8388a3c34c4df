// What the whole page shares: language, preferences, turns, library, selection, a small bus.

const bus = new EventTarget();
const saved = (name, fallback) => {
  try { return localStorage.getItem(`yinzheng.${name}`) ?? fallback; } catch { return fallback; }
};

function firstLanguage() {
  const asked = new URLSearchParams(location.search).get("lang") || saved("lang", "");
  if (asked) return asked.toLowerCase().startsWith("zh") ? "zh" : "en";
  return (navigator.languages?.[0] || navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** 32 hexadecimal digits that nobody guesses. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function conversationId() {
  try {
    const kept = sessionStorage.getItem("yinzheng.conversation");
    if (/^[0-9a-f]{32}$/.test(kept ?? "")) return kept;
  } catch { /* storage may be switched off: the conversation then ends with the page */ }
  const id = freshId();
  try { sessionStorage.setItem("yinzheng.conversation", id); } catch { /* as above */ }
  return id;
}

export const store = {
  strings: { zh: {}, en: {} },
  lang: firstLanguage(),
  theme: saved("theme", "auto"),
  length: saved("length", "medium"),
  llm: saved("llm", "off") === "on",
  conversation: conversationId(),
  turns: new Map(), // number -> turn, in order
  earlier: 0,
  pending: null, // the question on its way to the server
  library: null, // last status of the library panel
  selected: new Set(), // short paper ids that questions run over, kept when a paper is removed; empty means all
  tableTurn: null, // the rows of a table on one page, in the form of a turn
  found: null, // the sentences of a paper with some words, in the form of a turn
  selection: null, // {turn, list: "citations" | "nearest" | "rows" | "found", index} or {browse: paper, page}
  view: "chat",
  triggers: {}, // panel name -> Gradio's trigger of that panel
};

/** The text of ``key`` in the page's language ("key_one" where n is 1), placeholders filled in. */
export function t(key, values = {}) {
  const table = store.strings[store.lang];
  const text = (Number(values.n) === 1 && table[`${key}_one`]) || (table[key] ?? key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function on(name, handler) { bus.addEventListener(name, (event) => handler(event.detail)); }
export function emit(name, detail) { bus.dispatchEvent(new CustomEvent(name, { detail })); }

/** Set a preference, keep it in this browser, tell everyone. */
export function prefer(name, value) {
  store[name] = value;
  try { localStorage.setItem(`yinzheng.${name}`, name === "llm" ? (value ? "on" : "off") : value); } catch { /* not kept */ }
  emit(name === "lang" ? "language" : "preference", name);
  applyPreferences();
}

export function applyPreferences() {
  const root = document.documentElement;
  const dark = store.theme === "dark" || (store.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  root.lang = store.lang === "zh" ? "zh-CN" : "en";
  document.body.classList.toggle("dark", dark);
  if (store.strings[store.lang].title) document.title = t("title");
}

/** Send an event of a panel to the server, with the conversation it belongs to. */
export function send(panel, name, data = {}) {
  store.triggers[panel]?.(name, { conversation: store.conversation, ...data });
}

/** Send a question, new or once more, with all that it is asked over; shown until its turn comes. */
export function sendQuestion(panel, name, question) {
  const request = freshId();
  store.pending = { question, request, state: "searching" };
  emit("turns", { scroll: true });
  send(panel, name, {
    question, request, papers: [...store.selected], length: store.length, llm: store.llm && Boolean(store.library?.llm),
  });
}

export function setView(view) {
  store.view = view;
  document.documentElement.dataset.view = view;
  emit("view", view);
}

/** Choose a citation; ``reveal`` also brings the evidence into view on a narrow page. */
export function select(selection, { reveal = true } = {}) {
  const at = performance.now();
  store.selection = selection;
  if (reveal) setView("evidence"); // first: what is not displayed has no places to scroll to
  emit("selection", { at });
}

/** The citation that a selection names, with its turn; null when there is none. */
export function selectedCitation() {
  const chosen = store.selection;
  if (!chosen || chosen.browse) return null;
  const turn = { rows: store.tableTurn, found: store.found }[chosen.list] ?? store.turns.get(chosen.turn);
  const citation = turn?.answer?.[chosen.list]?.[chosen.index];
  return citation ? { turn, citation } : null;
}

/** Whether questions can run over a paper of the library. */
export const usable = (paper) => paper.status === "indexed" || paper.status === "partial";

/** How many papers can be asked (``all``), how many of them are chosen (``n``), and whether some
 * were chosen and none of those is left (``gone``). */
export function scope() {
  const known = (store.library?.papers ?? []).filter(usable);
  const n = known.filter((paper) => store.selected.has(paper.id)).length;
  return { n, all: known.length, gone: store.selected.size > 0 && n === 0 };
}

/** A paper's title in the page's language where it has one; its own otherwise. */
export const titleOf = (paper) => (store.lang === "en" && paper.title_en) || paper.title;

export const isNarrow = () => matchMedia("(max-width: 860px)").matches;

applyPreferences();
