"""查法条 — importing the text of a law, and looking an article up: the bureau's own texts before what was shipped."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from content.loading.law_text import LawText
from content.numerals import bare
from domain.law import Law, meant
from outreach.desk import Desk
from outreach.storage.laws import LawArticleRecord, LawRecord

IMPORTED = "imported"


async def import_law(desk: Desk, text: LawText) -> int:
    """Keep a law as the bureau has it, in place of an earlier import of that name. How many articles it has."""
    for old in (await desk.session.scalars(select(LawRecord.id).where(LawRecord.short == text.short))).all():
        await desk.session.execute(delete(LawArticleRecord).where(LawArticleRecord.law_id == old))
        await desk.session.execute(delete(LawRecord).where(LawRecord.id == old))
    law = LawRecord(short=text.short, title=text.title, version=text.version, imported_at=desk.now)
    desk.session.add(law)
    await desk.session.flush()
    desk.session.add_all(
        LawArticleRecord(law_id=law.id, position=position, number=number, text=body)
        for position, (number, body) in enumerate(text.articles.items())
    )
    await desk.note("law.imported", f"law:{law.id}", name=text.short, version=text.version, articles=len(text.articles))
    return len(text.articles)


async def laws(desk: Desk) -> tuple[Law, ...]:
    """Every law that can be looked up; an imported one takes the place of what was shipped under its name."""
    rows = (await desk.session.scalars(select(LawRecord).order_by(LawRecord.short))).all()
    imported = tuple(Law(row.short, row.title, row.version, True, IMPORTED) for row in rows)
    names = {name for law in imported for name in law.names}
    return imported + tuple(law for law in desk.catalogue.statutes.laws if not names & law.names)


async def named(desk: Desk, name: str) -> tuple[Law, ...]:
    """The laws that a name may mean, the likeliest first; none when nobody knows it."""
    return meant(await laws(desk), bare(name))


async def articles(desk: Desk, law: Law) -> Mapping[str, str]:
    """The articles at hand of a law that `laws` told of: texts by number, 134-1 for 之一, in the order of the law."""
    if law.origin != IMPORTED:
        return desk.catalogue.statutes.articles(law)
    rows = await desk.session.execute(
        select(LawArticleRecord.number, LawArticleRecord.text)
        .join(LawRecord, LawRecord.id == LawArticleRecord.law_id)
        .where(LawRecord.short == law.short)
        .order_by(LawArticleRecord.position)
    )
    return dict(rows.all())
