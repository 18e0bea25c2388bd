/** 待发附件 — pictures and files that are chosen but not sent yet. */

import { h, icon } from "./dom.js";
import { sizeOf } from "./clock.js";

const IS_PHOTO = /^image\/(jpeg|png|webp|gif|bmp)$/;

export class Tray {
  #items = [];

  constructor(onChange) {
    this.onChange = onChange;
    this.element = h("div", { class: "tray", hidden: true });
  }

  get count() {
    return this.#items.length;
  }

  /** `asPhoto` false keeps even a picture as a document, as it is. */
  add(files, asPhoto = true) {
    for (const file of files) {
      const isPhoto = asPhoto && IS_PHOTO.test(file.type);
      this.#items.push({ file, isPhoto, url: isPhoto ? URL.createObjectURL(file) : null });
    }
    this.#draw();
  }

  /** Hand over everything and be empty. */
  take() {
    const items = this.#items;
    this.#items = [];
    this.#draw();
    for (const { url } of items) if (url) URL.revokeObjectURL(url);
    return { photos: items.filter((item) => item.isPhoto).map(({ file }) => file), documents: items.filter((item) => !item.isPhoto).map(({ file }) => file) };
  }

  #draw() {
    this.element.hidden = !this.count;
    this.element.replaceChildren(...this.#items.map((item) => h("div", { class: `tray-item ${item.isPhoto ? "picture" : ""}` },
      item.isPhoto ? h("img", { src: item.url, alt: item.file.name }) : [icon("file"), h("span", { class: "tray-words" }, h("span", {}, item.file.name), h("small", {}, sizeOf(item.file.size)))],
      h("button", { type: "button", class: "tray-drop", "aria-label": `去掉 ${item.file.name}`, on: { click: () => {
        this.#items = this.#items.filter((other) => other !== item);
        this.#draw();
      } } }, icon("close")))));
    this.onChange();
  }
}
