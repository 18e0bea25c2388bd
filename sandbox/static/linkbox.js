/** 打开链接 — a box for an invitation link or code, opened as one of the people. */

import { avatar, h, icon } from "./dom.js";
import { payloadTyped } from "./links.js";

export function openLinkBox(store, chosen, onOpen) {
  const input = h("input", { type: "text", placeholder: `https://t.me/${store.bot.username}?start=…`, "aria-label": "链接或邀请码", autocomplete: "off", spellcheck: "false" });
  const fault = h("p", { class: "fault", role: "alert" });
  const people = h("div", { class: "who" }, store.people.map((person) => h("label", { style: `--person:${person.colour}` },
    h("input", { type: "radio", name: "who", value: String(person.id), ...(person.id === chosen.id ? { checked: true } : {}) }), avatar(person, "small"), h("span", {}, person.name))));
  const submit = (event) => {
    event.preventDefault();
    const payload = payloadTyped(input.value, store.bot.username);
    if (payload === null) {
      fault.textContent = `这不是 @${store.bot.username} 的链接，也不像邀请码。`;
      input.focus();
      return;
    }
    const person = store.person(people.querySelector(":checked").value);
    dialog.close();
    onOpen(person, payload);
  };
  const dialog = h("dialog", { class: "sheet", "aria-label": "打开链接", on: {
    close: () => dialog.remove(), click: (event) => { if (event.target === dialog) dialog.close(); },
  } }, h("form", { class: "sheet-box", on: { submit } },
    h("div", { class: "sheet-head" }, h("h2", {}, "打开链接或邀请码"), h("button", { type: "button", class: "round", "aria-label": "关闭", on: { click: () => dialog.close() } }, icon("close"))),
    h("p", { class: "quiet" }, "好比在手机上扫了二维码，或点了别人转来的链接。"), input, fault,
    h("p", { class: "field-name" }, "由谁来打开"), people,
    h("button", { type: "submit", class: "key solid primary wide" }, "打开")));
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
}
