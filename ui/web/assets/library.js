// The library: papers and the indexing job come in; uploads, selection, removal go out.

import { el, fill, icon, textButton } from "./dom.js";
import { emit, on, send, setView, store, t, titleOf, usable } from "./store.js";
import { upload } from "./network.js";
import { details } from "./paper_details.js";

let root, drop, picker, job, tools, list, filter;
let wanted = "";
const open = new Map(); // paper id -> details node shown under its row
const uploads = new Map(); // file name -> percent

export function start(node) {
  root = node;
  picker = el("input", { type: "file", accept: "application/pdf,.pdf", multiple: true, id: "files", class: "offscreen", onchange: () => { take(picker.files); picker.value = ""; } });
  drop = el("div.drop", { ondragover: over, ondragleave: leave, ondrop: dropped });
  job = el("div.job", { id: "job", role: "status" });
  filter = el("input.filter", { type: "search", id: "filter", oninput: () => { wanted = filter.value.trim().toLowerCase(); drawList(); } });
  tools = el("div.library-tools");
  list = el("ul.papers", { id: "papers" });
  root.append(el("section.library", { id: "library" }, drop, job, tools, list));
  document.body.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) { event.preventDefault(); setView("library"); } });
  document.body.addEventListener("drop", (event) => event.preventDefault());
  on("choose-files", () => { setView("library"); picker.click(); });
  on("selected-papers", drawList);
  render();
}

/** The status of engine, papers and job. */
export function receive(value) {
  if (value?.kind !== "library") return;
  const before = store.library?.job;
  store.library = value;
  const known = new Set(value.papers.map((paper) => paper.id));
  for (const id of open.keys()) if (!known.has(id)) open.delete(id);
  if (before?.state === "running" && value.job?.state === "done") refreshDetails(value.papers);
  draw();
  emit("library", value);
  if (value.notice) emit("toast", { id: "notice", text: t(value.notice.key, value.notice), seconds: 12 });
}

export function render() {
  open.clear();
  draw();
}

function draw() {
  root.firstElementChild.setAttribute("aria-label", t("library"));
  fill(drop, el("p.drop-text", {}, el("b", {}, t("drop")), ` ${t("drop_or")} `,
    textButton("plus", t("choose"), () => picker.click(), { id: "choose" })),
  el("p.small", {}, t("drop_limit", { mb: store.library?.max_mb ?? 100 })), picker);
  picker.setAttribute("aria-label", t("add_papers"));
  picker.tabIndex = -1;
  drawJob();
  drawList();
}

function drawJob() {
  const state = store.library?.job;
  const rows = [...uploads].map(([name, percent]) => (percent === null ? waitingFile(name, "queued") : progress(name, t("uploading", { percent }), percent / 100)));
  if (state?.state === "running") {
    rows.push(el("p.job-title", {}, t("job_running")), jobProgress(state), otherFiles(state));
  } else if (state?.state === "failed") {
    rows.push(el("div.job-end.bad", { role: "alert" }, icon("none"), el("div", {}, el("b", {}, t("job_failed")), el("p", {}, state.error?.[store.lang === "zh" ? 0 : 1] ?? "")), dismiss()));
  } else if (state?.state === "done") {
    rows.push(el("div.job-end", {}, icon("check"), el("b", {}, t("job_done")), el("span.small", {}, outcome(state.result)), dismiss()));
  }
  job.dataset.state = uploads.size ? "uploading" : state?.state ?? "none";
  fill(job, rows);
}

const waitingFile = (name, state) => el("div.job-file", {}, el("span.name", {}, name), el("span.small", {}, t(state)));

/** The files of a job beside the one at hand: those that wait, then those that are read. */
function otherFiles(state) {
  const others = (state.files ?? []).filter((file) => file.state !== "reading");
  if (!others.length) return null;
  return el("div.job-files", { tabindex: "0", role: "group", "aria-label": t("job_files") },
    others.map((file) => waitingFile(file.name, file.state === "read" ? "stage_done" : "queued")),
    state.more ? el("p.small", {}, t("job_more", { n: state.more })) : null);
}

/** How many of the files asked for are in the library now, and how many are not. */
function outcome(result) {
  return Object.entries(result ?? {}).filter(([, n]) => n).map(([name, n]) => t(name === "failed" ? "job_failed_files" : "job_indexed", { n })).join(" · ");
}

/** The progress of a running job: its file, stage and how much of it is done. */
export function jobProgress(state) {
  const done = state.total ? t("stage_pages", { done: state.done, total: state.total }) : "";
  const label = [t(stageKey(state.stage)), done, ...readingLabel(state.reading)].join(" ").trim();
  return progress(state.file || "", label, state.total ? state.done / state.total : null);
}

/** Where the reading of one paper stands; recognising scans takes long enough to say how long. */
function readingLabel(place) {
  if (!place || place.done >= place.total) return [];
  const page = { page: place.done + 1, total: place.total };
  const left = place.seconds_left ? [t("reading_left", { seconds: Math.round(place.seconds_left) })] : [];
  return ["·", t(place.stage === "ocr" ? "reading_ocr" : "reading_page", page), ...left];
}

