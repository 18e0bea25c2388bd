/** 深链接 — recognises t.me links to the bot and decides what a click on any link in a chat does. */

const CODE = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The start payload of a deep link to the bot ("" for a link without one), or null for any other address.
 * `bot` is the bot's username without @.
 */
export function payloadOf(address, bot) {
  let url;
  try {
    url = new URL(/^[a-z]+:/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
  const isOurs = (name) => name?.toLowerCase() === bot.toLowerCase();
  if (url.protocol === "tg:") {
    return url.href.startsWith("tg://resolve") || url.href.startsWith("tg:resolve")
      ? (isOurs(url.searchParams.get("domain")) ? url.searchParams.get("start") ?? "" : null) : null;
  }
  if (!["t.me", "telegram.me", "www.t.me"].includes(url.hostname)) return null;
  return isOurs(url.pathname.replace(/^\/|\/$/g, "")) ? url.searchParams.get("start") ?? "" : null;
}

/** What somebody typed into the link box: a whole link, or only its code. Null when it is neither. */
export function payloadTyped(text, bot) {
  const typed = text.trim();
  if (CODE.test(typed)) return typed;
  const inside = typed.match(/(?:https?:\/\/|tg:\/\/)?(?:www\.)?(?:t\.me|telegram\.me|resolve)[/?]\S+/i);
  return payloadOf(inside ? inside[0] : typed, bot);
}

/** The first deep link to the bot in a message, in its buttons or its text; null when there is none. */
export function deepLinkIn(message, bot) {
  const urls = (message.inline_keyboard ?? []).flat().flatMap((button) => [button.url, button.copy_text?.text ?? button.copy_text]);
  const box = document.createElement("template");
  box.innerHTML = message.html;
  urls.push(...[...box.content.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")));
  urls.push(...(box.content.textContent.match(/(?:https?:\/\/)?t\.me\/[\w-]+\?start=[\w-]+/g) ?? []));
  for (const url of urls) {
    const payload = typeof url === "string" ? payloadOf(url, bot) : null;
    if (payload) return payload;
  }
  return null;
}

/** Follow an address from within a pane: a deep link starts the bot there, anything else opens a new tab. */
export function openAddress(address, pane) {
  const payload = payloadOf(address, pane.store.bot.username);
  if (payload !== null) pane.start(payload);
  else if (/^(https?|mailto|tel|tg):/i.test(address)) window.open(address, "_blank", "noopener");
}
