// Turns -> a plain document that the browser prints or saves as PDF, with page-level references.

import { el } from "./dom.js";
import { reference } from "./text.js";
import { store, t } from "./store.js";

/** Put the document into the page, where only printing shows it, and open the print dialog. */
export function printTurns(turns) {
  document.getElementById("print")?.remove();
  document.body.append(el("div", { id: "print", lang: document.documentElement.lang }, turns.map(section), el("footer", {}, t("notice"))));
  window.print();
}

function section(turn) {
  const answer = turn.answer;
  const cited = turn.state === "not_found" ? answer.nearest : answer.citations;
  const label = (citation) => (citation.number ? `[${citation.number}] ` : "· ");
  const [open, close] = store.lang === "zh" ? ["「", "」"] : ["“", "”"];
  return el("section", {},
    el("h1", {}, turn.question),
    turn.state === "not_found" ? el("p", {}, t("not_found")) : null,
    turn.state === "partly" && answer.missing.length ? el("p", {}, t("missing", { parts: answer.missing.join(", ") })) : null,
    answer.sentences.filter((sentence) => !sentence.reason).map((sentence) => el("p", {}, `${sentence.text} ${sentence.citations.map((n) => `[${n}]`).join("")}`)),
    cited.length ? el("h2", {}, t(turn.state === "not_found" ? "nearest" : "references")) : null,
    el("ol", {}, cited.map((citation) => el("li", {}, label(citation), reference(citation), el("blockquote", {}, `${open}${citation.quote}${close}`)))));
}