const STAGES = { read: "stage_read", pars: "stage_read", embed: "stage_embed", writ: "stage_write" };
const stageKey = (stage) => STAGES[Object.keys(STAGES).find((name) => String(stage ?? "").includes(name))] ?? "stage_start";
const dismiss = () => textButton(null, t("dismiss"), () => send("library", "dismiss"), { id: "dismiss" });

function progress(name, label, part) {
  return el("div.progress-row", {}, el("span.name", {}, name), el("span.small", {}, label),
    el("progress", { max: 1, value: part, "aria-label": `${name} ${label}` }));
}

function drawList() {
  const papers = store.library?.papers ?? [];
  const shown = papers.filter((paper) => !wanted || [paper.title, paper.title_en, paper.file, paper.journal, paper.year, ...paper.authors].join("\n").toLowerCase().includes(wanted));
  filter.placeholder = t("filter");
  filter.setAttribute("aria-label", t("filter"));
  if (!tools.contains(filter)) tools.append(filter, el("span.tool-rest"));
  fill(tools.querySelector(".tool-rest"), el("span.small", {}, t("papers_count", { n: shown.length })),
    textButton(null, t(store.selected.size ? "select_none" : "select_all"), () => {
      if (store.selected.size) store.selected.clear();
      else shown.filter(usable).forEach((paper) => store.selected.add(paper.id));
      emit("selected-papers");
    }, { id: "select-all" }));
  tools.hidden = !papers.length;
  const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
  fill(list, shown.map(row), papers.length && !shown.length ? el("li.none", {}, t("papers_none")) : null,
    !papers.length && store.library ? el("li.none", {}, t("library_none")) : null);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function row(paper) {
  const reason = paper.reason?.[store.lang === "zh" ? 0 : 1];
  const facts = [titleOf(paper) === paper.title ? "" : paper.title, paper.authors[0], paper.journal, paper.year, paper.pages ? t("pages", { n: paper.pages }) : "", paper.passages ? t("passages", { n: paper.passages }) : ""];
  const result = Object.entries(paper.result ?? {}).filter(([, n]) => n).map(([name, n]) => t(`result_${name}`, { n }));
  return el("li.paper", { dataset: { paper: paper.id, status: paper.status } },
    el("input", {
      type: "checkbox", id: `pick-${paper.id}`, checked: store.selected.has(paper.id), disabled: !usable(paper),
      "aria-label": t("select_paper", { paper: titleOf(paper) }),
      onchange: (event) => { store.selected[event.target.checked ? "add" : "delete"](paper.id); emit("selected-papers"); },
    }),
    el("div.paper-text", {},
      el("h3", {}, titleOf(paper)),
      el("p.facts", {}, facts.filter(Boolean).join(" · ")),
      result.length ? el("p.facts.result", {}, result.join(" · ")) : null,
      reason ? el("p.reason", {}, reason) : null),
    el("div.paper-side", {},
      el("span.status", { dataset: { status: paper.status } }, t(`status_${paper.status}`)),
      el("div.paper-actions", {},
        textButton("chevron", t("details"), () => toggle(paper), { id: `details-${paper.id}`, "aria-expanded": String(open.has(paper.id)), "aria-label": `${t("details")} ${titleOf(paper)}` }),
        textButton("retry", t("reread"), () => send("library", "reread", { paper: paper.id }), { id: `reread-${paper.id}`, "aria-label": `${t("reread")} ${titleOf(paper)}` }),
        textButton("clear", t("delete"), () => remove(paper), { id: `delete-${paper.id}`, "aria-label": `${t("delete")} ${titleOf(paper)}` }))),
    open.get(paper.id) ?? null);
}

async function refreshDetails(papers) {
  for (const paper of papers.filter((one) => open.has(one.id))) open.set(paper.id, await details(paper));
  drawList();
}

async function toggle(paper) {
  if (open.has(paper.id)) open.delete(paper.id);
  else open.set(paper.id, await details(paper));
  drawList();
}

function remove(paper) {
  send("library", "remove", { paper: paper.id });
  emit("toast", {
    id: `removed-${paper.id}`, text: t("deleted", { paper: titleOf(paper) }), seconds: store.library.undo_seconds - 2,
    action: { label: t("restore"), run: () => send("library", "restore", { paper: paper.id }) },
  });
}

async function take(files) {
  setView("library");
  const limit = store.library?.max_mb ?? 100;
  const refused = (file) => (!/\.pdf$/i.test(file.name) ? "not_pdf" : file.size > limit * 1e6 ? "too_big" : "");
  for (const file of files) if (!refused(file)) uploads.set(file.name, null);
  for (const file of [...files]) {
    let result = { reason: refused(file) };
    if (!result.reason) {
      uploads.set(file.name, 0);
      drawJob();
      result = await upload(file, (percent) => { uploads.set(file.name, percent); drawJob(); });
      uploads.delete(file.name);
      drawJob();
    }
    if (result.reason) emit("toast", { id: `rejected-${file.name}`, seconds: 12, text: t("rejected", { file: file.name, reason: t(result.reason, { mb: limit }) }) });
  }
  send("library", "refresh");
}

function over(event) {
  event.preventDefault();
  drop.dataset.over = "true";
}
function leave() { delete drop.dataset.over; }
function dropped(event) {
  event.preventDefault();
  leave();
  take(event.dataTransfer.files);
}
