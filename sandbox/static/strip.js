/** 不配合的人 — the cast members without a pane, and what the bot has tried to tell them. */

import { avatar, h, icon } from "./dom.js";

const STATES = { blocked: ["拉黑了机器人", "每一条都以 403 退回"], throttled: ["总被限流", "每一条都被回以 429"], silent: ["从不回应", "收得到，但从来不答"] };

function stateOf(person) {
  const behaviour = String(person.behaviour ?? "");
  const key = Object.keys(STATES).find((name) => behaviour.includes(name)) ?? (/never|mute/.test(behaviour) ? "silent" : null);
  return STATES[key] ?? [person.note || behaviour, ""];
}

export function castStrip(store, desk) {
  return h("ul", { class: "strip" }, store.others.map((person) => {
    const [state, why] = stateOf(person);
    return h("li", {}, h("button", { type: "button", class: "outsider", title: [person.name, state, why].filter(Boolean).join(" · "), on: { click: () => desk.openOutsider(person) } },
      avatar(person, "small"), h("span", {}, h("b", {}, person.name), " ", h("span", { class: "quiet" }, state))));
  }));
}

/** What such a person has received, read-only, in a dialog over the page. */
export function openOutsider(person, pane) {
  const [state, why] = stateOf(person);
  const dialog = h("dialog", { class: "sheet", "aria-label": person.name, on: {
    close: () => { dialog.remove(); pane.desk.onClose(); },
    click: (event) => { if (event.target === dialog) dialog.close(); },
  } });
  dialog.append(h("div", { class: "sheet-box tall" },
    h("div", { class: "sheet-head" }, avatar(person), h("div", { class: "head-words" }, h("h2", {}, person.name), h("p", { class: "quiet" }, [state, why].filter(Boolean).join(" · "))),
      h("button", { type: "button", class: "round", "aria-label": "关闭", on: { click: () => dialog.close() } }, icon("close"))),
    pane.element));
  document.body.append(dialog);
  dialog.showModal();
  pane.list.toEnd();
}
