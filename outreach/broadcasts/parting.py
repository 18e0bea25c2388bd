"""分条 — exactly what a recipient of a broadcast gets: one message, or several of which the last one asks for 已阅."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from domain.contact import Contact
from domain.parting import CAPTION_LIMIT, TEXT_LIMIT, in_parts, units
from outreach.broadcasts.bulletins import Broadcast, words_of
from outreach.delivery.parts import ALBUM, key_of
from outreach.desk import Desk

# What a part is in the outbox; the last one is the broadcast itself, so that people are counted once.
EARLIER = "broadcast_part"
# What the line that numbers a part may take.
_MARK_ROOM = 16


@dataclass(frozen=True, slots=True)
class Part:
    """One message: HTML, and what goes with it, `kind` as in `Content.kind` and Telegram's ids of the files."""

    text: str
    kind: str = ""
    files: tuple[str, ...] = ()


def parts_of(desk: Desk, broadcast: Broadcast, locale: str) -> tuple[Part, ...]:
    """The messages in which a recipient with that language is told, in order.

    An album, and a picture whose words do not fit below it, goes first by itself with a line that names the notice:
    an album can have no button. Words are parted at the end of a line or a sentence, and each part says which it is.
    """
    html, content = words_of(desk, broadcast, locale), broadcast.content
    length = units(html)
    if content.kind in ("photo", "document") and length <= CAPTION_LIMIT:
        return (Part(html, content.kind, content.files),)
    if not content.kind and length <= TEXT_LIMIT:
        return (Part(html),)
    words = desk.office.texts.words(locale)
    parts = [Part(text) for text in in_parts(html, TEXT_LIMIT - _MARK_ROOM)]
    if content.kind:
        opening = words("notices/broadcast_media", number=broadcast.number, kind=content.kind)
        parts.insert(0, Part(opening, content.kind, content.files))
    marks = [words.label("broadcast.part_mark", at=at + 1, of=len(parts)) for at in range(len(parts))]
    return tuple(Part(f"{one.text}\n{mark}", one.kind, one.files) for one, mark in zip(parts, marks, strict=True))


def deliveries(
    desk: Desk, broadcast: Broadcast, contact: Contact, *, key: str = "", press: str = ""
) -> list[dict[str, object]]:
    """The values of one person's rows, in order; their keys make each happen once, and the last has the button.

    key, press: the key of the last row and the data of its button, if they are not those of a recipient.
    """
    key, press = key or f"broadcast:{broadcast.id}:{contact.id}", press or f"ak:{broadcast.id}"
    label = desk.office.texts.words(contact.locale).label("broadcast.acknowledge")
    parts = parts_of(desk, broadcast, contact.locale)
    return [
        {
            "key": key if at == len(parts) else key_of(key, at),
            "part": at,
            "contact_id": contact.id,
            "kind": "broadcast" if at == len(parts) else EARLIER,
            "text": part.text,
            "buttons": json.dumps([[[label, press]]], ensure_ascii=False) if at == len(parts) else "[]",
            "attachment": album_recipe(broadcast.id, broadcast.photos) if part.kind == "album" else "",
            "media_kind": part.kind if part.kind != "album" else "",
            "media_file_id": part.files[0] if part.kind in ("photo", "document") else "",
            "broadcast_id": broadcast.id,
            "is_urgent": broadcast.is_urgent,
            "expires_at": broadcast.expires_at,
            "created_at": desk.now,
            "due_at": max(broadcast.due_at or desk.now, desk.now),
        }
        for at, part in enumerate(parts, 1)
    ]


def album_recipe(broadcast_id: int, photos: Sequence[str]) -> str:
    """What stands for an album in the outbox; another album of the same draft has another one."""
    return f"{ALBUM}:{broadcast_id}:{sha256(' '.join(photos).encode()).hexdigest()[:16]}"
