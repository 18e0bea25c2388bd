"""督办之告知 — who hears of a step of the ladder: its enterprise, and the officials who have to release it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from domain.contact import Contact
from domain.ladder import Addressee, Releaser, Rule
from domain.notice import DeliveryState, Notice, NoticeButton
from domain.reminder import QuietHours
from outreach.concerning import officials_concerned
from outreach.desk import Desk
from outreach.hazards.telling import fixers, followers
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import BlacklistingRecord, LadderPaperRecord
from outreach.storage.notices import DeliveryRecord

_WAITING = (DeliveryState.QUEUED, DeliveryState.RETRY)


async def tell_drafted(desk: Desk, row: HazardRecord, paper: LadderPaperRecord, rule: Rule) -> None:
    """Tell whoever may release it that a paper waits for them."""
    await tell_officials(desk, row, paper, "drafted", await releasers(desk, row, rule))


async def tell_proposed(desk: Desk, row: HazardRecord, paper: LadderPaperRecord, rule: Rule, but: int) -> list[Contact]:
    """Tell everybody else who may release it that one official is for it. Returns them."""
    found = await officials_concerned(desk, row, is_head=rule.release is Releaser.HEAD)
    others = [one for one in found if one.id != but]
    await tell_officials(desk, row, paper, "proposed", others)
    return others


async def tell_unanswered(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Tell the official who follows it that no answer came."""
    await tell_officials(desk, row, paper, "unanswered", await followers(desk, row))


async def tell_released(
    desk: Desk, row: HazardRecord, paper: LadderPaperRecord, rule: Rule, from_at: datetime
) -> None:  # fmt: skip
    """Serve the paper on those it is addressed to, not before that instant."""
    for contact, is_enterprise in await addressees(desk, row, rule):
        facts = await _facts(desk, row, paper) | {"is_enterprise": is_enterprise, "reply_on": paper.reply_on}
        buttons = ((NoticeButton("ladder.open", f"ld:o:{paper.id}"),), (NoticeButton("hazard.open", f"hz:o:{row.id}"),))
        key = f"ladder:{paper.id}:{paper.version}:paper:{contact.id}"
        notice = Notice(
            "ladder_paper", facts, key, buttons, attachment=f"ladder:{paper.id}:{paper.version}", is_push=True,
            due_at=by_day(desk, from_at),
        )  # fmt: skip
        await desk.tell(contact, notice)


async def addressees(desk: Desk, row: HazardRecord, rule: Rule) -> list[tuple[Contact, bool]]:
    """Whom a step reaches in the chat, and whether they are of the enterprise."""
    found: dict[int, tuple[Contact, bool]] = {}
    if Addressee.ENTERPRISE in rule.to:
        found |= {one.id: (one, True) for one in await fixers(desk, row)}
    if Addressee.OFFICIALS in rule.to:
        found |= {one.id: (one, False) for one in await officials_concerned(desk, row) if one.id not in found}
    return list(found.values())


async def releasers(desk: Desk, row: HazardRecord, rule: Rule) -> list[Contact]:
    """Who may release that step: its 督促人, else all officials concerned; a 负责人 where the rule asks for one."""
    if rule.release is Releaser.HEAD:
        return await officials_concerned(desk, row, is_head=True)
    return await followers(desk, row)


async def tell_officials(
    desk: Desk, row: HazardRecord, paper: LadderPaperRecord, news: str, officials: Iterable[Contact]
) -> None:
    """By day, on a workday; judged once more when it leaves."""
    buttons = ((NoticeButton("ladder.open", f"ld:o:{paper.id}"),), (NoticeButton("hazard.open", f"hz:o:{row.id}"),))
    for contact in officials:
        facts = await _facts(desk, row, paper) | {"news": news}
        key = f"ladder:{paper.id}:{paper.version}:{news}:{contact.id}"
        notice = Notice("ladder_news", facts, key, buttons, is_push=True, due_at=by_day(desk, desk.now))
        await desk.tell(contact, notice)


