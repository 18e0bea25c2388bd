/** 大图 — one photo at a time over the whole page; arrows turn, Escape or a click beside it closes. */

import { h, icon } from "./dom.js";
import { fileUrl } from "./wire.js";

export function openLightbox(messages, index) {
  const image = h("img", { alt: "" });
  const caption = h("p", { class: "lightbox-words" });
  const show = (to) => {
    index = (to + messages.length) % messages.length;
    const message = messages[index];
    image.src = fileUrl(message.file.file_id);
    image.alt = message.text || message.file.name || "照片";
    const count = messages.length > 1 ? `${index + 1} / ${messages.length}` : "";
    caption.textContent = [count, message.text].filter(Boolean).join(" · ");
    save.href = image.src;
    save.download = message.file.name || "photo.jpg";
  };
  const save = h("a", { class: "round", title: "保存图片", "aria-label": "保存图片" }, icon("save"));
  const close = h("button", { type: "button", class: "round", title: "关闭", "aria-label": "关闭", on: { click: () => dialog.close() } }, icon("close"));
  const turn = (step, name) => (messages.length > 1 ? h("button", { type: "button", class: `round turn ${name}`,
    "aria-label": step < 0 ? "上一张" : "下一张", on: { click: () => show(index + step) } }, icon("down")) : null);
  const dialog = h("dialog", { class: "lightbox", "aria-label": "照片", on: {
    close: () => dialog.remove(),
    click: (event) => { if (event.target === dialog || event.target === frame) dialog.close(); },
    keydown: (event) => {
      if (event.key === "ArrowLeft") show(index - 1);
      if (event.key === "ArrowRight") show(index + 1);
    },
  } });
  const frame = h("div", { class: "lightbox-frame" }, image);
  dialog.append(h("div", { class: "lightbox-bar" }, caption, save, close), frame, ...[turn(-1, "back"), turn(1, "on")].filter(Boolean));
  document.body.append(dialog);
  show(index);
  dialog.showModal();
}
