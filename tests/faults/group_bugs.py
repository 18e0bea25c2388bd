"""埋雷(备用渠道) — mistakes with notices to enterprises' groups, planted so that the oracles must find each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from outreach.delivery.outcomes import Kind, Outcome
from outreach.desk import Desk
from outreach.fallback import forwarding
from outreach.fallback.forwarding import Forwarder
from outreach.storage.fallbacks import FallbackRecord
from tests.faults.seeded_bugs import Patch, bug


@bug("fallback:silent", "forwarded_at_most_once")
def what_a_dead_process_held_goes_to_the_group_again(patch: Patch) -> None:
    after = forwarding._after

    def hasty(attempts: int, is_urgent: bool, outcome: Outcome, now: Any) -> dict[str, Any]:
        return after(attempts, is_urgent or outcome.kind is Kind.AMBIGUOUS, outcome, now)

    patch.setattr(forwarding, "_after", hasty)


@bug("fallback:silent", "forwards_are_settled", "groups_heard_as_due")
def a_group_counts_as_told_before_it_is(patch: Patch) -> None:
    take = Forwarder._take

    async def hasty(self: Forwarder, desk: Desk) -> Any:
        claims = await take(self, desk)
        ids = [claim.id for claim in claims]
        told = update(FallbackRecord).where(FallbackRecord.id.in_(ids))
        await desk.session.execute(told.values(state="sent", settled_at=desk.now, attempts=1))
        return claims

    patch.setattr(Forwarder, "_take", hasty)


@bug("fallback:silent", "claimed_before_forwarded", "forwarded_at_most_once")
def a_group_is_told_before_the_claim_is_kept(patch: Patch) -> None:
    take = Forwarder._take

    async def hasty(self: Forwarder, desk: Desk) -> Any:
        claims = await take(self, desk)
        ids = [claim.id for claim in claims]
        held = update(FallbackRecord).where(FallbackRecord.id.in_(ids))
        await desk.session.execute(held.values(state="queued", claimed_by=None, lease_until=None))
        return claims

    patch.setattr(Forwarder, "_take", hasty)
