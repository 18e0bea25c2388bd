"""埋雷(故事集) — mistakes with reports, quizzes and notices to many, planted so that the oracles must find each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.intake import Intake
from domain.report import Draft
from outreach.broadcasts import acknowledging, amending, broadcasting
from outreach.broadcasts.acknowledging import Acknowledged
from outreach.delivery import aftermath
from outreach.delivery.claims import Claims
from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Desk
from outreach.quizzes import quizzing
from outreach.quizzes.quizzing import Answered
from outreach.reports import drafts, reporting
from outreach.reports.evidencing import EvidencePhotographer
from outreach.storage.notices import DeliveryRecord
from outreach.storage.reports import ReportRecord
from tests.faults.seeded_bugs import Patch, a_notice_counts_as_sent_before_it_is, bug, forget_nothing


@bug("quiz:wrong", "answers_count_once", "same_in_the_end")
def an_answer_counts_at_every_delivery(patch: Patch) -> None:
    forget_nothing(patch)
    answer = quizzing.answer

    async def hasty(desk: Desk, contact: Any, quiz_id: int, *rest: Any) -> Answered:
        given = await answer(desk, contact, quiz_id, *rest)
        if not given.is_counted:
            await quizzing.remember(desk, contact.id, given.asked.question_id, bool(given.asked.is_right))
        return given

    patch.setattr(quizzing, "answer", hasty)


@bug("notice:read", "read_as_pressed", "journal_once", "same_in_the_end")
def reading_it_twice_counts_twice(patch: Patch) -> None:
    acknowledge = acknowledging.acknowledge

    async def hasty(desk: Desk, contact: Any, broadcast_id: int, *rest: Any) -> Acknowledged:
        read = await acknowledge(desk, contact, broadcast_id, *rest)
        if not read.is_first:
            await desk.note("BroadcastAcknowledged", f"broadcast:{broadcast_id}", contact.id, number=read.number)
        return read

    patch.setattr(acknowledging, "acknowledge", hasty)


def afterwards(patch: Patch, module: Any, name: str, result: object = None) -> None:
    """Let a function do its work in a transaction of its own, once that of the update is committed."""
    late: list[tuple[Any, ...]] = []
    apply, work = Intake._apply, getattr(module, name)

    async def put_off(_: Desk, *rest: Any) -> object:
        late.append(rest)
        return result

    async def hasty(self: Intake, *rest: Any) -> Any:
        late.clear()
        done = await apply(self, *rest)
        if late:
            async with self._office.desk() as desk:
                for put in late:
                    await work(desk, *put)
        return done

    patch.setattr(module, name, put_off)
    patch.setattr(Intake, "_apply", hasty)


@bug("notice:approve", "audience_is_conserved")
def the_audience_is_frozen_after_the_approval(patch: Patch) -> None:
    afterwards(patch, broadcasting, "freeze")


@bug("quiz:right", "answers_count_once")
def an_answer_is_remembered_after_the_commit(patch: Patch) -> None:
    afterwards(patch, quizzing, "remember")


@bug("report:anonymous", "a_report_comes_whole")
def the_official_is_told_of_a_report_after_the_commit(patch: Patch) -> None:
    afterwards(patch, reporting, "_tell_officials", 1)


@bug("report:anonymous", "reports_as_made", "effect_goes_with_id")
def the_draft_is_wiped_before_the_report_is_made(patch: Patch) -> None:
    taken: dict[int, Draft] = {}
    apply, opened = Intake._apply, drafts.opened

    async def hasty(self: Intake, turn: Any, *rest: Any) -> Any:
        taken.clear()
        async with self._office.desk() as desk:
            if (draft := await drafts.draft_of(desk, turn.person.id)) is not None:
                taken[turn.person.id] = draft
                await drafts.drop(desk, turn.person.id)
        return await apply(self, turn, *rest)

    def remembered(desk: Desk, person_id: int, rows: Any) -> Draft | None:
        return taken.get(person_id) or opened(desk, person_id, rows)

    patch.setattr(Intake, "_apply", hasty)
    patch.setattr(drafts, "opened", remembered)


@bug("report:named", "reports_as_made", "photos_as_sent", "a_report_comes_whole", "told_numbers_stand")
def a_photo_that_is_none_takes_its_report_along(patch: Patch) -> None:
    async def hasty(self: EvidencePhotographer, desk: Desk, row: Any, refusal: Any) -> None:
        await desk.session.execute(delete(ReportRecord).where(ReportRecord.id == row.report_id))

    patch.setattr(EvidencePhotographer, "_tell", hasty)


@bug("report:anonymous", "nobody_stands_beside_it", "journal_once", "same_in_the_end")
def the_journal_says_who_reported(patch: Patch) -> None:
    submit = reporting.submit

    async def hasty(desk: Desk, contact: Any, *rest: Any) -> Any:
        made = await submit(desk, contact, *rest)
        await desk.note("ReportMade", f"report:{made.id}", contact.id)
        return made

    patch.setattr(reporting, "submit", hasty)


@bug("notice:approve", "claimed_before_sent", "sent_at_most_once")
def a_claim_is_not_kept_before_the_send(patch: Patch) -> None:
    exchange = Claims.exchange

    async def put(self: Claims, ids: list[int], was: str, state: str, owner: str | None) -> None:
        async with AsyncSession(self._engine) as session, session.begin():
            rows = update(DeliveryRecord).where(DeliveryRecord.id.in_(ids), DeliveryRecord.state == was)
            await session.execute(rows.values(state=state, claimed_by=owner))

    async def hasty(self: Claims, results: Any, *rest: Any) -> Any:
        await put(self, [claim.id for claim, _ in results], "queued", "claimed", self._owner)
        taken = await exchange(self, results, *rest)
        await put(self, [claim.id for claim in taken], "claimed", "queued", None)
        return taken

    patch.setattr(Claims, "exchange", hasty)


bug("notice:approve", "notices_are_settled", "nobody_is_skipped_silently")(
    a_notice_counts_as_sent_before_it_is, "a_notice_to_many_counts_as_sent_before_it_is"
)


@bug("notice:approve", "nobody_is_skipped_silently", "notices_are_settled")
def whoever_is_throttled_is_passed_over(patch: Patch) -> None:
    after = aftermath.after

    def hasty(claim: Any, outcome: Outcome, now: Any) -> dict[str, object]:
        if outcome.kind is Kind.FLOOD:
            return {"state": "skipped", "settled_at": now, "reason": "flood"}
        return after(claim, outcome, now)

    patch.setattr(aftermath, "after", hasty)


@bug("notice:approve", "card_ends_with_true_figures")
def the_card_shows_figures_of_before(patch: Patch) -> None:
    counted: dict[int, Any] = {}
    tally = amending.tally

    async def hasty(desk: Desk, broadcast_id: int) -> Any:
        figures = counted.get(broadcast_id) or await tally(desk, broadcast_id)
        counted[broadcast_id] = await tally(desk, broadcast_id)
        return figures

    patch.setattr(amending, "tally", hasty)


@bug("notice:stopped", "audience_is_conserved")
def what_a_recall_stops_is_deleted(patch: Patch) -> None:
    async def hasty(desk: Desk, broadcast_id: int) -> None:
        waiting = DeliveryRecord.state.in_(("queued", "retry"))
        await desk.session.execute(delete(DeliveryRecord).where(DeliveryRecord.broadcast_id == broadcast_id, waiting))

    patch.setattr(broadcasting, "stop", hasty)
    patch.setattr(amending, "stop", hasty)
