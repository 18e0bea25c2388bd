/** 按键 — the inline keyboard under a message and the reply keyboard above the composer. */

import { h, icon } from "./dom.js";
import { openAddress } from "./links.js";

const STYLES = new Set(["primary", "success", "danger"]);
const PATIENCE = 15000;

/** Remembers which buttons wait for an answer, so that a redrawn message still shows its spinner. */
export class Pressed {
  #waiting = new Map();

  constructor(onChange) {
    this.onChange = onChange;
  }

  has(messageId, spot) {
    return this.#waiting.get(messageId)?.spot === spot;
  }

  add(messageId, spot) {
    this.done(messageId);
    this.#waiting.set(messageId, { spot, timer: setTimeout(() => this.done(messageId), PATIENCE) });
    this.onChange(messageId);
  }

  /** The press was answered; without a message id, all of this chat's presses are. */
  done(messageId) {
    for (const id of messageId ? [messageId] : [...this.#waiting.keys()]) {
      clearTimeout(this.#waiting.get(id)?.timer);
      if (this.#waiting.delete(id)) this.onChange(id);
    }
  }
}

function inlineButton(message, button, row, column, pane) {
  const spot = `${row}.${column}`;
  const copied = button.copy_text?.text ?? button.copy_text;
  const isLink = Boolean(button.url);
  const isWaiting = pane.pressed.has(message.message_id, spot);
  const classes = ["key", STYLES.has(button.style) ? button.style : "", isWaiting ? "waiting" : ""].join(" ");
  const onClick = () => {
    if (isLink) openAddress(button.url, pane);
    else if (copied) pane.copy(copied);
    else pane.press(message.message_id, row, column, spot);
  };
  return h("button", {
    type: "button", class: classes, "aria-busy": isWaiting ? "true" : null, data: { spot },
    title: isLink ? button.url : copied ? `复制：${copied}` : null, on: { click: onClick },
  }, h("span", {}, button.text), isLink ? icon("out") : copied ? icon("copy") : null);
}

export function inlineKeyboard(message, pane) {
  const rows = message.inline_keyboard ?? [];
  if (!rows.length) return null;
  return h("div", { class: "keys" }, rows.map((row, r) => h("div", { class: "keys-row" },
    row.map((button, c) => inlineButton(message, button, r, c, pane)))));
}

export function replyRows(keyboard) {
  return (Array.isArray(keyboard) ? keyboard : keyboard?.keyboard ?? []).map((row) =>
    row.map((button) => (typeof button === "string" ? { text: button } : button)));
}

/** The page's own mark for a button that shares something, unless its label begins with a picture already. */
function shareIcon(button) {
  const name = button.request_contact ? "person" : button.request_location ? "pin" : null;
  return name && /^[\p{L}\p{N}]/u.test(button.text) ? icon(name) : null;
}

/** The keyboard of ready answers; contact and location are asked about before they leave the phone. */
export function replyKeyboard(keyboard, pane) {
  return h("div", { class: "reply-keys" }, replyRows(keyboard).map((row) => h("div", { class: "keys-row" },
    row.map((button) => h("button", {
      type: "button", class: `key solid ${STYLES.has(button.style) ? button.style : ""}`,
      on: { click: () => {
        if (button.request_contact) pane.offerContact();
        else if (button.request_location) pane.offerLocation();
        else pane.say(button.text);
      } },
    }, shareIcon(button), h("span", {}, button.text))))));
}
