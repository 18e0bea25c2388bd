/** 拖放 — files dragged onto a pane, from the desktop or from the list of things to try. */

import { h } from "./dom.js";

export const SHELF_TYPE = "application/x-shelf-file";

/** Fetch a file that the guide offers, as if it had been chosen from disk. */
export async function fetchFile({ label, url, name }) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`取不到文件(${response.status})`);
  const blob = await response.blob();
  const said = response.headers.get("Content-Disposition")?.match(/filename\*=UTF-8''([^;]+)/i)?.[1];
  const fallback = decodeURIComponent(new URL(url, location.href).pathname.split("/").pop());
  const ending = /\.\w{2,5}$/;
  const file = name || (said && decodeURIComponent(said)) || (ending.test(label) ? label : fallback);
  return new File([blob], file, { type: blob.type });
}

export function acceptDrops(pane) {
  const veil = h("div", { class: "drop-veil", hidden: true }, h("span", {}, `松开，交给${pane.person.name}`));
  pane.element.append(veil);
  let depth = 0;
  const carries = (event) => [...event.dataTransfer.types].some((type) => type === "Files" || type === SHELF_TYPE);
  const show = (isShown) => { veil.hidden = !isShown; };
  pane.element.addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  pane.element.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  pane.element.addEventListener("dragleave", (event) => {
    if (!carries(event)) return;
    depth = Math.max(0, depth - 1);
    show(depth > 0);
  });
  pane.element.addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    depth = 0;
    show(false);
    const files = [...event.dataTransfer.files];
    const shelf = event.dataTransfer.getData(SHELF_TYPE);
    try {
      pane.composer.tray.add(shelf ? [await fetchFile(JSON.parse(shelf))] : files);
      pane.composer.focus();
    } catch (fault) {
      pane.notices.toast(fault.message, "bad");
    }
  });
}
