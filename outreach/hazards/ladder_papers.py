"""督办文书 — what a paper of the ladder says: its form filled with what is known of the hazard, kept once it is out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select

from content.numerals import article_label
from content.papers.letter import letter_pdf
from content.texts import Words
from domain.basis import Basis
from domain.checklist import Grade
from domain.ladder import PaperState, Rung
from domain.paper_form import Letter, PaperForm, fill, must_be_complete
from outreach.delivery.telegram.gateway import Attachment
from outreach.desk import Desk, Office
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord

HOME_LOCALE = "zh-CN"  # papers are for the file, in the language of the office


def form_of(desk: Desk, paper: LadderPaperRecord) -> PaperForm:
    """The form of that step."""
    return desk.catalogue.forms[Rung(paper.rung)]


async def letter_of(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> Letter:
    """The paper as it reads now: as it was released, or a draft in which what is unknown stands as a gap."""
    if paper.letter:
        return _thawed(paper.letter)
    return await _composed(desk, row, paper)


async def final_letter(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> Letter:
    """The paper that goes out: complete. Raises PaperIncomplete with what is missing."""
    await must_be_complete_but_for_its_signer(desk, row, paper)
    must_be_complete(("{enterprise}{organ}{signer}",), await _values(desk, row, paper))
    return await _composed(desk, row, paper)


async def must_be_complete_but_for_its_signer(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Raises PaperIncomplete for what is missing beside the name of whoever will sign."""
    form, values = form_of(desk, paper), await _values(desk, row, paper)
    must_be_complete((form.title, *form.body, values["facts_form"], values["demand_form"]), values)


async def part_now(desk: Desk, row: HazardRecord, paper: LadderPaperRecord, part: str) -> str:
    """What a part that may be changed says now."""
    return (await _values(desk, row, paper))[part]


def frozen(letter: Letter) -> str:
    """The paper as it is kept, so that it reads the same whatever becomes of its form."""
    return json.dumps(asdict(letter), ensure_ascii=False)


async def made(office: Office, paper_id: int) -> Attachment | None:
    """The PDF of a released paper, for the notice that carries it; None while it is not released (any more)."""
    async with office.desk() as desk:
        paper = await desk.session.get_one(LadderPaperRecord, paper_id)
        if not paper.letter or paper.released_at is None:
            return None
        letter, printed_at = _thawed(paper.letter), paper.released_at
    name = file_name(office.texts.words(HOME_LOCALE), letter, "pdf")
    return Attachment(name, await asyncio.to_thread(letter_pdf, letter, printed_at))


def file_name(words: Words, letter: Letter, kind: str) -> str:
    """What the file is called: its number, or that it is a draft."""
    return words.label("ladder.file", name=letter.number or words.label("ladder.draft_file"), kind=kind)


def reply_on(desk: Desk, paper: LadderPaperRecord, from_on: date) -> date | None:
    """The last day for the answer if the paper went out on that day; of an interview, if it is held on its day."""
    rule = desk.catalogue.ladder.rule(Grade(paper.grade), Rung(paper.rung))
    if rule is None or not rule.reply:
        return None
    if paper.rung == Rung.INTERVIEW:
        if paper.meet_at is None:
            return None
        from_on = desk.on(paper.meet_at)
    return desk.office.almanac.workdays_after(from_on, rule.reply)


