"""The special campaign in four stages: shown to nobody until the bureau has filled in all of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from planting import Plot

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.proof import proof

FILE = "specials/four-stages.toml"
TITLES = ["动员部署", "企业自查自改和部门帮扶", "部门精准执法", "总结提高"]


@pytest.fixture
def plot(tmp_path: Path) -> Plot:
    return Plot.dug(tmp_path / "content")


def fill(plot: Plot) -> None:
    plot.plant(FILE, 'name = ""', 'name = "望潮街道专项行动"')
    plot.plant(FILE, 'source = ""', 'source = "街道工作方案"')
    for month, title in enumerate(TITLES, 1):
        plot.plant(FILE, 'text = ""', f'text = "第{month}步。"', title)
        plot.plant(FILE, 'starts_on = ""', f"starts_on = 2027-0{month}-01", title)
        plot.plant(FILE, 'ends_on = ""', f"ends_on = 2027-0{month}-28", title)


def test_as_shipped_it_runs_on_no_day():
    special = Catalogue.shipped().specials["four-stages"]
    assert [stage.title for stage in special.stages] == TITLES
    assert not special.is_begun
    assert all(special.stage_on(date(2026, 1, 1) + timedelta(days=at)) is None for at in range(800))


def test_filled_in_each_day_has_its_stage(plot: Plot):
    fill(plot)
    catalogue = Catalogue.load(plot.folder)
    special = catalogue.specials["four-stages"]
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 2, 28), date(2027, 3, 30), date(2027, 4, 2)]
    assert [(stage := special.stage_on(on)) and stage.title for on in days] == [None, *TITLES[:2], None, TITLES[3]]
    assert proof(catalogue).is_clean


@pytest.mark.parametrize("left", ['name = "望潮街道专项行动"', 'text = "第3步。"', "ends_on = 2027-04-28"])
def test_half_filled_it_is_shown_to_nobody_and_the_proof_says_what_lacks(plot: Plot, left: str):
    fill(plot)
    plot.plant(FILE, left, f'{left.split(" = ")[0]} = ""')
    catalogue = Catalogue.load(plot.folder)
    assert catalogue.specials["four-stages"].stage_on(date(2027, 2, 1)) is None
    assert {found.code for found in proof(catalogue).findings} == {"special-half"}


@pytest.mark.parametrize(("old", "new"), [("2027-02-01", "2027-01-28"), ("2027-03-28", "2027-02-28")])
def test_stages_that_overlap_or_run_backwards_are_refused(plot: Plot, old: str, new: str):
    fill(plot)
    plot.plant(FILE, old, new)
    with pytest.raises(ContentFault):
        Catalogue.load(plot.folder)
