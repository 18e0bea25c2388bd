"""媒体 — sendPhoto, sendDocument, sendMediaGroup, getFile: files from the bot to people and back."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from sandbox.apierror import ApiError, bad_request
from sandbox.exchange import Exchange
from sandbox.files import MAX_DOWNLOAD, MAX_PHOTO, MAX_UPLOAD, image_size
from sandbox.markup import markup_of
from sandbox.methods.sending import caption_of, deliver, reply_of
from sandbox.parameters import Parameters, Upload

JSON = dict[str, Any]
ALBUM = range(2, 11)


def checked_photo(content: bytes) -> tuple[int, int]:
    """Width and height of a picture that may be sent as a photo; raises 400."""
    if len(content) > MAX_PHOTO:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
        )
    size = image_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def keep(exchange: Exchange, kind: str, upload: Upload, size: tuple[int, int] | None) -> JSON:
    """Store an upload and return its record."""
    name = Path(upload.name.replace("\\", "/")).name[:250] or "file"
    mime = upload.mime
    if not mime or mime == "application/octet-stream":
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    record = exchange.files.keep(kind, name, mime, upload.content, exchange.world.number(), size)
    exchange.commit({"t": "file", "file": record})
    return record


def resolve(exchange: Exchange, parameters: Parameters, kind: str, field: str, value: Any) -> JSON:
    """The media part of a body from an upload, an attach:// reference or a file_id; raises 400 or 413."""
    upload = parameters.uploads.get(field)
    if isinstance(value, str) and value.startswith("attach://"):
        upload = parameters.uploads.get(value[9:])
        if upload is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        if len(upload.content) > MAX_UPLOAD:
            raise ApiError(413, "Request Entity Too Large")
        size = checked_photo(upload.content) if kind == "photo" else None
        record = keep(exchange, kind, upload, size)
    elif not value or not isinstance(value, str):
        raise bad_request(f"there is no {kind} in the request")
    elif value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    else:
        found = exchange.files.find(value)
        if found is None:
            raise bad_request("wrong remote file identifier specified: Wrong string length")
        if found["kind"] != kind:
            was, now = found["kind"].capitalize(), kind.capitalize()
            raise bad_request(f"can't use file of type {was} as {now}")
        record = found
    if kind == "photo":
        return {"photo": exchange.files.photo_sizes(record)}
    return {"document": exchange.files.document(record)}


def input_media(exchange: Exchange, parameters: Parameters, media: Any) -> JSON:
    """The body one InputMedia object stands for; raises 400."""
    if not isinstance(media, dict):
        raise bad_request("can't parse InputMedia: Expected an Object")
    kind = media.get("type")
    if kind not in ("photo", "document"):
        raise bad_request("can't parse InputMedia: Type of the input media is invalid")
    if not media.get("media"):
        raise bad_request("can't parse InputMedia: media not found")
    caption = caption_of(Parameters(media))
    return {**resolve(exchange, parameters, kind, "", media["media"]), **caption}


def _send(exchange: Exchange, parameters: Parameters, kind: str) -> JSON:
    chat = exchange.writable(parameters.text("chat_id"))
    caption = caption_of(parameters)
    markup_of(parameters)
    body = {**resolve(exchange, parameters, kind, kind, parameters.values.get(kind)), **caption}
    return deliver(exchange, chat, parameters, body)


def send_photo(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendPhoto."""
    return _send(exchange, parameters, "photo")


def send_document(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendDocument."""
    return _send(exchange, parameters, "document")


def send_media_group(exchange: Exchange, parameters: Parameters) -> list[JSON]:
    """sendMediaGroup: two to ten photos, or two to ten documents; a reply keyboard is not possible."""
    listed = parameters.items("media")
    if not listed:
        raise bad_request("there are no messages to send")
    if len(listed) not in ALBUM:
        raise bad_request(
            "too many messages to send as an album"
            if len(listed) > 2
            else "group send failed: an album must include 2-10 items"
        )
    chat = exchange.writable(parameters.text("chat_id"), len(listed))
    kinds = {str(media.get("type")) for media in listed if isinstance(media, dict)}
    if len(kinds) > 1 and "document" in kinds:
        raise bad_request("document can't be mixed with other media types")
    bodies = [input_media(exchange, parameters, media) for media in listed]
    reply_to = reply_of(chat, parameters)
    group = str(13_000_000_000_000_000 + exchange.world.number())
    sent = []
    for body in bodies:
        body["media_group_id"] = group
        if parameters.truth("protect_content"):
            body["has_protected_content"] = True
        card = exchange.card(chat, "bot", body, reply_to=reply_to)
        exchange.say(chat, card)
        sent.append(exchange.worded(chat, card))
    return sent


def get_file(exchange: Exchange, parameters: Parameters) -> JSON:
    """getFile: a download link for an hour, for files up to 20 MB."""
    file_id = parameters.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    record = exchange.files.find(file_id)
    if record is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if record["size"] > MAX_DOWNLOAD:
        raise bad_request("file is too big")
    is_small = file_id not in exchange.files.records
    answer = {
        "file_id": file_id,
        "file_unique_id": record["unique"] + ("s" if is_small else ""),
        "file_path": exchange.files.link(file_id, exchange.now()),
    }
    if not is_small:
        answer["file_size"] = record["size"]
    return answer


METHODS = {
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
