/** 消息列表 — keeps the list in step with the chat: days, runs, the unread line, and where the reader stands. */

import { h, icon } from "./dom.js";
import { dayKey, dayName } from "./clock.js";
import { bubble } from "./bubble.js";

const NEAR = 60;
const RUN = 5 * 60 * 1000;

/** Parts of one album stand together; everything else alone. */
function grouped(messages) {
  const groups = [];
  for (const message of messages) {
    const last = groups[groups.length - 1];
    const isPart = message.media_group_id && last?.[0].media_group_id === message.media_group_id && last[0].isMine === message.isMine;
    if (isPart) last.push(message);
    else groups.push([message]);
  }
  return groups;
}

export class MessageList {
  #drawn = new Map();
  #isAtEnd = true;
  #isFirst = true;
  #below = 0;
  #unreadFrom = null;
  #refocus = null;

  constructor(pane) {
    this.pane = pane;
    this.rows = h("ol", { class: "talk" });
    this.action = h("div", { class: "action", hidden: true }, h("span", { class: "dots" }, h("i"), h("i"), h("i")), h("span", { class: "action-words" }));
    this.element = h("div", { class: "scroll", tabindex: "0", role: "log", "aria-live": "polite", "aria-label": `${pane.person.name}的消息` }, this.rows, this.action);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, on: { click: () => this.toEnd(true) } });
    this.element.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.rows.addEventListener("click", (event) => this.#onTouch(event));
    new ResizeObserver(() => this.settle()).observe(this.element);
  }

  get isAtEnd() {
    return this.#isAtEnd;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.element;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#isAtEnd) {
      this.#below = 0;
      this.pane.attend();
    }
    this.#drawJump();
  }

  /** Without a mouse there is no hovering: a tap on a bubble shows what can be done with it. */
  #onTouch(event) {
    if (matchMedia("(hover: hover)").matches || event.target.closest("button,a,label,input")) return;
    const row = event.target.closest(".bubble")?.closest(".row");
    for (const other of this.rows.querySelectorAll(".row.touched")) if (other !== row) other.classList.remove("touched");
    row?.classList.toggle("touched");
  }

  #drawJump() {
    this.jump.hidden = this.#isAtEnd;
    const label = this.#below ? h("span", {}, "新消息 ", h("b", {}, String(this.#below))) : null;
    this.jump.replaceChildren(icon("down"), ...(label ? [label] : []));
    this.jump.setAttribute("aria-label", this.#below ? `${this.#below} 条新消息，到最新` : "到最新");
  }

  toEnd(isSmooth = false) {
    this.element.scrollTo({ top: this.element.scrollHeight, behavior: isSmooth ? "smooth" : "instant" });
    this.#isAtEnd = true;
    this.#below = 0;
    this.#drawJump();
  }

  /** Something changed its height (a picture came, the pane was resized): stay at the end if we were there. */
  settle() {
    if (this.#isAtEnd) this.toEnd();
  }

  show(messageId) {
    const row = this.#rowOf(messageId);
    row?.scrollIntoView({ block: "center", behavior: "smooth" });
    this.flash(messageId);
  }

  flash(messageId) {
    const target = this.#rowOf(messageId)?.querySelector(".bubble");
    if (!target) return;
    target.classList.remove("flash");
    void target.offsetWidth;
    target.classList.add("flash");
  }

  #rowOf(messageId) {
    for (const { row, ids } of this.#drawn.values()) if (ids.includes(messageId)) return row;
    return null;
  }

  redraw(messageId) {
    for (const drawn of this.#drawn.values()) if (drawn.ids.includes(messageId)) drawn.sign = null;
    this.sync();
  }

  arrived(message) {
    if (!this.#isAtEnd && !message.isMine) this.#below += 1;
    if (message.isMine) this.#isAtEnd = true;
    this.sync();
    this.#drawJump();
  }

  doing(words) {
    this.action.hidden = !words;
    this.action.lastChild.textContent = words ?? "";
    this.settle();
  }

  #draw(group) {
    const key = group[0].media_group_id ? `g${group[0].media_group_id}` : group[0].message_id;
    const sign = JSON.stringify(group);
    const before = this.#drawn.get(key);
    if (before?.sign === sign) return [key, before];
    const row = bubble(group, this.pane);
    if (!before && !this.#isFirst) row.classList.add("arriving");
    if (before?.row.contains(document.activeElement)) this.#refocus = { row, spot: document.activeElement.dataset.spot };
    return [key, { row, sign, ids: group.map((message) => message.message_id) }];
  }

  /** A redrawn keyboard keeps the focus on the same button, so that the keyboard user is not thrown out. */
  #keepFocus() {
    const { row, spot } = this.#refocus ?? {};
    this.#refocus = null;
    const key = spot && (row.querySelector(`[data-spot="${spot}"]`) ?? row.querySelector(".key"));
    if (key) key.focus({ preventScroll: true });
  }

  #unreadLine(groups) {
    const { unread } = this.pane.chat;
    if (!unread) return this.#unreadFrom;
    let left = unread;
    for (const group of [...groups].reverse()) {
      if (group[0].isMine) break;
      left -= group.length;
      this.#unreadFrom = group[0].message_id;
      if (left <= 0) break;
    }
    return this.#unreadFrom;
  }

  forgetUnreadLine() {
    this.#unreadFrom = null;
  }

  /** Bring the list in step with the chat, drawing only what is new or changed. */
  sync() {
    const groups = grouped(this.pane.chat.inOrder());
    const unreadFrom = this.#unreadLine(groups);
    const drawn = new Map();
    const elements = [];
    let previous = null;
    groups.forEach((group, index) => {
      const [first] = group;
      if (!previous || dayKey(previous.at) !== dayKey(first.at)) {
        elements.push(h("li", { class: "day" }, h("span", {}, dayName(first.at))));
        previous = null;
      }
      if (first.message_id === unreadFrom && index > 0 && !this.pane.isReadOnly) elements.push(h("li", { class: "unread-line" }, h("span", {}, "以下是新消息")));
      const [key, entry] = this.#draw(group);
      const following = groups[index + 1]?.[0];
      const isLast = !following || following.isMine !== first.isMine || following.at - first.at > RUN;
      const isHead = !previous || previous.isMine !== first.isMine || first.at - previous.at > RUN;
      entry.row.classList.toggle("last", isLast);
      entry.row.classList.toggle("opens", isHead);
      drawn.set(key, entry);
      elements.push(entry.row);
      previous = first;
    });
    this.#drawn = drawn;
    this.#isFirst = false;
    this.#place(elements);
    this.#keepFocus();
    this.settle();
  }

  #place(elements) {
    const kept = new Set(elements);
    for (const child of [...this.rows.children]) if (!kept.has(child)) child.remove();
    elements.forEach((element, index) => {
      if (this.rows.children[index] !== element) this.rows.insertBefore(element, this.rows.children[index] ?? null);
    });
  }
}
