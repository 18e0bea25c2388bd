/** 演示页 — puts the people side by side (or behind tabs) and keeps them in step with the sandbox. */

import { avatar, h, icon } from "./dom.js";
import { acceptDrops } from "./drop.js";
import { Guide } from "./guide.js";
import { openLinkBox } from "./linkbox.js";
import { openPopup } from "./popup.js";
import { Pane } from "./pane.js";
import { Shelf } from "./shelf.js";
import { Store } from "./store.js";
import { castStrip, openOutsider } from "./strip.js";
import { follow, readState, talkUrl } from "./wire.js";

const byId = (id) => document.getElementById(id);
const store = new Store();
const outsiders = new Map();
let shelf;
let guide;

const desk = {
  startAs(person, payload) {
    shelf.show(person.id);
    if (matchMedia("(max-width: 700px)").matches) guide.toggle(false);
    shelf.pane(person.id).start(payload);
  },
  show: (id) => {
    shelf.show(id);
    if (matchMedia("(max-width: 700px)").matches) guide.toggle(false);
  },
  activePane: () => shelf?.active,
  onAttend: (pane) => shelf?.attend(pane),
  onUnread: (pane) => shelf?.drawTab(pane),
  openLinkBox: (person) => openLinkBox(store, person, desk.startAs),
  openOutsider(person) {
    const pane = new Pane(store, person, { onClose: () => outsiders.delete(person.id) }, { isReadOnly: true });
    outsiders.set(person.id, pane);
    openOutsider(person, pane);
  },
};

function drawBar() {
  const linkKey = h("button", { type: "button", class: "bar-key", title: "打开链接或邀请码", on: { click: () => desk.openLinkBox(shelf.active.person) } }, icon("link"), h("span", {}, "打开链接"));
  const saveKey = h("button", { type: "button", class: "bar-key", "aria-haspopup": "menu", title: "存为对话稿", on: {
    click: () => openPopup(saveKey, byId("bar"), [
      { icon: "save", label: "所有人的对话稿", href: talkUrl(), download: "all.talk" },
      ...store.people.map((person) => ({ icon: "save", label: `${person.name}的对话稿`, href: talkUrl(person.id), download: `${person.name}.talk` })),
    ], "under-bar") } }, icon("save"), h("span", {}, "存为对话稿"));
  const tryKey = h("button", { type: "button", class: "bar-key try", title: "试一试", "aria-controls": "guide", on: { click: () => guide.toggle() } }, icon("spark"), h("span", {}, "试一试"));
  guide.onToggle = (isOpen) => {
    tryKey.setAttribute("aria-expanded", String(isOpen));
    try { localStorage.setItem("guide", isOpen ? "open" : "closed"); } catch { /* private mode: not remembered */ }
  };
  byId("bar").replaceChildren(
    h("div", { class: "brand" }, h("img", { src: "/static/mark.svg", alt: "", width: 30, height: 30 }),
      h("h1", {}, store.bot.name || "安哨"), h("span", { class: "brand-note quiet" }, `@${store.bot.username}`)),
    h("div", { class: "bar-cast" }, castStrip(store, desk)), h("div", { class: "bar-keys" }, linkKey, saveKey, tryKey));
}

function drawTitle() {
  const unread = store.people.reduce((sum, { id }) => sum + store.chats.get(id).unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${store.bot.name || "安哨"} · 演示聊天`;
}

async function open() {
  let state;
  try {
    state = await readState();
  } catch {
    byId("offline").hidden = false;
    setTimeout(open, 1500);
    return;
  }
  byId("offline").hidden = true;
  store.load(state);
  shelf = new Shelf(byId("panes"), byId("tabs"), avatar);
  for (const person of store.people) shelf.add(new Pane(store, person, desk));
  shelf.panes.forEach(acceptDrops);
  shelf.onChange = () => guide?.drawActive();
  shelf.arrange();
  guide = new Guide(byId("guide"), store, desk);
  drawBar();
  let remembered = null;
  try { remembered = localStorage.getItem("guide"); } catch { /* private mode: not remembered */ }
  if (remembered === "open" ? innerWidth >= 1200 : innerWidth >= 1680 && remembered !== "closed") guide.toggle(true);
  drawTitle();
  store.listen((event) => {
    if (event.kind === "reset") readState().then((fresh) => store.load(fresh)).catch(() => {});
    shelf.pane(event.chat_id)?.take(event);
    outsiders.get(event.chat_id)?.take(event);
    if (event.kind === "hints") guide.draw();
    drawTitle();
  });
  follow(store.seq, {
    onEvent: (event) => store.apply(event),
    onLine: (isUp) => { byId("offline").hidden = isUp; },
    onReturn: async () => { store.load(await readState()); return store.seq; },
  });
  document.addEventListener("visibilitychange", () => shelf.active.attend());
  document.documentElement.dataset.ready = "true";
}

open();
