"""所存 — all that the record holds, read past the house and made comparable between lives."""

from __future__ import annotations

import re
from typing import Any

from tests.faults.grounds import Ground

# Every table that says what is so, without what may differ by when somebody was killed: states, attempts, cards.
HOLDINGS = {
    "contacts": "SELECT id, person_id, name, phone, locale, consent_version, is_reachable FROM contacts ORDER BY id",
    "officials": "SELECT contact_id, name FROM officials ORDER BY id",
    "posts": "SELECT enterprise_id, contact_id, role, until_at IS NULL FROM posts ORDER BY id",
    "invitations": "SELECT role, used_at IS NULL FROM invitations ORDER BY id",
    "requests": "SELECT contact_id, role, decision, decided_by FROM enrolment_requests ORDER BY id",
    "inspections": "SELECT id, contact_id, number, submitted_at IS NULL, discarded_at IS NULL FROM inspections"
    " ORDER BY id",
    "answers": "SELECT inspection_id, item_id, verdict, note, is_note_settled, is_photo_settled, skipped_photo_reason"
    " FROM answers ORDER BY id",
    "photos": "SELECT a.item_id, p.file_unique_id, p.contact_id FROM photos p JOIN answers a ON a.id = p.answer_id"
    " ORDER BY p.id",
    "findings": "SELECT inspection_id, number, item_id, title, note, due_on FROM findings ORDER BY id",
    "journal": "SELECT contact_id, happened, subject, facts FROM journal ORDER BY id",
    "deliveries": "SELECT key, contact_id, kind, text, attachment, is_urgent FROM deliveries ORDER BY id",
    "standings": "SELECT contact_id, meaning, subject FROM standings ORDER BY contact_id",
    "counters": "SELECT series, value FROM counters ORDER BY series",
    "quarantine": "SELECT fault FROM quarantine ORDER BY id",
}
Held = dict[str, tuple[tuple[Any, ...], ...]]


def holdings(ground: Ground) -> Held:
    """All that is so, with numbers of rows replaced by their rank: an undone transaction may leave a gap."""
    held = {name: tuple(ground.rows(sql)) for name, sql in HOLDINGS.items()}
    ranks = {name: {row[0]: rank for rank, row in enumerate(held[name], 1)} for name in ("contacts", "inspections")}
    photos = {row[0]: rank for rank, row in enumerate(ground.rows("SELECT id FROM photos ORDER BY id"), 1)}
    requests = {
        row[0]: rank for rank, row in enumerate(ground.rows("SELECT id FROM enrolment_requests ORDER BY id"), 1)
    }
    known = {"contact": ranks["contacts"], "inspection": ranks["inspections"], "photo_failed": photos,
             "enrolment": requests, "vouch": requests, "findings": ranks["inspections"],
             "receipt": ranks["inspections"]}  # fmt: skip

    def ranked(value: Any) -> Any:
        if isinstance(value, str) and (found := re.match(r"([a-z_]+):(\d+)", value)) and found[1] in known:
            return f"{found[1]}:#{known[found[1]].get(int(found[2]), found[2])}{value[found.end() :]}"
        return value

    def told(name: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        columns = re.split(r",\s*", HOLDINGS[name].split(" FROM ")[0].removeprefix("SELECT "))
        cells = []
        for column, value in zip(columns, row, strict=True):
            if column.endswith("contact_id") or (name == "contacts" and column == "id") or column == "decided_by":
                value = ranks["contacts"].get(value)
            elif column == "inspection_id" or (name == "inspections" and column == "id"):
                value = ranks["inspections"].get(value)
            cells.append(bool(value) if isinstance(value, bool) or " IS NULL" in column else ranked(value))
        return tuple(cells)

    return {name: tuple(told(name, row) for row in rows) for name, rows in held.items()}


def difference(held: Held, wanted: Held) -> str:
    """The first table in which two records differ, in one line."""
    for name, rows in held.items():
        if rows != wanted[name]:
            more = [row for row in rows if row not in wanted[name]]
            less = [row for row in wanted[name] if row not in rows]
            return f"{name}: has {str(more)[:300]}, lacks {str(less)[:300]}"
    return "the same"
