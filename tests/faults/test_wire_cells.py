"""Every kind of call by every way it can come back: the outcome is the table's, nothing is lost, nothing escapes."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Protocol

import pytest

from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from outreach.storage.sqlite_build import sqlite
from sandbox.server import DEFAULT_TOKEN
from tests.conftest import Figure, SetClock
from tests.faults.conftest import SEED
from tests.faults.grounds import SqliteGround
from tests.faults.wire_amending import Edits
from tests.faults.wire_bench import Bench, listening, open_bench
from tests.faults.wire_fetching import OWN, Photos
from tests.faults.wire_kinds import KINDS, WireKind
from tests.faults.wire_polling import Polling
from tests.faults.wire_sending import Deliveries, Letters
from tests.faults.wire_talking import Talk

# Of the kinds, so many are drawn for each site when there is no time for all; the slow ones cost a limit each.
SAMPLE = 8
# Even where there is time: an answer is asked for by three updates, so of its kinds as many as are due are drawn.
MOST = {"talk": 40}


class Cells(Protocol):
    """Sites of one family, which share what has to be there before."""

    sites: tuple[Any, ...]

    async def open(self) -> None: ...

    async def cell(self, site: Any, kind: WireKind) -> None:
        """Raises AssertionError when the outcome is not the table's."""


FAMILIES: dict[str, Callable[[Bench], Cells]] = {
    "deliveries": Deliveries,
    "letters": Letters,
    "edits": Edits,
    "talk": Talk,
    "photos": Photos,
    "polling": Polling,
}


@pytest.mark.parametrize("family", FAMILIES)
async def test_each_call_meets_a_sample_of_faults(
    family: str, memory: Path, migrated_sqlite: Path, clock: SetClock, catalogue: Catalogue, texts: Texts,
    quick: None, figure: Figure,
) -> None:  # fmt: skip
    await _work(family, memory, migrated_sqlite, clock, catalogue, texts, figure, is_whole=False)


@pytest.mark.torture
@pytest.mark.parametrize("family", FAMILIES)
async def test_each_call_meets_every_fault(
    family: str, memory: Path, migrated_sqlite: Path, clock: SetClock, catalogue: Catalogue, texts: Texts,
    quick: None, figure: Figure,
) -> None:  # fmt: skip
    await _work(family, memory, migrated_sqlite, clock, catalogue, texts, figure, is_whole=True)


async def _work(
    family: str, memory: Path, empty: Path, clock: SetClock, catalogue: Catalogue, texts: Texts, figure: Figure, *,
    is_whole: bool,
) -> None:  # fmt: skip
    began, worked = time.monotonic(), time.process_time()
    dice, done, faults, sites = Random(f"{SEED} {family}"), 0, list[str](), 0
    most = MOST.get(family, 1000) if is_whole else SAMPLE
    ground = SqliteGround(memory / f"wire-{family}-{is_whole}", empty)
    engine = open_engine(ground.url)
    photos = PhotoStore(ground.folder / "photos")
    office = Office(engine, catalogue, texts, photos, Privacy.load(), clock=clock, bot_username="anshao_sandbox_bot")
    with listening() as heard:
        async with open_bench(office, clock) as bench:
            cells = FAMILIES[family](bench)
            await cells.open()
            sites = len(cells.sites)
            for site in cells.sites:
                for kind in dice.sample(kinds := _kinds(site.method), min(most, len(kinds))):
                    try:
                        await cells.cell(site, kind)
                        done += 1
                    except Exception as fault:
                        faults.append(f"{site.name} × {kind.name}: {_where(fault)}")
                    await bench.clear()
    await engine.dispose()
    assert not faults, f"{len(faults)} of {len(faults) + done}:\n" + "\n".join(faults[:40])
    assert DEFAULT_TOKEN not in heard.getvalue() and DEFAULT_TOKEN.partition(":")[2] not in heard.getvalue()
    figure(
        f"wire-fault cells, {family}: {done} ({sites} sites, {len(KINDS)} kinds), {time.monotonic() - began:.1f} s "
        f"({time.process_time() - worked:.1f} s of one of {os.cpu_count()} cores), seed {SEED}, "
        f"SQLite {sqlite.sqlite_version}"
    )


def _kinds(method: str) -> tuple[WireKind, ...]:
    return KINDS + OWN.get(method, ())


def _where(fault: Exception) -> str:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} {fault} in line {last.lineno} of {Path(last.filename).name}"
