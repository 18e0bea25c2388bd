"""What an official waits for in the queue: counts, a page of each pile, narrowing, a search, on SQLite and PostgreSQL.

10,000 open hazards of 1,000 enterprises in 50 grids, and as many that are closed; everything lies within the sight of
the one who asks, which is the most that it can cost. Each figure is one reply: all its statements and its transaction.
"""

from __future__ import annotations

import asyncio
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.local_postgresql import postgresql
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.checklist import Grade
from domain.contact import Contact, Jurisdiction, Official
from domain.hazard import Source
from outreach.desk import Desk, Office
from outreach.hazards import carding, merging, narrowing, queueing
from outreach.hazards.narrowing import Side
from outreach.hazards.sifting import Pile, Sift
from outreach.hazards.viewing import Who
from outreach.people import appointing, enrolling
from outreach.storage.database import open_engine
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.migrating import migrate
from outreach.storage.photos import PhotoStore

OPEN = int(os.environ.get("BENCH_HAZARDS", "10000"))
ENTERPRISES, GRIDS, LOOKS = 1000, 50, int(os.environ.get("BENCH_LOOKS", "60"))
NINE = datetime(2026, 6, 1, 1, tzinfo=UTC)
TODAY = date(2026, 6, 1)
STATES = ("reported", "verified", "ordered", "ordered", "ordered", "ordered", "rectified", "rechecked")
THINGS = (
    "后门锁着",
    "疏散通道堆放纸箱",
    "燃气软管老化",
    "配电箱没有门",
    "灭火器压力不够",
    "油烟罩积油",
    "电线私拉乱接",
)
PLACES = ("一楼", "二楼", "后厨", "仓库", "车间东头", "配电间", "宿舍")


async def fill(office: Office) -> tuple[Contact, Official]:
    """The register, the hazards with their first step, and an official who answers for all of it."""
    trades = ["catering", "chemical", "machinery"]
    shops = [
        {
            "id": n, "credit_code": f"C{n:017}", "name": f"云泊第{n}号{'饭店' if n % 3 else '机械厂'}",
            "industries": [trades[n % 3]], "street": f"第{n % 5}街道", "grid": f"第{n % GRIDS}网格",
            "address": f"听涛路{n % 97}号", "created_at": NINE, "updated_at": NINE,
        }
        for n in range(1, ENTERPRISES + 1)
    ]  # fmt: skip
    rows, steps = [], []
    for n in range(1, 2 * OPEN + 1):
        shop = shops[n * 7 % ENTERPRISES]
        state = STATES[n % len(STATES)] if n <= OPEN else "closed"
        due = TODAY + timedelta(days=n % 40 - 12)
        rows.append({
            "id": n, "number": f"YH{20260101 + n % 28}-{n:05}", "source": list(Source)[n % 6].value,
            "enterprise_id": shop["id"], "street": shop["street"], "grid": shop["grid"],
            "industries": shop["industries"], "where": shop["name"],
            "what": f"{PLACES[n % 7]}{THINGS[n * 3 % 7]}，第{n}处", "grade": "major" if n % 25 == 0 else "general",
            "state": state, "version": 1, "opened_at": NINE - timedelta(hours=n % 2000),
            "due_on": due if state in ("ordered", "rectified", "rechecked") else None,
            "asked_on": due + timedelta(days=9) if state == "ordered" and n % 10 == 0 else None,
            "recheck_on": TODAY + timedelta(days=n % 7 - 2) if state == "rectified" else None,
        })  # fmt: skip
        steps.append({
            "hazard_id": n, "version": 1, "at": NINE, "step": "open", "state": state, "grade": "general", "words": "",
            "before": "{}",
        })  # fmt: skip
    async with office.desk() as desk:
        for record, values in ((EnterpriseRecord, shops), (HazardRecord, rows), (HazardStepRecord, steps)):
            for at in range(0, len(values), 1000):
                await desk.session.execute(insert(record), values[at : at + 1000])
        contact = await enrolling.agree(desk, 1, 1, "周科", "zh-CN", 1)
        code = await appointing.appoint(desk, "周科", Jurisdiction())
        official = await appointing.take_office(desk, contact, code)
    if office.engine.dialect.name == "postgresql":
        async with office.engine.connect() as connection:
            await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE"))
    return contact, official