async def tell_answered(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Tell the officials that an answer waits for their judgement."""
    await tell_officials(desk, row, paper, "answered", await followers(desk, row))


async def tell_objected(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Tell the heads, who decide, and whoever follows the hazard, that its enterprise objects."""
    told = {one.id: one for one in await officials_concerned(desk, row, is_head=True)}
    told |= {one.id: one for one in await followers(desk, row)}
    await tell_officials(desk, row, paper, "objected", told.values())


async def tell_decided(desk: Desk, row: HazardRecord, paper: LadderPaperRecord, news: str, words: str) -> None:
    """Tell the enterprise what was decided about its answer or objection, or written down of an interview."""
    for contact in await fixers(desk, row):
        facts = await _facts(desk, row, paper) | {"news": news, "words": words, "reply_on": paper.reply_on}
        key = f"ladder:{paper.id}:{paper.version}:{news}:{contact.id}"
        buttons = ((NoticeButton("ladder.open", f"ld:o:{paper.id}"),),)
        notice = Notice("ladder_decided", facts, key, buttons, is_push=True, due_at=by_day(desk, desk.now))
        await desk.tell(contact, notice)


async def tell_listing(
    desk: Desk, row: HazardRecord, paper: LadderPaperRecord, listing: BlacklistingRecord, news: str, but: int
) -> None:
    """A proposal is told to the heads, all else to the enterprise; that its day has come to the officials too."""
    if news == "proposed":
        told = [one for one in await officials_concerned(desk, row, is_head=True) if one.id != but]
    else:
        told = await fixers(desk, row)
    own = {one.id for one in told} if news != "proposed" else set()
    if news == "ended":
        told += [one for one in await officials_concerned(desk, row) if one.id not in own]
    for contact in told:
        facts = await _facts(desk, row, paper) | {
            "is_enterprise": contact.id in own,
            "news": news, "ground": listing.ground, "evidence": listing.evidence, "until_on": listing.until_on,
        }  # fmt: skip
        key = f"ladder:{paper.id}:list{listing.version}:{news}:{contact.id}"
        buttons = ((NoticeButton("ladder.open", f"ld:o:{paper.id}"),),)
        notice = Notice("ladder_listing", facts, key, buttons, is_push=True, due_at=by_day(desk, desk.now))
        await desk.tell(contact, notice)


async def was_told_of_end(desk: Desk, listing: BlacklistingRecord) -> bool:
    """Whether anybody was told that this entry has run out."""
    prefix = f"ladder:{listing.paper_id}:list{listing.version}:ended:"
    return await _count(desk, DeliveryRecord.key >= prefix, DeliveryRecord.key < prefix[:-1] + ";") > 0


async def unsend(desk: Desk, paper: LadderPaperRecord) -> bool:
    """Whatever of a paper has not left yet stays here. Whether it has reached nobody."""
    stays = update(DeliveryRecord).where(*_of(paper), DeliveryRecord.state.in_(_WAITING))
    await desk.session.execute(stays.values(state=DeliveryState.SKIPPED, reason="withdrawn", settled_at=desk.now))
    return not await _count(desk, *_of(paper), DeliveryRecord.state != DeliveryState.SKIPPED)


async def is_waiting(desk: Desk, paper: LadderPaperRecord) -> bool:
    """Whether any of a paper has still to leave."""
    return await _count(desk, *_of(paper), DeliveryRecord.state.in_(_WAITING)) > 0


def _of(paper: LadderPaperRecord) -> tuple[ColumnElement[bool], ...]:
    prefix = f"ladder:{paper.id}:"
    return (
        DeliveryRecord.key >= prefix, DeliveryRecord.key < prefix[:-1] + ";", DeliveryRecord.kind == "ladder_paper",
    )  # fmt: skip


async def _count(desk: Desk, *conditions: ColumnElement[bool]) -> int:
    return int((await desk.session.scalars(select(func.count()).select_from(DeliveryRecord).where(*conditions))).one())


def by_day(desk: Desk, at: datetime) -> datetime:
    """The first instant from then on that lies in the daytime of a workday."""
    return desk.office.almanac.allowed_from(at, QuietHours(), on_workdays=True)


async def _facts(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> dict[str, object]:
    enterprise = await desk.session.get_one(EnterpriseRecord, paper.enterprise_id)
    return {
        "rung": paper.rung, "number": paper.number or "", "hazard": row.number, "what": row.what,
        "enterprise": enterprise.name, "term_on": paper.term_on, "days": (desk.today - paper.term_on).days,
    }  # fmt: skip
