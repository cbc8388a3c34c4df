// Where no PDF can be made: the exported paragraphs as a plain document that the browser prints.

import { el } from "./dom.js";
import { emit, t } from "./store.js";

const TAGS = { question: "h1", heading: "h2", reference: "p.reference", quote: "blockquote", cited: "p.small", notice: "footer" };

/** Fetch the paragraphs at ``address``, put them where only printing shows them, and print. */
export async function printDocument(address) {
  let parts;
  try {
    const reply = await fetch(address);
    if (!reply.ok) throw new Error(String(reply.status));
    parts = await reply.json();
  } catch {
    emit("toast", { id: "export", text: t("export_failed") });
    return;
  }
  document.getElementById("print")?.remove();
  document.body.append(el("div", { id: "print", lang: document.documentElement.lang },
    parts.map((part) => el(TAGS[part.kind] ?? "p", {}, part.text))));
  emit("toast", { id: "export", text: t("print_hint"), seconds: 12 });
  window.print();
}