def looks(office: Office, contact: Contact, official: Official) -> dict[str, Callable[[Desk, int], Awaitable[Any]]]:
    """What is measured, by name; the number is that of the look, so that no two ask for the same."""
    words, who = office.texts.words("zh-CN"), Who(contact, (), official)

    def page(sift: Sift, at: int = 0) -> Callable[[Desk, int], Awaitable[Any]]:
        return lambda desk, n: queueing.pile_page(desk, official, sift, at * n, 6)

    found: dict[str, Callable[[Desk, int], Awaitable[Any]]] = {
        "queue": lambda desk, n: queueing.counts(desk, official),
        **{f"page of {pile.name.lower()}": page(Sift(pile)) for pile in Pile},
        "deep page of open": page(Sift(Pile.OPEN), 25),
        "page of a grid, a grade": page(Sift(Pile.OPEN, Grade.MAJOR, place=("第3街道", "第3网格"))),
        "page of a trade": page(Sift(Pile.OPEN, trade="catering")),
        "search, one word": lambda desk, n: queueing.pile_page(desk, official, Sift(words=f"{PLACES[n % 7]}"), 0, 6),
        "search, two words": lambda desk, n: queueing.pile_page(
            desk, official, Sift(words=f"第{n + 3}号 {THINGS[n % 7][:2]}"), 0, 6
        ),
        "search, nothing found": lambda desk, n: queueing.pile_page(desk, official, Sift(words=f"没有{n}的"), 0, 6),
        "search, whole number": lambda desk, n: queueing.pile_page(
            desk, official, Sift(words=f"{20260101 + n % 28}-{n:05}"), 0, 6
        ),
        "search, part of a number": lambda desk, n: queueing.pile_page(desk, official, Sift(words=f"-{n:05}"), 0, 6),
        "next": lambda desk, n: queueing.next_after(desk, official, Sift(Pile.VERIFIED), n, 1),
        "what may be the same": lambda desk, n: _twins(desk, official, n),
        "card": lambda desk, n: carding.show_card(desk, words, who, n + 1, None),
    }
    for side in Side:
        found[f"narrow by {side.name.lower()}"] = lambda desk, n, side=side: narrowing.choices(
            desk, official, Sift(), side
        )
    return found


async def _twins(desk: Desk, official: Official, n: int) -> Any:
    return await merging.twins(desk, official, await desk.session.get_one(HazardRecord, n + 1), 6)


async def measure(name: str, url: str, folder: Path) -> None:
    engine = open_engine(url)
    await migrate(engine)
    office = Office(
        engine, Catalogue.load(), Texts(), PhotoStore(folder / "photos"), Privacy.load(), clock=lambda: NINE
    )
    contact, official = await fill(office)
    print(f"\n{name}: {OPEN:,} open hazards, as many closed, {ENTERPRISES:,} enterprises")
    for look, work in looks(office, contact, official).items():
        took, busy = [], time.process_time()
        for n in range(LOOKS + 5):
            began = time.perf_counter()
            async with office.desk() as desk:
                await work(desk, n)
            if n >= 5:
                took.append((time.perf_counter() - began) * 1000)
        busy = (time.process_time() - busy) * 1000 / (LOOKS + 5)
        p95 = statistics.quantiles(took, n=20)[-1]
        print(f"  {look:<26} p50 {statistics.median(took):7.1f} ms   p95 {p95:7.1f} ms   {busy:7.1f} ms CPU")
    await engine.dispose()


def main() -> None:
    logging.disable(logging.CRITICAL)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {LOOKS} looks each")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure("SQLite", f"sqlite:///{folder}/anshao.db", Path(folder)))
        with postgresql() as new_database:
            asyncio.run(measure("PostgreSQL", new_database(0), Path(folder)))


if __name__ == "__main__":
    main()
