// What stands where no question was asked yet: examples, or how to begin with an empty library.

import { el, icon, textButton } from "./dom.js";
import { jobProgress } from "./library.js";
import { emit, send, store, t } from "./store.js";

/** The first screen, by what the library holds. */
export function welcome() {
  const library = store.library;
  const empty = library && !library.papers.length;
  if (empty) return emptyLibrary(library);
  const examples = library?.examples ?? [];
  return el("section.welcome", { id: "welcome", dataset: { state: "none" } },
    el("h2", {}, t("welcome_title")), el("p", {}, t("welcome_text")),
    examples.length ? el("h3", {}, t("examples")) : null,
    el("ul.examples", {}, examples.map((example) => {
      const question = example[store.lang];
      return el("li", {}, el("button", { type: "button", onclick: () => emit("ask", { question }) }, question, icon("right")));
    })));
}

function emptyLibrary(library) {
  const running = library.job && (library.job.state === "running" || library.job.waiting);
  return el("section.welcome", { id: "welcome", dataset: { state: "empty" } },
    el("h2", {}, t("empty_title")), el("p", {}, t("empty_text")),
    el("ol.steps", {}, [1, 2, 3].map((n) => el("li", {}, t(`empty_step${n}`)))),
    el("div.row", {},
      el("button.primary", { type: "button", id: "try-samples", disabled: Boolean(running), onclick: () => send("library", "samples") },
        running ? t("job_running") : t("try_samples")),
      textButton("plus", t("add_papers"), () => emit("choose-files"))),
    library.job?.state === "running" ? el("div.welcome-job", {}, jobProgress(library.job)) : null);
}
