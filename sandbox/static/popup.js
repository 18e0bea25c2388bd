/** 浮单 — a small menu that opens at a button and closes on choice, Escape or a click elsewhere. */

import { h, icon } from "./dom.js";

let current = null;

export function closePopup() {
  current?.();
}

/**
 * Open a menu inside `host` (a positioned element). Items are {icon, label, hint?, act, href?, download?, tone?}
 * or ready elements; `opener` gets the focus back.
 */
export function openPopup(opener, host, items, place) {
  const again = opener.getAttribute("aria-expanded") === "true";
  closePopup();
  if (again) return null;
  const entries = items.filter(Boolean).map((item) => (item instanceof Element ? item : h(item.href ? "a" : "button", {
    class: `entry ${item.tone ?? ""}`, role: "menuitem", type: item.href ? null : "button", href: item.href, download: item.href ? item.download ?? "" : null,
    on: { click: () => { closePopup(); item.act?.(); } },
  }, item.icon ? icon(item.icon) : null, h("span", { class: "entry-words" }, item.label, item.hint ? h("small", {}, item.hint) : null))));
  const menu = h("div", { class: `popup ${place}`, role: "menu", on: { keydown: (event) => {
    const stops = [...menu.querySelectorAll("button,a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length]?.focus();
  } } }, entries);
  const onDown = (event) => { if (!menu.contains(event.target) && !opener.contains(event.target)) closePopup(); };
  const onKey = (event) => { if (event.key === "Escape") { closePopup(); opener.focus(); } };
  current = () => {
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", onDown, true);
    document.removeEventListener("keydown", onKey, true);
    current = null;
  };
  document.addEventListener("pointerdown", onDown, true);
  document.addEventListener("keydown", onKey, true);
  opener.setAttribute("aria-expanded", "true");
  host.append(menu);
  if (matchMedia("(hover: hover)").matches) menu.querySelector("button,a")?.focus({ preventScroll: true });
  return menu;
}
