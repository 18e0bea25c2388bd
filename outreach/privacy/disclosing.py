"""查阅复制 — everything held about one contact, as plain values that make a JSON file (个人信息保护法第45条)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select

from outreach.desk import Desk
from outreach.reports import following
from outreach.storage.base import Record
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord
from outreach.storage.enterprises import EnterpriseRecord, RegisterDraftRecord
from outreach.storage.hazards import HazardCardRecord, HazardPhotoRecord, HazardStepRecord
from outreach.storage.inspections import (
    AnswerRecord,
    ChecklistEditionRecord,
    FindingRecord,
    InspectionRecord,
    PhotoRecord,
)
from outreach.storage.intake import QuarantineRecord
from outreach.storage.ladder import ObjectionRecord
from outreach.storage.liaisons import LiaisonWordRecord
from outreach.storage.notices import DeliveryRecord
from outreach.storage.people import (
    ContactRecord,
    EnrolmentRequestRecord,
    JournalRecord,
    OfficialRecord,
    PostRecord,
    StandingRecord,
)
from outreach.storage.plans import PlanRecord, ReminderRecord, WishRecord
from outreach.storage.polls import PollRecord
from outreach.storage.quizzes import (
    DailyQuestionRecord,
    GroupAnswerRecord,
    MemoryRecord,
    QuizQuestionRecord,
    QuizRecord,
)
from outreach.storage.visits import VisitCardRecord

FORMAT = "anshao-person/1"


async def disclose(desk: Desk, contact_id: int) -> dict[str, Any]:
    """What every table holds about this contact. Instants are UTC, days Asia/Shanghai, both in ISO 8601."""
    contact = await desk.session.get_one(ContactRecord, contact_id)
    found = await desk.session.execute(select(EnterpriseRecord.id, EnterpriseRecord.name))
    names = {row.id: row.name for row in found}

    def named(values: dict[str, Any]) -> dict[str, Any]:
        return values | {"enterprise": names.get(values["enterprise_id"], "")}

    return {
        "format": FORMAT,
        "exported_at": plain(desk.now),
        "contact": fields(contact),
        "posts": [named(f) for f in await _held(desk, PostRecord, contact_id)],
        "enrolment_requests": [named(f) for f in await _held(desk, EnrolmentRequestRecord, contact_id)],
        "offices": await _held(desk, OfficialRecord, contact_id),
        "inspections": [named(f) for f in await _inspections(desk, contact_id)],
        "register_entries": await _register_entries(desk, contact.phone),
        "register_drafts": await _held(desk, RegisterDraftRecord, contact_id),
        "quizzes": await _quizzes(desk, contact_id),
        "questions_answered": await _held(desk, MemoryRecord, contact_id),
        "activities": [named(f) for f in await _held(desk, ActivityRecord, contact_id)],
        "activity_photos": await _held(desk, ActivityPhotoRecord, contact_id),
        "daily_question": await _held(desk, DailyQuestionRecord, contact_id),
        "group_answers": await _held(desk, GroupAnswerRecord, contact_id),
        "polls": await _held(desk, PollRecord, contact_id),
        "reports": await following.disclosed(desk, contact_id),
        "hazard_steps": await _held(desk, HazardStepRecord, contact_id),
        "hazard_photos": await _held(desk, HazardPhotoRecord, contact_id),
        "hazard_cards": await _held(desk, HazardCardRecord, contact_id),
        "words_to_stationed_officials": await _held(desk, LiaisonWordRecord, contact_id),
        "visit_cards": await _held(desk, VisitCardRecord, contact_id),
        "objections": await _held(desk, ObjectionRecord, contact_id),
        "reminder_settings": await _held(desk, WishRecord, contact_id),
        "reminders": await _held(desk, ReminderRecord, contact_id),
        "plans": await _held(desk, PlanRecord, contact_id),
        "broadcasts_drafted": await _held(desk, BroadcastRecord, contact_id),
        "broadcasts_meant_for": await _held(desk, RecipientRecord, contact_id),
        "standing": await _held(desk, StandingRecord, contact_id),
        "notices": await _held(desk, DeliveryRecord, contact_id),
        "journal": await _journal(desk, contact_id),
        "not_understood": [
            {"at": plain(q.at), "reference": q.reference, "body": q.body}
            for q in await quarantined_from(desk, contact.person_id)
        ],
    }


def fields(row: Record, *without: str) -> dict[str, Any]:
    """The columns of a row as JSON values."""
    return {c.key: plain(getattr(row, c.key)) for c in row.__mapper__.column_attrs if c.key not in without}


def plain(value: object) -> object:
    """A value as JSON has it; instants and days in ISO 8601."""
    return value.isoformat() if isinstance(value, (datetime, date)) else value


async def quarantined_from(desk: Desk, person_id: int | None) -> list[QuarantineRecord]:
    """The updates of this person that could not be understood. Read whole, because an id may be part of a number."""
    if person_id is None:
        return []
    found = await desk.session.scalars(
        select(QuarantineRecord).where(QuarantineRecord.body.contains(str(person_id))).order_by(QuarantineRecord.id)
    )
    return [row for row in found if _names(row.body, person_id)]


def _names(body: str, person_id: int) -> bool:
    """Whether an update as it came names the person anywhere; what cannot be read is taken to name them."""
    try:
        waiting: list[Any] = [json.loads(body)]
    except (ValueError, RecursionError):
        return True
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
        elif value == person_id or value == str(person_id):
            return True
    return False


async def _held(desk: Desk, record: type[Any], contact_id: int) -> list[dict[str, Any]]:
    key = next(iter(record.__mapper__.primary_key))
    found = await desk.session.scalars(select(record).where(record.contact_id == contact_id).order_by(key))
    return [fields(row) for row in found]


async def _inspections(desk: Desk, contact_id: int) -> Iterable[dict[str, Any]]:
    session = desk.session
    rows = (
        await session.scalars(
            select(InspectionRecord).where(InspectionRecord.contact_id == contact_id).order_by(InspectionRecord.id)
        )
    ).all()
    ids = [row.id for row in rows]
    answers: dict[int, list[dict[str, Any]]] = {}
    photos: dict[int, list[dict[str, Any]]] = {}
    findings: dict[int, list[dict[str, Any]]] = {}
    for photo in await session.scalars(select(PhotoRecord).where(PhotoRecord.contact_id == contact_id)):
        photos.setdefault(photo.answer_id, []).append(fields(photo))
    for answer in await session.scalars(select(AnswerRecord).where(AnswerRecord.inspection_id.in_(ids))):
        told = fields(answer) | {"photos": photos.get(answer.id, [])}
        answers.setdefault(answer.inspection_id, []).append(told)
    for finding in await session.scalars(select(FindingRecord).where(FindingRecord.inspection_id.in_(ids))):
        findings.setdefault(finding.inspection_id, []).append(fields(finding))
    editions = {e.id: e for e in await session.scalars(select(ChecklistEditionRecord))}
    return [
        fields(row)
        | {
            "checklist": editions[row.edition_id].checklist_id if row.edition_id in editions else "",
            "answers": answers.get(row.id, []),
            "findings": findings.get(row.id, []),
        }
        for row in rows
    ]


async def _quizzes(desk: Desk, contact_id: int) -> list[dict[str, Any]]:
    told = []
    for row in await desk.session.scalars(
        select(QuizRecord).where(QuizRecord.contact_id == contact_id).order_by(QuizRecord.id)
    ):
        asked = await desk.session.scalars(
            select(QuizQuestionRecord).where(QuizQuestionRecord.quiz_id == row.id).order_by(QuizQuestionRecord.position)
        )
        told.append(fields(row) | {"questions": [fields(one) for one in asked]})
    return told


async def _register_entries(desk: Desk, phone: str | None) -> list[dict[str, Any]]:
    """Where the register names the contact's number; only their own half of each entry."""
    if not phone:
        return []
    told = []
    for row in await desk.session.scalars(
        select(EnterpriseRecord)
        .where(or_(EnterpriseRecord.principal_phone == phone, EnterpriseRecord.safety_officer_phone == phone))
        .order_by(EnterpriseRecord.id)
    ):
        for role, name, number in (
            ("principal", row.principal_name, row.principal_phone),
            ("safety_officer", row.safety_officer_name, row.safety_officer_phone),
        ):
            if number == phone:
                told.append({"enterprise": row.name, "role": role, "name": name, "phone": number})
    return told


async def _journal(desk: Desk, contact_id: int) -> list[dict[str, Any]]:
    found = await desk.session.scalars(
        select(JournalRecord)
        .where(or_(JournalRecord.contact_id == contact_id, JournalRecord.subject == f"contact:{contact_id}"))
        .order_by(JournalRecord.id)
    )
    return [fields(row) | {"facts": json.loads(row.facts)} for row in found]
