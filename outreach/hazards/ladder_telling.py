"""督办之告知 — who hears of a step of the ladder: its enterprise, and the officials who have to release it."""

from __future__ import annotations

from domain.contact import Contact
from domain.ladder import Releaser, Rule
from domain.notice import Notice, NoticeButton
from domain.reminder import QuietHours
from outreach.concerning import officials_concerned
from outreach.desk import Desk
from outreach.hazards.telling import fixers, followers
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord
from outreach.storage.ladder import LadderPaperRecord


async def tell_reminder(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """An ordinary reminder to those who have to put it right; a step taken before it leaves takes it back."""
    facts: dict[str, object] = {"number": row.number, "what": row.what, "due_on": row.due_on, "where": row.where}
    button = ((NoticeButton("hazard.open", f"hz:o:{row.id}"),),)
    for contact in await fixers(desk, row):
        key = f"hazard:{row.id}:reminder:{paper.id}:{contact.id}"
        await desk.tell(contact, Notice("reminder_hazard", facts, key, button, is_push=True))


async def tell_drafted(desk: Desk, row: HazardRecord, paper: LadderPaperRecord, rule: Rule) -> None:
    """Tell whoever may release it that a paper waits for them."""
    for contact in await releasers(desk, row, rule):
        await _serve(desk, contact, row, paper, "drafted")


async def tell_unanswered(desk: Desk, row: HazardRecord, paper: LadderPaperRecord) -> None:
    """Tell the official who follows it that no answer came."""
    for contact in await followers(desk, row):
        await _serve(desk, contact, row, paper, "unanswered")


async def releasers(desk: Desk, row: HazardRecord, rule: Rule) -> list[Contact]:
    """Who may release that step: its 督促人, else all officials concerned; a 负责人 where the rule asks for one."""
    if rule.release is Releaser.HEAD:
        return await officials_concerned(desk, row, is_head=True)
    return await followers(desk, row)


async def _serve(desk: Desk, contact: Contact, row: HazardRecord, paper: LadderPaperRecord, news: str) -> None:
    """By day, on a workday; judged once more when it leaves."""
    enterprise = await desk.session.get_one(EnterpriseRecord, paper.enterprise_id)
    facts: dict[str, object] = {
        "news": news, "rung": paper.rung, "number": paper.number or "", "hazard": row.number, "what": row.what,
        "enterprise": enterprise.name, "term_on": paper.term_on, "days": (desk.today - paper.term_on).days,
    }  # fmt: skip
    buttons = ((NoticeButton("hazard.open", f"hz:o:{row.id}"),),)
    key = f"ladder:{paper.id}:{paper.version}:{news}:{contact.id}"
    due_at = desk.office.almanac.allowed_from(desk.now, QuietHours(), on_workdays=True)
    await desk.tell(contact, Notice("ladder_news", facts, key, buttons, is_push=True, due_at=due_at))
