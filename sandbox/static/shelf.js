/** 排列 — which panes stand side by side, the tabs, and which one has the reader's attention. */

import { h } from "./dom.js";

const TWO = matchMedia("(min-width: 700px)");
const FOUR = matchMedia("(min-width: 1200px)");

export class Shelf {
  #recent = [];
  #tabs = new Map();

  constructor(panesElement, tabsElement, avatar) {
    Object.assign(this, { panesElement, tabsElement, avatar });
    this.panes = [];
    panesElement.replaceChildren();
    for (const query of [TWO, FOUR]) query.addEventListener("change", () => this.arrange());
  }

  add(pane) {
    const badge = h("span", { class: "badge", hidden: true });
    const tab = h("button", { type: "button", class: "tab", style: `--person:${pane.person.colour}`, data: { person: pane.person.id }, on: { click: () => this.show(pane.person.id) } },
      h("span", { class: "head-face" }, this.avatar(pane.person, "small"), badge), h("span", {}, pane.person.name));
    this.#tabs.set(pane, { tab, badge });
    this.panes.push(pane);
    this.#recent.push(pane);
    this.panesElement.append(pane.element);
    this.tabsElement.append(tab);
    this.drawTab(pane);
  }

  get active() {
    return this.#recent[0];
  }

  pane(id) {
    return this.panes.find(({ person }) => person.id === id);
  }

  /** Bring a person's pane into view and give it the attention. */
  show(id) {
    this.attend(this.pane(id));
    this.arrange();
  }

  attend(pane) {
    const isNew = this.active !== pane;
    this.#recent = [pane, ...this.#recent.filter((other) => other !== pane)];
    for (const other of this.panes) {
      other.isAttended = other === pane;
      other.element.classList.toggle("attended", other === pane);
    }
    pane.attend();
    if (isNew) this.onChange?.();
  }

  /** As many panes as there is room for, the most recently used ones, in the order of the cast. */
  arrange() {
    const room = FOUR.matches ? 4 : TWO.matches ? 2 : 1;
    const shown = new Set(this.#recent.slice(0, Math.max(room, 1)));
    for (const pane of this.panes) {
      const wasHidden = pane.element.hidden;
      pane.element.hidden = !shown.has(pane);
      if (wasHidden && shown.has(pane)) pane.list.settle();
      this.#tabs.get(pane).tab.setAttribute("aria-pressed", String(shown.has(pane)));
    }
    this.panesElement.style.setProperty("--columns", String(Math.min(room, this.panes.length)));
    if (!this.active.isAttended) this.attend(this.active);
    this.active.attend();
  }

  drawTab(pane) {
    const { badge } = this.#tabs.get(pane) ?? {};
    if (!badge) return;
    const { unread } = pane.chat;
    badge.hidden = !unread;
    badge.textContent = unread > 99 ? "99+" : String(unread);
  }
}
