/** 气泡 — one message, or one album, as it stands in the list. */

import { avatar, h, icon } from "./dom.js";
import { fullTime, timeOf } from "./clock.js";
import { inlineKeyboard } from "./keyboard.js";
import { deepLinkIn } from "./links.js";
import { contactCard, documentCard, photos, placeCard } from "./media.js";
import { pollCard } from "./poll.js";
import { richText } from "./richtext.js";

function quoted(message, pane) {
  const first = typeof message.reply_to === "object" ? message.reply_to?.message_id : message.reply_to;
  const original = first && pane.chat.messages.get(first);
  if (!original) return null;
  return h("button", { type: "button", class: "quoted", on: { click: () => pane.list.show(first) } },
    h("strong", {}, original.isMine ? pane.person.name : pane.store.bot.name), h("span", {}, glance(original)));
}

/** A message in half a line, for quotes. */
export function glance(message) {
  const kinds = { photo: "[照片]", document: `[文件] ${message.file?.name ?? ""}`, location: "[位置]", contact: "[名片]", poll: `[投票] ${message.poll?.question ?? ""}` };
  return [kinds[message.kind], message.text].filter(Boolean).join(" ").slice(0, 80) || "消息";
}

function content(messages, pane) {
  const [first] = messages;
  if (first.poll) return pollCard(first, pane);
  if (first.location || first.venue) return placeCard(first);
  if (first.contact) return contactCard(first, pane);
  if (!first.file) return null;
  const isPhoto = first.kind === "photo" || (first.kind === "album" && /^image/.test(first.file.mime ?? "image"));
  return isPhoto ? photos(messages, pane) : h("div", { class: "documents" }, messages.map(documentCard));
}

function stamp(messages) {
  const last = messages[messages.length - 1];
  const isSeen = last.seen !== false;
  return h("span", { class: "stamp" }, last.edited ? "已编辑 " : "",
    h("time", { datetime: last.at.toISOString(), title: fullTime(last.at) }, timeOf(last.at)),
    last.isMine ? h("span", { class: `ticks ${isSeen ? "seen" : ""}`, title: isSeen ? "已送达" : "等待送达" }, icon("check"), isSeen ? icon("check") : null) : null);
}

/** The official's invitation is meant for somebody else: one press hands the link to another pane. */
function handOver(messages, pane) {
  const payload = messages[0].isMine ? null : messages.map((message) => deepLinkIn(message, pane.store.bot.username)).find(Boolean);
  if (!payload) return null;
  return h("div", { class: "hand-over" }, h("span", { class: "quiet" }, "交给"),
    pane.store.people.filter(({ id }) => id !== pane.person.id).map((person) => h("button", {
      type: "button", class: "hand", title: `以${person.name}的身份打开`, "aria-label": `以${person.name}的身份打开`,
      on: { click: () => pane.startAs(person, payload) },
    }, avatar(person, "small"), person.name)));
}

function tools(message, pane) {
  if (pane.isReadOnly) return null;
  const button = (name, label, act) => h("button", { type: "button", class: "tool", title: label, "aria-label": label, on: { click: act } }, icon(name));
  const canEdit = message.isMine && (message.kind === "text" || !message.kind);
  return h("span", { class: "tools" },
    button("reply", "回复", () => pane.composer.replyTo(message)),
    canEdit ? button("edit", "编辑", () => pane.composer.revise(message)) : null,
    message.text ? button("copy", "复制文字", () => pane.copy(message.text)) : null);
}

/**
 * Draw `messages` (one, or the parts of an album) of one side; the caption of an album is that of the
 * part that has one.
 */
export function bubble(messages, pane) {
  const [first] = messages;
  const worded = messages.find((message) => message.html);
  const media = content(messages, pane);
  const hasPhoto = media?.classList.contains("photos");
  const shownWords = worded && !first.poll ? richText(worded.html, pane) : null;
  if (shownWords && !shownWords.textContent.trim()) shownWords.hidden = true;
  const emoji = shownWords && !media && /^(\p{Extended_Pictographic}\uFE0F?){1,3}$/u.test(shownWords.textContent.trim());
  const body = h("div", { class: `bubble ${hasPhoto ? "pictured" : ""} ${media && shownWords ? "captioned" : ""} ${emoji ? "emoji" : ""}` },
    first.forwarded ? h("p", { class: "quiet" }, "转发的消息") : null, quoted(first, pane), media, shownWords, stamp(messages));
  return h("li", { class: `row ${first.isMine ? "mine" : "theirs"}`, data: { ids: messages.map((m) => m.message_id).join(" "), side: first.isMine ? "person" : "bot" } },
    h("div", { class: "cluster" }, body, inlineKeyboard(first, pane), handOver(messages, pane), tools(worded ?? first, pane)));
}
