"""版本 — keeping the exact wording that was walked or asked, so that an old record reads as it did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import select

from domain.basis import Basis
from domain.checklist import Checklist, Grade, Item, Section
from domain.contact import Role
from domain.question import Dimension, Question, QuestionKind
from outreach.desk import Desk
from outreach.storage.inspections import ChecklistEditionRecord
from outreach.storage.quizzes import QuestionEditionRecord


async def keep_edition(desk: Desk, checklist: Checklist) -> int:
    """The id of this exact wording, written down the first time somebody walks it."""
    body = _written(checklist)
    digest = hashlib.sha256(body.encode()).hexdigest()
    known = select(ChecklistEditionRecord.id).where(
        ChecklistEditionRecord.checklist_id == checklist.id,
        ChecklistEditionRecord.version == checklist.version,
        ChecklistEditionRecord.digest == digest,
    )
    found = (await desk.session.scalars(known)).first()
    if found is not None:
        return found
    row = ChecklistEditionRecord(
        checklist_id=checklist.id, version=checklist.version, digest=digest, body=body, kept_at=desk.now
    )
    desk.session.add(row)
    await desk.session.flush()
    return row.id


async def keep_questions(desk: Desk, questions: Iterable[Question]) -> dict[str, int]:
    """The id of the exact wording of each question, written down the first time it is asked so."""
    kept: dict[str, int] = {}
    # In one order for everybody, so that two who write the same ones down never wait for each other.
    for question in sorted(questions, key=lambda one: one.id):
        body = _asked(question)
        digest = hashlib.sha256(body.encode()).hexdigest()
        known = select(QuestionEditionRecord.id).where(QuestionEditionRecord.digest == digest)
        id_ = (await desk.session.scalars(known)).first()
        if id_ is None:
            # Two people may be asked it for the first time at once: whoever comes second takes what is there.
            await desk.put_once(
                QuestionEditionRecord, QuestionEditionRecord.digest, question_id=question.id, digest=digest,
                body=body, kept_at=desk.now,
            )  # fmt: skip
            id_ = (await desk.session.scalars(known)).one()
        kept[question.id] = id_
    return kept


async def questions_of(desk: Desk, edition_ids: Iterable[int]) -> dict[int, Question]:
    """The questions as they were worded then, by edition."""
    found = await desk.session.execute(
        select(QuestionEditionRecord.id, QuestionEditionRecord.body).where(
            QuestionEditionRecord.id.in_(set(edition_ids))
        )
    )
    return {id_: _question(body) for id_, body in found}


async def edition(desk: Desk, edition_id: int) -> Checklist:
    """The checklist as it was worded then. An edition never changes, so a process reads each of them once."""
    kept = desk.office.editions
    if edition_id not in kept:
        wanted = select(ChecklistEditionRecord.body).where(ChecklistEditionRecord.id == edition_id)
        kept[edition_id] = _read((await desk.session.scalars(wanted)).one())
    return kept[edition_id]


def _written(checklist: Checklist) -> str:
    # For whom a list is decides who may begin it, and what it no longer asks is not read; left out, a wording keeps
    # its digest.
    told = {name: value for name, value in asdict(checklist).items() if name not in ("audience", "retired")}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=sorted)


def _read(body: str) -> Checklist:
    told = json.loads(body)
    sections = tuple(Section(s["title"], tuple(_item(i) for i in s["items"])) for s in told["sections"])
    return Checklist(told["id"], told["version"], told["title"], told["intro"], frozenset(told["industries"]), sections)


def _item(told: dict[str, object]) -> Item:
    basis = told.pop("basis")
    grade = told.pop("grade_hint")
    assert isinstance(basis, list)
    return Item(**told, basis=tuple(Basis(**b) for b in basis), grade_hint=Grade(str(grade)) if grade else None)  # type: ignore[arg-type]


def _asked(question: Question) -> str:
    # Whether it is asked any more is not part of how it reads.
    told = {name: value for name, value in asdict(question).items() if name != "is_retired"}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, default=sorted)


def _question(body: str) -> Question:
    told = json.loads(body)
    return Question(
        id=told["id"], topic=told["topic"], kind=QuestionKind(told["kind"]), stem=told["stem"],
        options=tuple(told["options"]), correct=frozenset(told["correct"]), explanation=told["explanation"],
        difficulty=told["difficulty"], dimension=Dimension(told["dimension"]), trades=frozenset(told["trades"]),
        roles=frozenset(map(Role, told["roles"])), basis=tuple(Basis(**one) for one in told["basis"]),
        source=told["source"],
    )  # fmt: skip
