// Answers and citations -> plain text for the clipboard.

import { store, t } from "./store.js";

/** "authors. title. journal, year: page" as far as it is known. */
export function reference(citation) {
  const paper = citation.paper;
  const authors = paper.authors.length > 3 ? `${paper.authors.slice(0, 3).join(", ")}${store.lang === "zh" ? ", 等" : ", et al."}` : paper.authors.join(", ");
  const source = [paper.journal, paper.year].filter(Boolean).join(", ");
  return [authors, paper.title, source, t("page_n", { page: citation.page })].filter(Boolean).join(". ");
}

export function quoteText(citation) {
  const [open, close] = store.lang === "zh" ? ["「", "」"] : ["“", "”"];
  return `${open}${citation.quote}${close}\n${reference(citation)}${citation.paper.doi ? `. DOI: ${citation.paper.doi}` : ""}`;
}

export function answerText(turn) {
  const answer = turn.answer;
  const lines = [turn.question, ""];
  if (turn.state === "not_found") lines.push(t("not_found"));
  for (const sentence of answer.sentences) {
    if (!sentence.reason) lines.push(`${sentence.text} ${sentence.citations.map((n) => `[${n}]`).join("")}`);
  }
  lines.push("");
  for (const citation of answer.citations) lines.push(`[${citation.number}] ${reference(citation)}`);
  return lines.join("\n").trim();
}
