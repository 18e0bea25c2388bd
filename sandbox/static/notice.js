/** 提示 — toasts and alerts inside a pane, and the questions asked before something leaves the phone. */

import { h } from "./dom.js";

const STAYS = 3200;

export class Notices {
  constructor() {
    this.element = h("div", { class: "toasts", role: "status", "aria-live": "assertive" });
    this.cover = h("div", { class: "cover", hidden: true });
  }

  toast(words, tone = "") {
    if (!words) return;
    const toast = h("div", { class: `toast ${tone}` }, words);
    this.element.replaceChildren(toast);
    setTimeout(() => toast.classList.add("leaving"), STAYS + words.length * 30);
    setTimeout(() => toast.remove(), STAYS + words.length * 30 + 300);
  }

  alert(words) {
    return this.ask(words, [{ label: "知道了", value: true, style: "primary" }]);
  }

  /** Show `content` over the pane with buttons; resolves to the pressed value, or null on Escape. */
  ask(content, buttons) {
    return new Promise((resolve) => {
      const before = document.activeElement;
      const done = (value) => {
        this.cover.hidden = true;
        this.cover.replaceChildren();
        before?.focus?.({ preventScroll: true });
        resolve(value);
      };
      const keys = buttons.map(({ label, value, style }) => h("button", {
        type: "button", class: `key solid ${style ?? ""}`, on: { click: () => done(typeof value === "function" ? value() : value) },
      }, label));
      const box = h("div", { class: "alert", role: "alertdialog", "aria-modal": "true" },
        h("div", { class: "alert-words" }, content), h("div", { class: "alert-keys" }, keys));
      this.cover.replaceChildren(box);
      this.cover.onkeydown = (event) => {
        if (event.key === "Escape") done(null);
        if (event.key !== "Tab") return;
        const stops = [...box.querySelectorAll("button,input,select")];
        const at = stops.indexOf(document.activeElement);
        event.preventDefault();
        stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length].focus();
      };
      this.cover.hidden = false;
      (box.querySelector("input:not([type=radio])") ?? keys[keys.length - 1]).focus({ preventScroll: true });
    });
  }
}
