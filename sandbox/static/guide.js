/** 试一试 — the panel that says what to try, starts links as a person and offers files to send. */

import { avatar, h, icon } from "./dom.js";
import { fetchFile, SHELF_TYPE } from "./drop.js";
import { castStrip } from "./strip.js";

function fileRow(file, desk) {
  const place = async () => {
    const pane = desk.activePane();
    try {
      pane.composer.tray.add([await fetchFile(file)]);
      pane.composer.focus();
      desk.show(pane.person.id);
    } catch (fault) {
      pane.notices.toast(fault.message, "bad");
    }
  };
  return h("div", { class: "shelf", draggable: "true", title: "可以直接拖到任何一个聊天里", on: {
    dragstart: (event) => event.dataTransfer.setData(SHELF_TYPE, JSON.stringify(file)),
  } }, icon("file"), h("a", { href: file.url, download: "", class: "shelf-name" }, file.label),
  h("button", { type: "button", class: "key small put", on: { click: place } }, "放入", h("span", { class: "put-who" }, desk.activePane()?.person.name ?? "")));
}

function hintCard(hint, number, store, desk) {
  return h("li", { class: "hint" }, h("span", { class: "hint-number" }, String(number)),
    h("div", { class: "hint-words" }, h("h3", {}, hint.title), (hint.lines ?? []).map((line) => h("p", {}, line)),
      (hint.links ?? []).length ? h("div", { class: "hint-links" }, hint.links.map((link) => {
        const person = store.person(link.person);
        if (!person) return null;
        return h("button", { type: "button", class: "hint-link", title: `以${person.name}的身份打开`, on: { click: () => desk.startAs(person, link.payload) } },
          avatar(person, "small"), h("span", {}, link.label));
      })) : null,
      (hint.files ?? []).map((file) => fileRow(file, desk))));
}

export class Guide {
  constructor(element, store, desk) {
    Object.assign(this, { element, store, desk });
    this.draw();
  }

  get isOpen() {
    return !this.element.hidden;
  }

  toggle(isOpen = !this.isOpen) {
    this.element.hidden = !isOpen;
    document.body.classList.toggle("guided", isOpen);
    this.onToggle?.(isOpen);
  }

  /** The file rows name the pane that would get the file. */
  drawActive() {
    const name = this.desk.activePane()?.person.name ?? "";
    for (const who of this.element.querySelectorAll(".put-who")) who.textContent = name;
  }

  draw() {
    const { hints } = this.store;
    this.element.replaceChildren(
      h("div", { class: "guide-head" }, h("h2", {}, "试一试"), h("button", { type: "button", class: "round", "aria-label": "收起", title: "收起", on: { click: () => this.toggle(false) } }, icon("close"))),
      h("div", { class: "guide-body" },
        hints.length ? h("ol", { class: "hints" }, hints.map((hint, index) => hintCard(hint, index + 1, this.store, this.desk)))
          : h("ol", { class: "hints" }, hintCard({ title: "打个招呼", lines: ["任选一个人，按「开始」，或者输入 / 看看机器人会些什么。"] }, 1, this.store, this.desk),
            hintCard({ title: "交个文件、拍张照片", lines: ["回形针里有四张示例照片，也可以把文件拖进聊天、把截图直接粘贴进来。"] }, 2, this.store, this.desk),
            hintCard({ title: "换个人看看", lines: ["同一件事，企业和监管人员看到的不一样。收到的邀请链接，点它下面的头像就交给了那个人。"] }, 3, this.store, this.desk)),
        h("div", { class: "guide-cast" }, h("h3", {}, "另外三位"), castStrip(this.store, this.desk))));
  }
}
