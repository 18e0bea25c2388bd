"""专项行动装载 — one file per special campaign under specials/, named like its id, for the bureau to fill in."""

from datetime import date

from content.loading.entry import Entry
from content.loading.page import Page
from domain.special import SpecialCampaign, Stage


def read_special(page: Page) -> SpecialCampaign:
    """The special campaign of one page, filled in or not.

    Raises:
        ContentFault: a flawed field, no stage at all, or a stage that ends before it begins or overlaps the one before.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("id", "name", "source", "stage")
    stages: list[Stage] = []
    before: date | None = None
    for entry in whole.entries("stage"):
        stage = _stage(entry)
        if before and stage.starts_on and stage.starts_on <= before:
            raise entry.fault("fault-stage-order", "starts_on")
        if stage.starts_on and stage.ends_on and stage.ends_on < stage.starts_on:
            raise entry.fault("fault-stage-order", "ends_on")
        before = stage.ends_on or before
        stages.append(stage)
    if not stages:
        raise whole.fault("fault-missing-field", field="stage")
    return SpecialCampaign(whole.text("id"), whole.text_to_fill("name"), whole.text_to_fill("source"), tuple(stages))


def _stage(entry: Entry) -> Stage:
    entry.must_hold_only("title", "text", "starts_on", "ends_on")
    return Stage(
        entry.text("title"), entry.text_to_fill("text"), entry.day_to_fill("starts_on"), entry.day_to_fill("ends_on")
    )
