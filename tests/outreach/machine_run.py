"""How a machine of states is run: an office of its own for each example, one seed, and what fails is not shrunk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import text

from content.privacy import Privacy
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.photos import PhotoStore
from outreach.storage.records import Record
from tests.conftest import SetClock
from tests.wording import word_together

SEED = 20261122
Maker = Callable[[], Coroutine[Any, Any, tuple[Office, SetClock]]]
# Most tables hold nothing or a few rows: deleting those costs a hundredth of a TRUNCATE, which makes every file anew.
EMPTY = (
    "DO $$ BEGIN SET LOCAL session_replication_role = replica; "
    + " ".join(f'DELETE FROM "{table}";' for table in Record.metadata.tables)
    + " PERFORM setval(oid::regclass, 1, false) FROM pg_class"
    " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace; END $$"
)


def kind_of(url: str) -> str:
    """The kind of database behind an address: sqlite or postgresql."""
    return url.partition(":")[0].partition("+")[0]


def maker(request: pytest.FixtureRequest, url: str, folder: Path) -> Maker:
    """Makes an empty office and its clock: of SQLite a new file in that folder, of PostgreSQL the emptied database."""
    catalogue, texts = request.getfixturevalue("catalogue"), request.getfixturevalue("texts")

    async def make() -> tuple[Office, SetClock]:
        place = url
        if kind_of(url) == "sqlite":
            file = folder / f"{uuid4().hex}.db"
            shutil.copy(request.getfixturevalue("migrated_sqlite"), file)
            place = f"sqlite:///{file}"
        engine, clock = word_together(open_engine(place)), SetClock()
        if kind_of(url) != "sqlite":
            async with engine.begin() as connection:
                await connection.execute(text(EMPTY))
        return Office(engine, catalogue, texts, PhotoStore(folder), Privacy.load(), clock=clock), clock

    return make


def run_machine(machine: type[RuleBasedStateMachine], examples: int, steps: int, from_seed: int = SEED) -> None:
    """So many examples of so many rules each, from one seed."""
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        seed(from_seed)(machine),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None, phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
