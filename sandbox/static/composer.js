/** 输入栏 — text, commands, attachments waiting to go, and the reply keyboard. */

import { h, icon } from "./dom.js";
import { Completion } from "./completion.js";
import { glance } from "./bubble.js";
import { replyKeyboard, replyRows } from "./keyboard.js";
import { closePopup, openPopup } from "./popup.js";
import { samplePicker } from "./samples.js";
import { Tray } from "./tray.js";

const TALLEST = 150;

export class Composer {
  #reply = null;
  #revised = null;
  #isKeyboardShown = true;

  constructor(pane) {
    this.pane = pane;
    this.tray = new Tray(() => this.#drawSend());
    this.input = h("textarea", { rows: "1", placeholder: "说点什么，或输入 /", "aria-label": `以${pane.person.name}的身份发消息`, enterkeyhint: "send", maxlength: "4096" });
    this.completion = new Completion(this.input, pane, (command) => this.#sendText(command));
    this.sendKey = h("button", { type: "button", class: "round send", "aria-label": "发送", title: "发送（回车）", on: { click: () => this.send() } }, icon("send"));
    this.menuKey = h("button", { type: "button", class: "menu-key", "aria-haspopup": "menu", title: "命令菜单", "aria-label": "命令菜单", on: { click: () => this.#openMenu() } }, icon("menu"));
    this.clipKey = h("button", { type: "button", class: "round", "aria-haspopup": "menu", title: "照片、文件、位置、名片", "aria-label": "添加附件", on: { click: () => this.#openAttach() } }, icon("clip"));
    this.keysKey = h("button", { type: "button", class: "round", title: "显示或收起快捷回复", "aria-label": "快捷回复", hidden: true, on: { click: () => { this.#isKeyboardShown = !this.#isKeyboardShown; this.reload(); } } }, icon("keyboard"));
    this.quote = h("div", { class: "quote-bar", hidden: true });
    this.keys = h("div", { class: "keys-slot" });
    this.line = h("div", { class: "line" }, this.menuKey, h("div", { class: "field" }, this.input, this.keysKey, this.clipKey), this.sendKey);
    this.stopped = h("div", { class: "stopped", hidden: true }, h("span", {}, `${pane.person.name}已停用机器人`),
      h("button", { type: "button", class: "key solid primary", on: { click: () => pane.unblock() } }, "恢复"));
    this.element = h("footer", { class: "composer" }, this.completion.element, this.quote, this.tray.element, this.line, this.keys, this.stopped);
    this.#listen();
  }

  #listen() {
    this.input.addEventListener("input", () => { closePopup(); this.#grow(); });
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      this.tray.add(files);
    });
  }

  #onKey(event) {
    if (event.isComposing || this.completion.onKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape") this.#clearQuote();
    else if (event.key === "ArrowUp" && !this.input.value) {
      const last = this.pane.chat.inOrder().reverse().find((message) => message.isMine && message.kind === "text");
      if (last) { event.preventDefault(); this.revise(last); }
    }
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
    this.completion.update();
    this.#drawSend();
  }

  #drawSend() {
    this.sendKey.classList.toggle("ready", Boolean(this.input.value.trim()) || this.tray.count > 0);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  replyTo(message) {
    this.#setQuote("reply", "回复", message);
    this.#reply = message.message_id;
  }

  revise(message) {
    this.#setQuote("edit", "编辑", message);
    this.#revised = message.message_id;
    this.input.value = message.text;
    this.#grow();
  }

  #setQuote(name, label, message) {
    this.#clearQuote();
    this.quote.replaceChildren(icon(name), h("div", {}, h("strong", {}, label), h("span", {}, glance(message))),
      h("button", { type: "button", class: "round small", "aria-label": "取消", on: { click: () => this.#clearQuote() } }, icon("close")));
    this.quote.hidden = false;
    this.focus();
  }

  #clearQuote() {
    if (this.#revised) this.#setInput("");
    this.#reply = this.#revised = null;
    this.quote.hidden = true;
  }

  #setInput(text) {
    this.input.value = text;
    this.#grow();
  }

  async #sendText(text) {
    const [reply, revised] = [this.#reply, this.#revised];
    this.#setInput("");
    this.#reply = this.#revised = null;
    this.quote.hidden = true;
    const done = revised ? await this.pane.revise(revised, text) : await this.pane.say(text, reply);
    if (!done && !this.input.value) this.#setInput(text);
  }

  async send() {
    closePopup();
    const text = this.input.value.trim();
    if (!this.tray.count) {
      if (text) await this.#sendText(text);
      return;
    }
    const { photos, documents } = this.tray.take();
    this.#setInput("");
    if (photos.length) await this.pane.sendPhotos(photos, text);
    for (const [index, file] of documents.entries()) await this.pane.sendDocument(file, index === 0 && !photos.length ? text : "");
  }

  #openMenu() {
    const { commands } = this.pane.chat;
    const items = commands.map(({ command, description }) => ({ label: `/${command}`, hint: description, act: () => this.pane.say(`/${command}`) }));
    const menu = openPopup(this.menuKey, this.element, items.length ? items : [h("p", { class: "quiet nothing" }, "机器人还没有登记命令")], "over-menu");
    menu?.classList.add("commands");
  }

  #pick(accept, isPhoto) {
    const chooser = h("input", { type: "file", multiple: true, accept, hidden: true, on: {
      change: () => { this.tray.add([...chooser.files], isPhoto); chooser.remove(); this.focus(); },
      cancel: () => chooser.remove(),
    } });
    this.element.append(chooser);
    chooser.click();
  }

  #openAttach() {
    openPopup(this.clipKey, this.element, [
      samplePicker({ onSend: (file) => this.pane.sendPhotos([file], this.#takeText()), onAdd: (file) => this.tray.add([file], true) }),
      { icon: "image", label: "照片", hint: "可选多张，成一组", act: () => this.#pick("image/*", true) },
      { icon: "file", label: "文件", act: () => this.#pick("", false) },
      { icon: "pin", label: "位置", act: () => this.pane.offerLocation() },
      { icon: "person", label: "我的名片", act: () => this.pane.offerContact() },
    ], "over-clip");
  }

  #takeText() {
    const text = this.input.value.trim();
    this.#setInput("");
    return text;
  }

  /** Redraw what depends on the chat: reply keyboard, commands, and whether the bot is stopped. */
  reload() {
    const { chat } = this.pane;
    this.stopped.hidden = !chat.isBlocked;
    this.line.hidden = chat.isBlocked;
    const has = replyRows(chat.replyKeyboard).length > 0 && !chat.isBlocked;
    this.keysKey.hidden = !has;
    this.keysKey.classList.toggle("on", this.#isKeyboardShown);
    this.keys.replaceChildren(...(has && this.#isKeyboardShown ? [replyKeyboard(chat.replyKeyboard, this.pane)] : []));
    this.completion.update();
    this.pane.list.settle();
  }
}
