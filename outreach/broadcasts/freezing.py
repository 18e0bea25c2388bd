"""冻结名单 — who gets a broadcast is put into rows as it is agreed to: one a person, and one a message to them."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Subquery,
    Table,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
)

from outreach.broadcasts.audiences import Recipient
from outreach.broadcasts.bulletins import view_of
from outreach.broadcasts.parting import deliveries
from outreach.desk import Desk
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import ContactRecord

_BATCH = 1000
# So many people get the first part before any of them gets the second: nobody waits long for the rest, and nobody's
# rest waits for the second that Telegram wants between two messages to one chat.
_ABREAST = 250
_PLACE, _SUFFIX = "place", "suffix"
# What differs between the parts of one broadcast.
_OF_A_PART = ("part", "kind", "text", "buttons", "attachment", "media_kind", "media_file_id")
_RECIPIENTS, _CONTACTS, _DELIVERIES = (
    typing.cast(Table, record.__table__) for record in (RecipientRecord, ContactRecord, DeliveryRecord)
)


async def freeze(desk: Desk, row: BroadcastRecord, recipients: Sequence[Recipient]) -> None:
    """The rows of everybody who is meant, in the same transaction as the approval.

    The names go in batch by batch; what each is told is the same for all of one language, so the database copies it.
    """
    said = await view_of(desk, row)
    for batch in _batches(recipients):
        await desk.session.execute(
            insert(_RECIPIENTS),
            [
                {"broadcast_id": row.id, "contact_id": one.contact.id, "enterprise_id": one.enterprise_id,
                 "role": one.role, "is_late": False}
                for one in batch
            ],
        )  # fmt: skip
    speakers = {one.contact.locale: one.contact for one in recipients}
    for locale, speaker in speakers.items():
        told = deliveries(desk, said, speaker)
        row.parts = max(row.parts, len(told))
        place = func.row_number().over(order_by=(_RECIPIENTS.c.enterprise_id, _CONTACTS.c.id)) - 1
        people = (
            select(_CONTACTS.c.id, place.label(_PLACE))
            .select_from(_RECIPIENTS.join(_CONTACTS, _CONTACTS.c.id == _RECIPIENTS.c.contact_id))
            .where(_RECIPIENTS.c.broadcast_id == row.id, _CONTACTS.c.locale == locale)
            .subquery("people")
        )
        parts = _parts(told)
        who = (
            select(*(_told(name, value, row.id, people, parts) for name, value in told[-1].items()))
            .select_from(people.join(parts, true()))
            .order_by(people.c.place - people.c.place % _ABREAST, parts.c.part, people.c.place)
        )
        await desk.session.execute(insert(_DELIVERIES).from_select(list(told[-1]), who))
    desk.has_told = True


def _parts(told: Sequence[Mapping[str, object]]) -> Subquery:
    """What differs between the parts, as a table with a row for each; `suffix` is what its key adds to the last's."""
    each = []
    for at, values in enumerate(told):
        suffix = str(values["key"]).removeprefix(str(told[-1]["key"]))
        columns = [
            cast(bindparam(f"part_{at}_{name}", values[name], _DELIVERIES.c[name].type), _DELIVERIES.c[name].type)
            for name in _OF_A_PART
        ]
        named = [column.label(name) for name, column in zip(_OF_A_PART, columns, strict=True)]
        each.append(select(*named, cast(literal(suffix), String).label(_SUFFIX)))
    return union_all(*each).subquery("parts")


def _told(name: str, value: object, broadcast_id: int, people: Subquery, parts: Subquery) -> ColumnElement[Any]:
    """One column of what everybody of a language is told."""
    if name == "contact_id":
        return people.c.id
    if name == "key":
        return literal(f"broadcast:{broadcast_id}:") + cast(people.c.id, String) + parts.c.suffix
    if name in _OF_A_PART:
        return parts.c[name]
    return bindparam(f"told_{name}", value, _DELIVERIES.c[name].type)


def _batches(recipients: Sequence[Recipient]) -> Iterator[Sequence[Recipient]]:
    for at in range(0, len(recipients), _BATCH):
        yield recipients[at : at + _BATCH]
