// Watches the page's own requests, so that "busy" and "server gone" become states of ours.

import { emit } from "./store.js";

export function watchNetwork() {
  const original = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = String(input?.url ?? input);
    try {
      const reply = await original(input, init);
      if (reply.status === 503 && url.includes("/queue/join")) emit("busy");
      return reply;
    } catch (error) {
      if (error?.name !== "AbortError" && url.includes("/gradio_api/")) emit("offline");
      throw error;
    }
  };
}

/** Send one file; ``onprogress`` gets 0-100. Resolves to {file} or {reason}. */
export function upload(file, onprogress) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/library/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("x-yinzheng", "upload");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onprogress(Math.round((100 * event.loaded) / event.total));
    };
    request.onload = () => {
      try { resolve(JSON.parse(request.responseText)); } catch {
        resolve({ reason: request.status === 413 ? "too_big" : "upload_failed" });
      }
    };
    request.onerror = () => resolve({ reason: "upload_failed" });
    request.send(file);
  });
}
