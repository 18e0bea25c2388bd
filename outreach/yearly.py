"""全年必做 — what the law asks of one enterprise this year, from its trade, size and street on the register."""

from __future__ import annotations

from domain.contact import NotYours, Post
from domain.statutory import Due, EnterpriseFacts, year_of
from outreach.desk import Desk
from outreach.inspections.inspecting import WALKERS
from outreach.storage.enterprises import EnterpriseRecord


async def year(desk: Desk, posts: tuple[Post, ...], enterprise_id: int) -> tuple[Due, ...]:
    """Every due day of this year, past ones included, for somebody who answers for the enterprise. Raises NotYours."""
    if not any(post.enterprise_id == enterprise_id and post.role in WALKERS for post in posts):
        raise NotYours
    enterprise = await desk.session.get(EnterpriseRecord, enterprise_id)
    if enterprise is None:
        raise NotYours
    facts = EnterpriseFacts(
        desk.catalogue.trades_of(frozenset(enterprise.industries)), enterprise.street, enterprise.head_count
    )
    return year_of(desk.catalogue.duties.values(), facts, desk.today.year)
