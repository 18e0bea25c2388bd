"""所存 — all that the record holds, read past the house and made comparable between lives."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from outreach.reports.drafts import PURPOSE
from outreach.storage.sealing import Seal, route_key
from tests.faults.grounds import Ground
from tests.stage import masked

# Every table that says what is so, without what may differ by when somebody was killed: states, attempts, cards.
HOLDINGS = {
    "contacts": "SELECT id, person_id, name, phone, locale, consent_version FROM contacts ORDER BY id",
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
    "hazards": "SELECT number, source, grade, state, version, due_on, what FROM hazards ORDER BY id",
    "visits": "SELECT number, kind, state, version, begun_by, finished_by FROM visits ORDER BY number",
    "visit_parties": "SELECT v.number, o.name FROM visit_parties p JOIN visits v ON v.id = p.visit_id"
    " JOIN officials o ON o.id = p.official_id ORDER BY v.number, o.name",
    "visit_takings": "SELECT v.number, t.part, t.turn, t.official_id, t.from_official_id FROM visit_takings t"
    " JOIN visits v ON v.id = t.visit_id ORDER BY v.number, t.part, t.turn",
    "visit_answers": "SELECT v.number, a.part, a.item_id, a.official_id, a.verdict, h.number FROM visit_answers a"
    " JOIN visits v ON v.id = a.visit_id LEFT JOIN hazards h ON h.id = a.hazard_id"
    " ORDER BY v.number, a.part, a.item_id, a.official_id, a.id",
    "ownerships": "SELECT enterprise_id, kind, official_id, set_by, ended_by FROM ownerships"
    " ORDER BY enterprise_id, kind, id",
    "liaisons": "SELECT enterprise_id, official_id, from_on, until_on, ended_by FROM liaisons ORDER BY id",
    "liaison_words": "SELECT liaison_id, contact_id, is_official, text, file_id = '' FROM liaison_words ORDER BY id",
    "hazard_steps": "SELECT h.number, s.version, s.step, s.contact_id, s.state FROM hazard_steps s"
    " JOIN hazards h ON h.id = s.hazard_id ORDER BY h.id, s.version",
    "journal": "SELECT contact_id, happened, subject, facts FROM journal ORDER BY id",
    "deliveries": "SELECT key, contact_id, kind, text, attachment, is_urgent, broadcast_id, acknowledged_at IS NULL"
    " FROM deliveries ORDER BY id",
    "standings": "SELECT contact_id, meaning, subject FROM standings ORDER BY contact_id",
    "counters": "SELECT series, value FROM counters ORDER BY series",
    "quarantine": "SELECT fault FROM quarantine ORDER BY id",
    "reports": "SELECT number, is_named, contact_id, who, what, state, reported_at, route = '', owner_mark = ''"
    " FROM reports ORDER BY is_named, what",
    "report_words": "SELECT report_id, official_id, place, text FROM report_words ORDER BY report_id, place",
    "report_photos": "SELECT report_id, place, is_sealed FROM report_photos ORDER BY report_id, place",
    "letters": "SELECT key, report_id, kind, text FROM letters ORDER BY kind, text",
    "quizzes": "SELECT contact_id, topic, finished_at IS NULL, left_at IS NULL FROM quizzes ORDER BY id",
    "quiz_questions": "SELECT position, question_id, shown, chosen, is_right FROM quiz_questions ORDER BY id",
    "memories": "SELECT contact_id, question_id, times_right, times_wrong, due_at FROM memories ORDER BY question_id",
    "broadcasts": "SELECT number, contact_id, state, text, audience, recipients, vacancies, approved_by, chased,"
    " recalled_by FROM broadcasts ORDER BY id",
    "recipients": "SELECT broadcast_id, contact_id, enterprise_id, role, is_late FROM recipients"
    " ORDER BY broadcast_id, contact_id",
    "fallback_addresses": "SELECT enterprise_id, service, state FROM fallback_addresses ORDER BY enterprise_id, state",
    "fallbacks": "SELECT key, why, title, text, is_urgent FROM fallbacks ORDER BY key",
    "plans": "SELECT contact_id, state, checklist_id, rhythm, asked_on, next_look_at FROM plans ORDER BY id",
    "occurrences": "SELECT enterprise_id, occurs_on, due_on, state FROM occurrences ORDER BY enterprise_id, occurs_on",
    "reminders": "SELECT contact_id, occurs_on, state, reason FROM reminders ORDER BY contact_id, occurs_on",
    "campaign_days": "SELECT key, after_contact_id, done_at IS NULL FROM campaign_days ORDER BY key",
    "daily_questions": "SELECT contact_id, minute, next_look_at FROM daily_questions ORDER BY contact_id",
}
COLUMNS = {name: re.split(r",\s*", sql.split(" FROM ")[0].removeprefix("SELECT ")) for name, sql in HOLDINGS.items()}
# In which order they came to be, whatever numbers they were given.
RANKS = {
    "contact": "SELECT id FROM contacts ORDER BY id",
    "inspection": "SELECT id FROM inspections ORDER BY id",
    "photo_failed": "SELECT id FROM photos ORDER BY id",
    "enrolment": "SELECT id FROM enrolment_requests ORDER BY id",
    "hazard": "SELECT id FROM hazards ORDER BY id",
    "visit": "SELECT id FROM visits ORDER BY id",
    "word": "SELECT id FROM liaison_words ORDER BY id",
    "report": "SELECT id FROM reports ORDER BY is_named, what",
    "report_photo": "SELECT p.id FROM report_photos p JOIN reports r ON r.id = p.report_id"
    " ORDER BY r.is_named, r.what, p.place",
    "occurrence": "SELECT id FROM occurrences ORDER BY occurs_on, enterprise_id",
}
# What else is known by the number of one of these.
ALSO = {
    "vouch": "enrolment", "findings": "inspection", "receipt": "inspection", "report_receipt": "report",
    "report_added": "report", "spot": "hazard", "liaison_word": "word",
}  # fmt: skip
RANKED = {"contact_id": "contact", "decided_by": "contact", "inspection_id": "inspection", "report_id": "report"}
Held = dict[str, tuple[tuple[Any, ...], ...]]
NAMED = re.compile(r"([a-z_]+):(\d+)")
# The same lines are looked at after every death.
_masked = lru_cache(100_000)(masked)


def holdings(ground: Ground) -> Held:
    """All that is so, with numbers of rows replaced by their rank: an undone transaction may leave a gap.

    What is drawn by lot, such as the number of an anonymous report, is masked.
    """
    found = ground.read(HOLDINGS | {f"rank of {name}": sql for name, sql in RANKS.items()})
    ranks = {name: {row[0]: rank for rank, row in enumerate(found[f"rank of {name}"], 1)} for name in RANKS}
    known = ranks | {name: ranks[of] for name, of in ALSO.items()}
    occurrences = known.pop("occurrence")

    def ranked(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if (named := NAMED.match(value)) and named[1] in known:
            # Whoever adds to a report twice is told of twice: that key ends in a lot.
            rest = re.sub(r":\d{12,}$", ":*", value[named.end() :])
            return f"{named[1]}:#{known[named[1]].get(int(named[2]), named[2])}{rest}"
        value = _masked(value)
        if '"word": ' in value:
            value = re.sub(r'(?<="word": )\d+', lambda one: f"#{known['word'].get(int(one[0]), one[0])}", value)
        if "occurrence:" not in value:
            return value
        # What is asked by a plan is told of under its own number, in a key or a press.
        return re.sub(r"(?<=\boccurrence:)\d+", lambda one: f"#{occurrences.get(int(one[0]), one[0])}", value)

    def told(name: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        cells = []
        for column, value in zip(COLUMNS[name], row, strict=True):
            if column in RANKED:
                value = ranks[RANKED[column]].get(value)
            elif name in ("contacts", "inspections") and column == "id":
                value = ranks[name.removesuffix("s")][value]
            cells.append(bool(value) if isinstance(value, bool) or " IS NULL" in column else ranked(value))
        return tuple(cells)

    held = {name: tuple(found[name]) for name in HOLDINGS}
    made = {name: [told(name, row) for row in rows] for name, rows in held.items()}
    made["report_drafts"] = _drafts(ground)
    return {name: tuple(sorted(rows, key=str) if name.startswith("report_") else rows) for name, rows in made.items()}


def _drafts(ground: Ground) -> list[tuple[Any, ...]]:
    """What lies sealed, opened with the key beside the database, without what differs by when somebody was killed."""
    key = ground.folder / "route.key"
    seal = Seal(route_key(key)) if key.exists() else None
    drafts = []
    for mark, sealed in ground.rows("SELECT mark, sealed FROM report_drafts"):
        assert seal is not None
        draft = seal.open(f"{PURPOSE}:{mark}", sealed)
        photos = tuple(photo["unique_id"] for photo in draft["photos"])
        drafts.append((draft["what"], draft["where"], draft["asked"], draft["who"], photos))
    return drafts


def difference(held: Held, wanted: Held) -> str:
    """The first table in which two records differ, in one line."""
    for name, rows in held.items():
        if rows != wanted[name]:
            more = [row for row in rows if row not in wanted[name]]
            less = [row for row in wanted[name] if row not in rows]
            return f"{name}: has {str(more)[:300]}, lacks {str(less)[:300]}"
    return "the same"
