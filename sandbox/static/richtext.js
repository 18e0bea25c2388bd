/** 正文 — puts a message's safe HTML on the page and makes its commands, addresses and spoilers live. */

import { h } from "./dom.js";
import { openAddress } from "./links.js";

const LIVE = /(https?:\/\/[^\s<>"'）】」，。；]+|(?<![\w./])t\.me\/[\w-]+(?:\?[\w=&-]+)?)|(?<![\w/<.:-])(\/[a-z][a-z0-9_]{0,31})(?:@\w+)?(?![\w/])/gi;

/** A command to press; not a button, from which the full stop behind it would be torn off at the end of a line. */
const commandKey = (command, words) => h("a", { href: "#", role: "button", class: "command", data: { command } }, words);

function linkify(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (!walker.currentNode.parentElement?.closest("a,button,code,pre")) texts.push(walker.currentNode);
  for (const text of texts) {
    const pieces = [];
    let end = 0;
    for (const found of text.data.matchAll(LIVE)) {
      pieces.push(text.data.slice(end, found.index));
      const [whole, address, command] = found;
      pieces.push(address
        ? h("a", { href: address.startsWith("http") ? address : `https://${address}` }, whole)
        : commandKey(command, whole));
      end = found.index + whole.length;
    }
    if (end) text.replaceWith(...pieces, text.data.slice(end));
  }
}

/** Blocks begin and end their own line: the line feeds written around them would leave gaps. */
function tighten(root) {
  for (const block of root.querySelectorAll("blockquote, pre")) {
    for (const beside of [block.previousSibling, block.nextSibling]) if (beside?.nodeName === "BR") beside.remove();
  }
}

function makeButtons(root) {
  for (const link of root.querySelectorAll("a.command:not([href])")) {
    link.replaceWith(commandKey(link.dataset.command ?? link.textContent, link.textContent));
  }
}

function followClick(event, pane) {
  const command = event.target.closest(".command");
  const link = event.target.closest("a[href]");
  const spoiler = event.target.closest(".tg-spoiler, tg-spoiler");
  const code = event.target.closest("code");
  if (spoiler && !spoiler.classList.contains("shown")) {
    event.preventDefault();
    spoiler.classList.add("shown");
  } else if (command) {
    event.preventDefault();
    pane.say(command.dataset.command || command.textContent);
  } else if (link) {
    event.preventDefault();
    openAddress(link.getAttribute("href"), pane);
  } else if (code && !String(window.getSelection())) {
    pane.copy(code.textContent);
  }
}

/** The body of a message. `html` was made safe by the server; a person's own words come the same way. */
export function richText(html, pane) {
  const body = h("div", { class: "words", html, on: { click: (event) => followClick(event, pane) } });
  tighten(body);
  makeButtons(body);
  linkify(body);
  for (const code of body.querySelectorAll("code")) code.title = "点击复制";
  return body;
}
