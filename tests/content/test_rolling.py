"""A year later: the same days in the same order, tasks on workdays, and no theme made up."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from planting import Plot
from typer.testing import CliRunner

from bot.commands import campaign
from content.catalogue import Catalogue
from content.proof import proof
from domain.campaign import Confidence, DayKind, Edition
from domain.contact import Role

RUNNER = CliRunner()


def roll(folder: Path, edition: str, year: int) -> int:
    return RUNNER.invoke(campaign.app, ["roll", edition, "--year", str(year), "--folder", str(folder)]).exit_code


def order(edition: Edition, role: Role, kind: DayKind) -> list[str]:
    return [plan.title for plan in edition.days if plan.kind is kind and plan.is_for(role) and not plan.is_fixed]


@pytest.mark.parametrize("year", [2025, 2027, 2028, 2029, 2030, 2031, 2032])
def test_june_of_another_year(tmp_path: Path, year: int):
    plot = Plot.dug(tmp_path / "content")
    (plot.folder / "campaigns" / "2025-june.toml").unlink()
    assert roll(plot.folder, "2026-june", year) == 0
    catalogue = Catalogue.load(plot.folder)
    old, new = catalogue.editions["2026-june"], catalogue.editions[f"{year}-june"]
    assert (new.number, new.theme, new.confidence) == (25 + year - 2026, "", Confidence.UNCERTAIN)
    assert new.four_ones == old.four_ones
    assert {plan.on for plan in new.days} == {date(year, 6, 1) + timedelta(days=at) for at in range(30)}
    assert next(plan for plan in new.days if "咨询日" in plan.title and plan.kind is DayKind.CALL).on == date(
        year, 6, 16
    )
    assert sorted(plan.title for plan in new.days) == sorted(plan.title for plan in old.days)
    for role in Role:
        assert order(new, role, DayKind.TASK) == order(old, role, DayKind.TASK)
    tasks = [plan.on for plan in new.days if plan.kind is DayKind.TASK and not plan.is_fixed]
    assert all(catalogue.calendar.is_workday(on) for on in tasks)
    assert not [found for found in proof(catalogue).findings if found.file == f"campaigns/{year}-june.toml"]


def test_nothing_is_written_over_and_what_cannot_be_rolled_is_refused(tmp_path: Path):
    plot = Plot.dug(tmp_path / "content")
    assert roll(plot.folder, "119-2026", 2027) == 0
    written = (plot.folder / "campaigns" / "119-2027.toml").read_text(encoding="utf-8")
    assert 'theme = ""' in written and "on = 2027-11-09" in written
    assert roll(plot.folder, "119-2026", 2027) == 2
    assert roll(plot.folder, "119-2026", 2026) == 2
    assert roll(plot.folder, "2020-june", 2027) == 2
    assert roll(plot.folder, "no-such", 2027) == 2