async def _composed(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> Letter:
    form, values, words = form_of(desk, paper), await _values(desk, row, paper), _words(desk)
    gap = words.label("ladder.gap")
    shown = {name: value or gap for name, value in values.items()}
    is_out = PaperState(paper.state).is_out
    return Letter(
        title=fill(form.title, shown),
        number=(paper.number or "") if is_out else "",
        addressee=words.label("ladder.to_departments") if paper.rung == Rung.SANCTION else values["enterprise"],
        paragraphs=tuple(part for text in form.body for part in fill(text, shown).splitlines() if part.strip()),
        organ=paper.organ,
        signer=paper.signer,
        signed_on=_day(words, desk.on(paper.released_at)) if is_out and paper.released_at else "",
    )


async def _values(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> dict[str, str]:
    """What stands in each place; empty where nothing is known."""
    words, form, almanac = _words(desk), form_of(desk, paper), desk.office.almanac
    enterprise = await desk.session.get_one(EnterpriseRecord, paper.enterprise_id)
    late = 0
    while almanac.workdays_after(paper.term_on, late + 1) <= desk.today:
        late += 1
    reply = paper.reply_on or reply_on(desk, paper, desk.today)
    values = {
        "enterprise": enterprise.name, "hazard": row.number,
        "what": _clause(words, row.what), "where": _clause(words, row.where),
        "grade": words.label(f"hazard.grade.{row.grade}"), "source": words.label(f"hazard.source.{row.source}"),
        "found_on": _day(words, desk.on(row.opened_at)), "due_on": _day(words, paper.term_on),
        "days": str((desk.today - paper.term_on).days), "workdays": str(late), "today": _day(words, desk.today),
        "earlier": await _earlier(desk, words, paper), "reply_on": _day(words, reply) if reply else "",
        "organ": paper.organ, "signer": paper.signer, "meet_place": paper.meet_place,
        "meet_at": _moment(desk, words, paper) if paper.meet_at else "",
        "until_on": _day(words, paper.until_on) if paper.until_on else "",
        "basis": _basis(words, form.bases(Grade(paper.grade))),
    }  # fmt: skip
    values["facts_form"], values["demand_form"] = (
        ("" if paper.facts else form.facts), ("" if paper.demand else form.demand),
    )  # fmt: skip
    gap = words.label("ladder.gap")
    shown = {name: value or gap for name, value in values.items()}
    values["facts"] = paper.facts or fill(form.facts, shown)
    values["demand"] = paper.demand or fill(form.demand, shown)
    return values


async def _earlier(desk: Desk, words: Words, paper: LadderPaperRecord) -> str:
    """The steps for the same term that went out before, in one sentence."""
    found = await desk.session.scalars(
        select(LadderPaperRecord)
        .where(
            LadderPaperRecord.hazard_id == paper.hazard_id, LadderPaperRecord.term_on == paper.term_on,
            LadderPaperRecord.id < paper.id, LadderPaperRecord.released_at.is_not(None),
            LadderPaperRecord.state != PaperState.WITHDRAWN,
        )
        .order_by(LadderPaperRecord.id)
    )  # fmt: skip
    said = [
        words.label("ladder.earlier_paper", day=_day(words, desk.on(one.released_at)), number=one.number)
        if one.number else words.label("ladder.earlier_reminder", day=_day(words, desk.on(one.released_at)))
        for one in found if one.released_at is not None
    ]  # fmt: skip
    return (
        words.label("ladder.earlier", steps=words.label("ladder.comma").join(said))
        if said
        else words.label("ladder.earlier_none")
    )


def _basis(words: Words, bases: Sequence[Basis]) -> str:
    said = [
        words.label("ladder.basis", law=one.law, article=article_label(one.article), quote=one.quote) for one in bases
    ]
    return words.label("ladder.semicolon").join(said) + words.label("ladder.stop")


def _clause(words: Words, text: str) -> str:
    """Several lines as one, without the stop with which somebody closed it: the form has one of its own."""
    ends, semicolon = words.label("ladder.ends"), words.label("ladder.semicolon")
    lines = [" ".join(line.split()).rstrip(ends) for line in text.splitlines()]
    return semicolon.join(line for line in lines if line)


def _day(words: Words, on: date) -> str:
    return words.label("format.day").format(y=on.year, m=on.month, d=on.day)


def _moment(desk: Desk, words: Words, paper: LadderPaperRecord) -> str:
    assert paper.meet_at is not None
    there = paper.meet_at.astimezone(desk.office.zone)
    return words.label("ladder.meet_at", day=_day(words, there.date()), hour=there.hour, minute=f"{there.minute:02d}")


def _words(desk: Desk) -> Words:
    return desk.office.texts.words(HOME_LOCALE)


def _thawed(text: str) -> Letter:
    kept = json.loads(text)
    return Letter(**{**kept, "paragraphs": tuple(kept["paragraphs"])})
