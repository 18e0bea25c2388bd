/** 分享 — asks before a phone number or a place leaves the phone. */

import { phoneOf } from "./clock.js";
import { h } from "./dom.js";

const PLACES = [
  ["望江路 18 号", 29.80000, 121.50000],
  ["老街菜场东门", 29.80642, 121.50917],
  ["临港仓储区 3 号门", 29.86321, 121.55241],
  ["化工园区西环路", 29.94458, 121.63120],
];

export function askContact(pane) {
  const { person, store } = pane;
  return pane.notices.ask(
    [h("strong", {}, `把您的手机号告诉${store.bot.name}?`), h("p", { class: "quiet" }, `${person.name} · ${phoneOf(person.phone)}`)],
    [{ label: "不了", value: null }, { label: "分享手机号", value: true, style: "primary" }]);
}

/** A place of the pretend district, or coordinates typed by hand. Null when the person thought better of it. */
export function askPlace(pane) {
  const typed = h("input", { type: "text", inputmode: "decimal", placeholder: "或输入：纬度，经度", "aria-label": "纬度，经度" });
  const list = h("div", { class: "places" }, PLACES.map(([name], index) => h("label", {},
    h("input", { type: "radio", name: `place-${pane.person.id}`, value: String(index), ...(index === 0 ? { checked: true } : {}) }), h("span", {}, name))));
  const read = () => {
    const found = typed.value.match(/(-?\d+(?:\.\d+)?)\s*[,， ]\s*(-?\d+(?:\.\d+)?)/);
    if (found) return { latitude: Number(found[1]), longitude: Number(found[2]) };
    const [, latitude, longitude] = PLACES[Number(list.querySelector(":checked").value)];
    return { latitude, longitude };
  };
  return pane.notices.ask([h("strong", {}, "发送哪里的位置？"), list, typed],
    [{ label: "不了", value: null }, { label: "发送位置", value: read, style: "primary" }]);
}
