// Answers and citations -> plain text for the clipboard.

import { store, t } from "./store.js";

/** The citation's GB/T 7714 entry with the page quoted and its section. */
const reference = (citation) => citation.reference[store.lang === "zh" ? 0 : 1];

export function quoteText(citation) {
  const [open, close] = store.lang === "zh" ? ["「", "」"] : ["“", "”"];
  return `${open}${citation.quote}${close}\n${reference(citation)}`;
}

export function answerText(turn) {
  const answer = turn.answer;
  const lines = [turn.question, ""];
  if (turn.state === "not_found") lines.push(t("not_found"));
  for (const sentence of answer.sentences) {
    if (!sentence.reason) lines.push(`${sentence.text} ${sentence.citations.map((n) => `[${n}]`).join("")}`);
  }
  if (turn.state === "stopped") lines.push(t("stopped_part"));
  lines.push("");
  for (const citation of answer.citations) lines.push(`[${citation.number}] ${reference(citation)}`);
  return lines.join("\n").trim();
}
