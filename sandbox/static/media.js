/** 图片与附件 — photos and albums, documents, places and contact cards inside a bubble. */

import { avatar, h, icon } from "./dom.js";
import { phoneOf, sizeOf } from "./clock.js";
import { openLightbox } from "./lightbox.js";
import { fileUrl } from "./wire.js";

function photo(message, all, pane) {
  const { file } = message;
  const shape = file.width && file.height ? `aspect-ratio:${file.width}/${file.height}` : "";
  return h("button", { type: "button", class: "photo", style: shape, "aria-label": "放大照片",
    on: { click: () => openLightbox(all, all.indexOf(message)) } },
  h("img", { src: fileUrl(file.file_id), alt: message.text || file.name || "照片", loading: "lazy", decoding: "async",
    on: { load: () => pane.list.settle() } }));
}

/** One photo keeps its shape; several are a grid of two columns, an odd first one across both. */
export function photos(messages, pane) {
  const { file } = messages[0];
  if (messages.length === 1) {
    const tall = file.width && file.height ? file.width / file.height : 4 / 3;
    const width = Math.round(Math.min(320, 340 * tall, Math.max(file.width ?? 320, 160)));
    return h("div", { class: "photos one", style: `width:${width}px` }, photo(messages[0], messages, pane));
  }
  return h("div", { class: `photos many ${messages.length % 2 ? "odd" : ""}` }, messages.map((message) => photo(message, messages, pane)));
}

const KINDS = [[/pdf$/, "red"], [/sheet|excel|xls\w?$|csv$/, "green"], [/word|docx?$/, "blue"], [/zip$/, "amber"], [/^image|png$|jpe?g$|svg$/, "violet"]];

export function documentCard(message) {
  const { file } = message;
  const name = file.name || "文件";
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4).toUpperCase() : "";
  const [, tint] = KINDS.find(([kind]) => kind.test(file.mime ?? "") || kind.test(ending.toLowerCase())) ?? [null, "grey"];
  return h("a", { class: "document", href: fileUrl(file.file_id), download: name, title: `下载 ${name}` },
    h("span", { class: `document-kind ${tint}` }, ending || "…"),
    h("span", { class: "document-words" }, h("span", { class: "document-name" }, name),
      h("span", { class: "quiet" }, [sizeOf(file.size), "下载"].filter(Boolean).join(" · "))),
    icon("save"));
}

/** A place, drawn as a small street plan that is always the same for the same coordinates. */
export function placeCard(message) {
  const { latitude, longitude, title, address } = message.location ?? message.venue ?? {};
  let seed = Math.abs(Math.round(latitude * 1e4) * 31 + Math.round(longitude * 1e4)) || 7;
  const next = (span) => { seed = (seed * 16807) % 2147483647; return seed % span; };
  const streets = [0, 1, 2].map(() => `M-10 ${10 + next(100)}L310 ${10 + next(100)}M${20 + next(260)} -10L${20 + next(260)} 130`).join("");
  const water = `M-10 ${85 + next(20)}C80 ${70 + next(40)} 190 ${100 + next(20)} 310 ${70 + next(40)}V140H-10z`;
  const where = `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`;
  return h("div", { class: "place" },
    h("div", { class: "place-map", html: `<svg viewBox="0 0 300 120" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><path class="water" d="${water}"/><path class="street" d="${streets}"/></svg>` },
      icon("pin")),
    h("div", { class: "place-words" }, h("span", {}, title || "位置"), h("span", { class: "quiet" }, address || where)));
}

export function contactCard(message, pane) {
  const contact = message.contact ?? {};
  const name = [contact.last_name, contact.first_name].filter(Boolean).join("") || contact.name || "联系人";
  const known = pane.store.cast.find((person) => person.id === Number(contact.user_id));
  return h("div", { class: "contact" }, avatar(known ?? { name, colour: "#6b7a88" }),
    h("div", { class: "contact-words" }, h("span", {}, name), h("span", { class: "quiet" }, phoneOf(contact.phone_number ?? contact.phone))));
}
