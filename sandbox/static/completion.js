/** 命令补全 — what `/` may become, above the composer. */

import { h } from "./dom.js";

export class Completion {
  #found = [];
  #at = 0;

  constructor(input, pane, onChoose) {
    Object.assign(this, { input, pane, onChoose });
    this.element = h("ul", { class: "completion", role: "listbox", "aria-label": "命令", hidden: true });
    input.addEventListener("blur", () => setTimeout(() => { this.element.hidden = true; }, 150));
    input.addEventListener("focus", () => this.update());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  update() {
    const typed = this.input.value.match(/^\/([a-z0-9_]*)$/i);
    const isHere = document.activeElement === this.input;
    const before = this.#found.map(({ command }) => command).join();
    this.#found = typed && isHere ? this.pane.chat.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase())) : [];
    if (before !== this.#found.map(({ command }) => command).join()) this.#at = 0;
    this.element.hidden = !this.#found.length;
    this.#draw();
  }

  #draw() {
    this.element.replaceChildren(...this.#found.map(({ command, description }, index) => h("li", {
      role: "option", class: index === this.#at ? "at" : "", "aria-selected": index === this.#at ? "true" : "false",
      on: { pointerdown: (event) => { event.preventDefault(); this.#choose(index); } },
    }, h("b", {}, `/${command}`), h("span", { class: "quiet" }, description))));
    this.element.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #choose(index) {
    const { command } = this.#found[index];
    this.element.hidden = true;
    this.#found = [];
    this.onChoose(`/${command}`);
  }

  /** True when the key was for the list. Tab fills in, Enter sends the chosen command. */
  onKey(event) {
    if (!this.isOpen) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#at = (this.#at + step + this.#found.length) % this.#found.length;
    else if (event.key === "Enter" && !event.shiftKey) this.#choose(this.#at);
    else if (event.key === "Tab") {
      this.input.value = `/${this.#found[this.#at].command} `;
      this.update();
    } else if (event.key === "Escape") this.element.hidden = true;
    else return false;
    event.preventDefault();
    if (step) this.#draw();
    return true;
  }
}
