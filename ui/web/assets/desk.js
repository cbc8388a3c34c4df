// Entry: Gradio's empty panels come in, each is handed to the module of its name.

import { applyPreferences, emit, on, setView, store } from "./store.js";
import { watchNetwork } from "./network.js";
import * as masthead from "./masthead.js";
import * as conversation from "./conversation.js";
import * as composer from "./composer.js";
import * as evidence from "./evidence.js";
import * as library from "./library.js";
import * as tables from "./tables.js";

const panels = { masthead, conversation, composer, evidence, tables, library };
const mounted = new Set();

watchNetwork();
const strings = fetch("/strings.json").then((reply) => reply.json());
const style = addStyle("/desk/desk.css");

// Not through Gradio's ``css``: it rewrites selectors, among them those of media queries.
function addStyle(href) {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}

/** Called once by each panel's ``js_on_load``. */
export async function mount(name, element, props, trigger, watch) {
  store.triggers[name] = trigger;
  store.strings = await strings;
  await style;
  const block = document.getElementById(`desk-${name}`);
  block?.parentElement.classList.add("desk-grid");
  const panel = panels[name];
  const root = element.querySelector("[data-panel]");
  panel.start(root);
  on("language", () => panel.render());
  if (panel.receive) {
    watch("value", () => panel.receive(props.value));
    if (props.value && props.value.kind) panel.receive(props.value);
  }
  mounted.add(name);
  if (mounted.size === Object.keys(panels).length) ready();
}

function ready() {
  applyPreferences();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyPreferences);
  setView("chat");
  emit("ready");
  document.documentElement.dataset.ready = "true";
}
