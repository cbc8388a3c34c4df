// Page images of papers: (paper, page) in, a decoded image and the page's size in points out.

const HELD = 40;
const images = new Map(); // "paper/page" -> promise, least recently used first

/** Resolves to {url, width, height}; rejects with an Error whose ``status`` is the HTTP one. */
export function pageImage(paper, page) {
  const key = `${paper}/${page}`;
  const held = images.get(key);
  if (held) {
    images.delete(key);
    images.set(key, held);
    return held;
  }
  const fresh = load(paper, page);
  images.set(key, fresh);
  fresh.catch(() => images.delete(key));
  while (images.size > HELD) {
    const [oldest, promise] = images.entries().next().value;
    images.delete(oldest);
    promise.then((image) => URL.revokeObjectURL(image.url), () => {});
  }
  return fresh;
}

async function load(paper, page) {
  const reply = await fetch(`/evidence/${paper}/${page}.png`);
  if (!reply.ok) throw Object.assign(new Error(`page image ${reply.status}`), { status: reply.status });
  const [width, height] = reply.headers.get("x-page-size").split(" ").map(Number);
  const url = URL.createObjectURL(await reply.blob());
  const image = new Image();
  image.src = url;
  await image.decode();
  return { url, width, height, image };
}

/** Load the pages of citations ahead of the click. */
export async function prefetch(citations) {
  const root = document.documentElement;
  root.dataset.prefetch = "running";
  for (const citation of citations) {
    for (const page of citationPages(citation)) {
      try { await pageImage(citation.paper.id, page); } catch { /* shown when it is opened */ }
    }
  }
  root.dataset.prefetch = "done";
}

/** The pages a citation touches, in order; at least its own. */
export function citationPages(citation) {
  const pages = new Set(citation.boxes.map((box) => box[0]));
  if (!pages.size) pages.add(citation.page);
  return [...pages].sort((a, b) => a - b);
}
