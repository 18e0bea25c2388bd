/** 聊天记录 — what the page knows of every chat, kept current by the sandbox's events. */

import { instant } from "./clock.js";

function tidy(message) {
  return { ...message, at: instant(message.date), isMine: message.from !== "bot", text: message.text ?? "", html: message.html ?? "" };
}

class Chat {
  constructor(id, state = {}) {
    this.id = id;
    this.load(state);
  }

  load(state) {
    this.messages = new Map((state.messages ?? []).map((message) => [message.message_id, tidy(message)]));
    this.commands = state.commands ?? [];
    this.isBlocked = Boolean(state.blocked);
    this.replyKeyboard = state.reply_keyboard ?? null;
    this.unread = state.unread ?? 0;
  }

  inOrder() {
    return [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
  }
}

/** People with a pane are those who behave; the others only stand in the strip. */
const hasPane = (person) => person.pane ?? (!person.behaviour || ["normal", "pane"].includes(person.behaviour));

export class Store {
  #listeners = new Set();

  load(state) {
    this.seq = state.seq;
    this.bot = state.bot;
    this.cast = state.cast.map((person) => ({ ...person, id: Number(person.id), colour: person.colour || "#5b6f8a" }));
    this.people = this.cast.filter(hasPane);
    this.others = this.cast.filter((person) => !hasPane(person));
    this.hints = state.hints ?? [];
    const before = this.chats;
    this.chats = new Map(this.cast.map(({ id }) => {
      const chat = before?.get(id) ?? new Chat(id);
      chat.load(state.chats[id] ?? {});
      return [id, chat];
    }));
    if (before) for (const { id } of this.cast) this.#tell({ kind: "reload", chat_id: id });
    if (before) this.#tell({ kind: "hints" });
  }

  person(key) {
    return this.cast.find((person) => [String(person.id), person.name, person.username].includes(String(key)));
  }

  listen(listener) {
    this.#listeners.add(listener);
  }

  #tell(event) {
    for (const listener of this.#listeners) listener(event);
  }

  /** Apply one event of the stream, then tell the listeners; events the state already held are skipped. */
  apply(event) {
    if (event.seq !== undefined && this.seq !== undefined) {
      if (event.seq <= this.seq) return;
      this.seq = event.seq;
    }
    const chat = this.chats.get(Number(event.chat_id));
    if (event.kind === "hints") this.hints = event.hints ?? [];
    else if (chat) this.#applyTo(chat, event);
    this.#tell({ ...event, chat_id: chat?.id });
  }

  #applyTo(chat, event) {
    const { kind } = event;
    if (kind === "message" || kind === "edit" || (kind === "poll" && event.message)) {
      const message = tidy(event.message);
      if (kind === "message" && !message.isMine && !chat.messages.has(message.message_id)) chat.unread += 1;
      chat.messages.set(message.message_id, message);
    } else if (kind === "poll") {
      const message = chat.messages.get(event.message_id);
      if (message) chat.messages.set(event.message_id, { ...message, poll: event.poll });
    } else if (kind === "delete") {
      for (const id of event.message_ids ?? [event.message_id]) chat.messages.delete(id);
    } else if (kind === "seen") {
      for (const id of event.message_ids ?? []) {
        const message = chat.messages.get(id);
        if (message) chat.messages.set(id, { ...message, seen: true });
      }
    } else if (kind === "commands") chat.commands = event.commands ?? [];
    else if (kind === "reply_keyboard") chat.replyKeyboard = event.reply_keyboard ?? event.keyboard ?? null;
    else if (kind === "blocked") chat.isBlocked = Boolean(event.blocked);
  }
}
