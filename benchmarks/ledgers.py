"""What the three ledgers of a district cost: figures of a day and the workbook, in seconds and in megabytes.

1,000 enterprises, and hazards of up to five steps each. The workbook is made in a process of its own for each size, so
that the peak of its memory is its own; a tenth and three times as many say whether it grows with them.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.settling_in import settle_in
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from domain.contact import Jurisdiction
from domain.hazard_figures import Measure
from outreach.desk import Office
from outreach.hazards import counting
from outreach.ledgers.exporting import make_ledgers
from outreach.people import appointing
from outreach.storage.database import async_url, open_engine
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.hazards import HazardRecord, HazardStepRecord
from outreach.storage.migrating import migrate
from outreach.storage.people import OfficialRecord
from outreach.storage.photos import PhotoStore

ENTERPRISES = 1000
SIZES = tuple(map(int, os.environ.get("BENCH_HAZARDS", "1000,10000,30000").split(",")))
NINE = datetime(2026, 6, 1, 1, tzinfo=UTC)
# How a hazard goes; every third stops on the way.
WAY = (
    ("open", "verified"),
    ("order", "ordered"),
    ("rectify", "rectified"),
    ("recheck", "rechecked"),
    ("close", "closed"),
)
ROUNDS = 5


def office(folder: Path) -> Office:
    engine = open_engine(async_url(f"sqlite:///{folder}/anshao.db"))
    return Office(engine, Catalogue.load(), Texts(), PhotoStore(folder / "photos"), Privacy.load(), clock=lambda: NINE)


async def fill(house: Office, hazards: int) -> None:
    """The district; every hazard is found on one of the last 200 days."""
    await migrate(house.engine)
    async with house.desk() as desk:
        await appointing.appoint(desk, "周科", Jurisdiction())
        rows = [
            {
                "credit_code": f"9133{n:014d}",
                "name": f"望潮街道第{n}号机械加工厂有限公司",
                "industries": ["machining"],
                "street": f"第{n % 9}街道",
                "grid": f"第{n % 40}网格",
                "address": f"望潮路{n}号",
                "principal_name": "喆堃",
                "safety_officer_name": "王芳",
                "head_count": n % 90,
                "created_at": NINE,
                "updated_at": NINE,
            }
            for n in range(1, ENTERPRISES + 1)
        ]
        await desk.session.execute(insert(EnterpriseRecord), rows)
    for first in range(1, hazards + 1, 1000):
        async with house.desk() as desk:
            written, steps = [], []
            for id_ in range(first, min(first + 1000, hazards + 1)):
                went = len(WAY) if id_ % 3 else 2 + id_ % 4
                opened_at = NINE - timedelta(days=1 + id_ % 200)
                what = f"第{id_}处：冲床光电保护装置失效，=SUM(A1)，" + "现场没有人看管，" * (1 + id_ % 40)
                written.append(
                    {
                        "id": id_,
                        "number": f"YH{id_:012d}",
                        "source": "official",
                        "enterprise_id": 1 + id_ % ENTERPRISES,
                        "street": f"第{(1 + id_ % ENTERPRISES) % 9}街道",
                        "industries": ["machining"],
                        "what": what,
                        "remedy": "马上停用，换新的，试运行合格再开",
                        "grade": "major" if id_ % 20 == 0 else "general",
                        "state": WAY[went - 1][1],
                        "version": went,
                        "opened_at": opened_at,
                    }
                )
                steps += [
                    {
                        "hazard_id": id_,
                        "version": at,
                        "at": opened_at + timedelta(hours=at),
                        "step": step,
                        "state": state,
                        "grade": "general",
                        "due_on": (opened_at + timedelta(days=7)).date(),
                        "cost": 120_000,
                    }
                    for at, (step, state) in enumerate(WAY[:went], start=1)
                ]
            await desk.session.execute(insert(HazardRecord), written)
            await desk.session.execute(insert(HazardStepRecord), steps)


def peak() -> float:
    """The largest resident set since it was last set back, in megabytes; a child's begins with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


async def export(folder: Path) -> None:
    """Make the workbook once and print what it cost; what the process had before is taken off."""
    house = office(folder)
    async with house.desk() as desk:
        id_ = (await desk.session.get_one(OfficialRecord, 1)).id
    # What is loaded when first needed is loaded, and not counted.
    await make_ledgers(house, id_, NINE - timedelta(days=4000))
    # As a process of the product does it once it has loaded everything.
    settle_in()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    idle = peak()
    wall, cpu, longest = time.perf_counter(), time.process_time(), 0.0
    making = asyncio.ensure_future(make_ledgers(house, id_, NINE))
    while not making.done():
        looked = time.perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, time.perf_counter() - looked - 0.005)
    _, data = await making
    figures = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "longest": longest * 1000,
        "idle": idle,
        "peak": peak(),
        "size": len(data) / 1e6,
    }
    print(json.dumps(figures))
    await house.engine.dispose()


async def count(house: Office) -> tuple[float, float, int]:
    """Milliseconds of wall clock and processor time for all figures of a day, medians; and the hazards found."""
    walls, cpus, found = [], [], 0
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        async with house.desk() as desk:
            figures = await counting.figures(desk, Jurisdiction(), NINE - timedelta(days=30), NINE - timedelta(days=60))
        found = sum(figures.count(measure) > 0 for measure in Measure) and figures.count(Measure.FOUND)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return statistics.median(walls), statistics.median(cpus), found


def main() -> None:
    if len(sys.argv) > 1:
        asyncio.run(export(Path(sys.argv[1])))
        return
    for hazards in SIZES:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)

            async def prepare(folder: Path = folder, hazards: int = hazards) -> tuple[float, float, int]:
                house = office(folder)
                await fill(house, hazards)
                counted = await count(house)
                await house.engine.dispose()
                return counted

            wall, cpu, found = asyncio.run(prepare())
            print(f"{hazards:6d} hazards: figures of a past day ({found} found) {wall:.1f} ms wall, {cpu:.1f} ms CPU")
            made = subprocess.run([sys.executable, __file__, name], check=True, capture_output=True, text=True)
            got = json.loads(made.stdout)
            print(
                f"       workbook {got['wall']:6.2f} s wall, {got['cpu']:6.2f} s CPU, {got['size']:.2f} MB; "
                f"peak {got['peak']:.1f} MB, {got['peak'] - got['idle']:.1f} above idle; "
                f"loop held {got['longest']:.0f} ms at most"
            )


if __name__ == "__main__":
    main()
