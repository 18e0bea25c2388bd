/** 一个人的聊天 — one person's side of the wire: header, messages, and everything they can do. */

import { avatar, h, icon } from "./dom.js";
import { Composer } from "./composer.js";
import { askPlace, askContact } from "./sharing.js";
import { Pressed } from "./keyboard.js";
import { MessageList } from "./list.js";
import { Notices } from "./notice.js";
import { openPopup } from "./popup.js";
import * as wire from "./wire.js";

const ACTIONS = {
  typing: "正在输入…", upload_document: "正在发送文件…", upload_photo: "正在发送照片…", record_voice: "正在录音…",
  find_location: "正在查找位置…", choose_sticker: "正在选表情…",
};
const ACTION_LASTS = 5500;

export class Pane {
  #actionTimer = null;

  /** `desk` is what the page offers a pane: startAs(person, payload), openLinkBox(person), onAttend(pane). */
  constructor(store, person, desk, { isReadOnly = false } = {}) {
    Object.assign(this, { store, person, desk, isReadOnly });
    this.chat = store.chats.get(person.id);
    this.notices = new Notices();
    this.pressed = new Pressed((messageId) => this.list.redraw(messageId));
    this.list = new MessageList(this);
    this.composer = isReadOnly ? null : new Composer(this);
    this.empty = h("div", { class: "empty" });
    this.element = h("section", { class: "pane", style: `--person:${person.colour}`, data: { person: person.id }, "aria-label": `${person.name}的聊天` },
      isReadOnly ? null : this.#header(),
      h("div", { class: "view" }, this.list.element, this.empty, this.list.jump, this.notices.element),
      this.composer?.element ?? null, this.notices.cover);
    for (const kind of ["pointerdown", "focusin"]) this.element.addEventListener(kind, () => this.desk.onAttend?.(this));
    this.reload();
  }

  #header() {
    const more = h("button", { type: "button", class: "round", "aria-haspopup": "menu", "aria-label": `${this.person.name}的更多操作`, title: "更多",
      on: { click: () => openPopup(more, this.element, this.#menu(), "under-head") } }, icon("more"));
    this.badge = h("span", { class: "badge", hidden: true });
    return h("header", { class: "head" }, h("span", { class: "head-face" }, avatar(this.person), this.badge),
      h("div", { class: "head-words" }, h("h2", {}, this.person.name), h("p", { class: "quiet" }, this.person.note || this.person.role || "")), more);
  }

  #menu() {
    const { person, chat } = this;
    return [
      { icon: "link", label: "用链接或邀请码打开…", act: () => this.desk.openLinkBox(person) },
      { icon: "save", label: "存为对话稿", hint: `${person.name}.talk`, href: wire.talkUrl(person.id), download: `${person.name}.talk` },
      chat.isBlocked
        ? { icon: "check", label: "恢复机器人", act: () => this.unblock() }
        : { icon: "block", label: "停用机器人（拉黑）", tone: "danger", act: () => this.#do(() => wire.block(person.id)) },
    ];
  }

  async #do(deed) {
    try {
      return await deed();
    } catch (fault) {
      this.notices.toast(fault.message, "bad");
      return null;
    }
  }

  say(text, replyTo) {
    this.#mine();
    return this.#do(() => wire.say(this.person.id, text, replyTo));
  }

  start(payload) {
    this.#mine();
    return this.#do(() => wire.start(this.person.id, payload));
  }

  startAs(person, payload) {
    this.desk.startAs(person, payload);
  }

  unblock() {
    return this.#do(() => wire.unblock(this.person.id));
  }

  async press(messageId, row, column, spot) {
    if (this.isReadOnly || this.pressed.has(messageId, spot)) return;
    this.pressed.add(messageId, spot);
    if (!(await this.#do(() => wire.press(this.person.id, messageId, row, column)))) this.pressed.done(messageId);
  }

  async vote(messageId, options) {
    if (!(await this.#do(() => wire.vote(this.person.id, messageId, options)))) this.list.redraw(messageId);
  }

  sendPhotos(files, caption) {
    this.#mine();
    return this.#do(() => wire.sendPhotos(this.person.id, files, caption));
  }

  sendDocument(file, caption) {
    this.#mine();
    return this.#do(() => wire.sendDocument(this.person.id, file, caption));
  }

  revise(messageId, text) {
    return this.#do(() => wire.edit(this.person.id, messageId, text));
  }

  async offerContact() {
    if (await askContact(this)) await this.#do(() => wire.sendContact(this.person.id));
  }

  async offerLocation() {
    const place = await askPlace(this);
    if (place) await this.#do(() => wire.sendLocation(this.person.id, place));
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.notices.toast("已复制");
    } catch {
      this.notices.toast(`请手动复制：${text}`);
    }
  }

  #mine() {
    this.list.forgetUnreadLine();
    this.list.toEnd();
  }

  /** The reader looks at this pane: what stands at the end of it counts as read. */
  attend() {
    if (this.isReadOnly || !this.isAttended || !this.list.isAtEnd || !this.chat.unread || document.hidden) return;
    this.chat.unread = 0;
    this.drawUnread();
    wire.markRead(this.person.id).catch(() => {});
  }

  drawUnread() {
    const { unread } = this.chat;
    if (this.badge) {
      this.badge.hidden = !unread;
      this.badge.textContent = unread > 99 ? "99+" : String(unread);
    }
    this.desk.onUnread?.(this);
  }

  reload() {
    this.list.sync();
    this.#drawEmpty();
    this.composer?.reload();
    this.drawUnread();
  }

  #drawEmpty() {
    this.empty.hidden = this.chat.messages.size > 0;
    this.list.element.hidden = !this.empty.hidden;
    if (this.empty.hidden || this.empty.childElementCount) return;
    const { bot, person } = this;
    this.empty.append(h("img", { src: "/static/mark.svg", alt: "", width: 64, height: 64 }),
      h("h3", {}, this.store.bot.name || bot || "安哨"),
      h("p", {}, this.isReadOnly ? "还没有消息。" : this.store.bot.description || `${person.name}还没有和${this.store.bot.name}说过话。`),
      this.isReadOnly ? "" : h("button", { type: "button", class: "key solid begin", on: { click: () => this.start() } }, "开始"));
  }

  #doing(action) {
    clearTimeout(this.#actionTimer);
    this.list.doing(action ? `${this.store.bot.name}${ACTIONS[action] ?? "正在处理…"}` : null);
    if (action) this.#actionTimer = setTimeout(() => this.list.doing(null), ACTION_LASTS);
  }

  /** Take in one event of this person's chat (see the store for what was already kept). */
  take(event) {
    const { kind } = event;
    if (kind === "reload") this.reload();
    else if (kind === "message") {
      const message = this.chat.messages.get(event.message.message_id);
      if (!message.isMine) this.#doing(null);
      this.#drawEmpty();
      if (message.isMine) this.list.forgetUnreadLine();
      this.attend();
      this.list.arrived(message);
      this.drawUnread();
    } else if (kind === "edit" || kind === "poll") {
      const id = event.message?.message_id ?? event.message_id;
      this.#doing(null);
      this.list.redraw(id);
      if (kind === "edit") this.list.flash(id);
    } else if (kind === "delete" || kind === "seen") {
      this.list.sync();
      this.#drawEmpty();
    } else if (kind === "action") this.#doing(event.action);
    else if (kind === "toast") {
      this.pressed.done(event.message_id);
      if (event.text && (event.show_alert ?? event.alert)) this.notices.alert(event.text);
      else this.notices.toast(event.text);
    } else this.composer?.reload();
  }
}
