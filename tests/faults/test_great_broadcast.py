"""A hundred thousand are told, the sender dies two hundred times: nobody is lost in silence, nobody is told twice."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from tempfile import mkdtemp

import pytest

from outreach.delivery.claims import WINDOW
from outreach.storage.sqlite_build import sqlite
from tests.conftest import Figure
from tests.faults.conftest import SEED
from tests.faults.great_broadcast import Story, tell
from tests.faults.grounds import SqliteGround

# What a sender held when it died is given back by nobody.
pytestmark = pytest.mark.filterwarnings("ignore:The garbage collector is trying to clean up:sqlalchemy.exc.SAWarning")


def test_three_thousand_are_told_through_twenty_deaths(
    memory: Path, migrated_sqlite: Path, quick: None, figure: Figure
) -> None:
    _must_hold(memory, migrated_sqlite, 3_000, 20, figure)


@pytest.mark.torture
def test_a_hundred_thousand_are_told_through_two_hundred_deaths(
    memory: Path, migrated_sqlite: Path, quick: None, figure: Figure
) -> None:
    _must_hold(memory, migrated_sqlite, 100_000, 200, figure)


def _must_hold(memory: Path, empty: Path, recipients: int, kills: int, figure: Figure) -> None:
    began, worked = time.monotonic(), time.process_time()
    ground = SqliteGround(Path(mkdtemp(dir=memory)), empty)
    story = tell(ground.url, recipients, kills, SEED)
    gc.collect()
    try:
        _judge(ground, story, kills)
    finally:
        ground.look_away()
    telegram = story.telegram
    assert telegram is not None
    figure(
        f"great broadcast: {recipients} recipients, {story.kills.total()} kills ({dict(story.kills)}), at most "
        f"{story.longest_hand} in a dead hand, {story.states}, answers {dict(telegram.answers)}, "
        f"{recipients / story.virtual_seconds:.0f}/s on the virtual clock, "
        f"{recipients / (time.monotonic() - began):.0f}/s in truth, {time.monotonic() - began:.1f} s "
        f"({time.process_time() - worked:.1f} s of one of {os.cpu_count()} cores), seed {SEED}, "
        f"SQLite {sqlite.sqlite_version}"
    )


def _judge(ground: SqliteGround, story: Story, kills: int) -> None:
    telegram = story.telegram
    assert telegram is not None and story.kills.total() >= kills
    # Every recipient is told, or there is a reason that a person can read.
    assert set(story.states) <= {"sent", "refused", "unknown"} and sum(story.states.values()) == story.recipients
    assert not ground.rows("SELECT id FROM deliveries WHERE state <> 'sent' AND reason = ''")
    assert not ground.rows("SELECT id FROM deliveries WHERE settled_at IS NULL OR claimed_by IS NOT NULL")
    # Nobody was told twice, and the rows say what Telegram knows.
    assert max(telegram.heard.values()) == 1
    heard = {contact for contact, times in telegram.heard.items() if times}
    by_state: dict[str, set[int]] = {"sent": set(), "refused": set(), "unknown": set()}
    for contact, state in ground.rows("SELECT contact_id, state FROM deliveries"):
        by_state[state].add(contact)
    assert by_state["sent"] <= heard and not by_state["refused"] & heard
    assert heard - by_state["sent"] <= by_state["unknown"]
    assert len(by_state["unknown"]) <= story.kills.total() * WINDOW + telegram.silent
    assert telegram.intrusions == 0
