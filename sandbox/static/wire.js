/** 线路 — the requests this page makes of the sandbox, and the stream of what happens there. */

export class WireError extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new WireError("连不上演示服务，请稍后再试");
  }
  if (response.ok) return response.status === 204 ? {} : response.json();
  const said = await response.text();
  let reason = said.slice(0, 200);
  try {
    const body = JSON.parse(said);
    reason = body.description || body.error || reason;
  } catch { /* the answer was not JSON: its text is the reason */ }
  throw new WireError(reason || `服务返回 ${response.status}`);
}

function post(person, verb, body = {}) {
  return ask(`/sandbox/people/${person}/${verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

function upload(person, verb, field, files, caption) {
  const form = new FormData();
  for (const file of files) form.append(field, file, file.name);
  if (caption) form.append("caption", caption);
  return ask(`/sandbox/people/${person}/${verb}`, { method: "POST", body: form });
}

export const readState = () => ask("/sandbox/state");
export const say = (person, text, replyTo) => post(person, "text", replyTo ? { text, reply_to: replyTo } : { text });
export const start = (person, payload) => post(person, "start", payload ? { payload } : {});
export const press = (person, messageId, row, column) => post(person, "press", { message_id: messageId, row, column });
export const sendPhotos = (person, files, caption) => upload(person, "photo", "files", files, caption);
export const sendDocument = (person, file, caption) => upload(person, "document", "file", [file], caption);
export const sendLocation = (person, place) => post(person, "location", place);
export const sendContact = (person) => post(person, "contact");
export const vote = (person, messageId, options) => post(person, "vote", { message_id: messageId, options });
export const edit = (person, messageId, text) => post(person, "edit", { message_id: messageId, text });
export const block = (person) => post(person, "block");
export const unblock = (person) => post(person, "unblock");
export const markRead = (person) => post(person, "read");

export const fileUrl = (fileId) => `/sandbox/files/${encodeURIComponent(fileId)}`;
export const talkUrl = (person) => (person ? `/sandbox/people/${person}/talk` : "/sandbox/talk");

/**
 * Follow the sandbox. `onEvent` gets each event, `onLine(true|false)` whether the stream is up; after a break
 * `onReturn` is awaited first, so that the page reads the whole state again instead of trusting a gap.
 */
export function follow(after, { onEvent, onLine, onReturn }) {
  let wasDown = false;
  let wait = 500;
  let latest = after;
  const open = () => {
    const stream = new EventSource(`/sandbox/events?after=${latest ?? ""}`);
    stream.onopen = async () => {
      wait = 500;
      if (wasDown) {
        wasDown = false;
        try {
          latest = (await onReturn()) ?? latest;
        } catch {
          retry(stream);
          return;
        }
      }
      onLine(true);
    };
    stream.onmessage = (message) => {
      const event = JSON.parse(message.data);
      if (event.seq !== undefined) latest = event.seq;
      onEvent(event);
    };
    stream.onerror = () => retry(stream);
  };
  const retry = (stream) => {
    stream.close();
    if (!wasDown) onLine(false);
    wasDown = true;
    setTimeout(open, wait);
    wait = Math.min(wait * 1.7, 5000);
  };
  open();
}
