"""隐患举报 — whom a report concerns, how exactly its time is kept, and what a person may have typed, in tables."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.contact import Jurisdiction, Post, Role
from domain.report import (
    PHOTOS_PER_REPORT,
    WHAT_LIMIT,
    Draft,
    DraftPhoto,
    ReportDecided,
    ReportEmpty,
    ReportPhotosFull,
    ReportState,
    concerns,
    is_same_place,
    kept_instant,
    may_submit,
    must_be_new,
    number_in,
    receipt_in,
    reports_own_employer,
)
from domain.text import WordsTooLong

NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)
HERE = ZoneInfo("Asia/Shanghai")
EMPTY = Draft(NOW)


@pytest.mark.parametrize(
    ("jurisdiction", "street", "grid", "industries", "expected"),
    [
        (Jurisdiction(), "望潮街道", "第7网格", ("catering",), True),
        (Jurisdiction("望潮街道"), "望潮街道", "第7网格", ("catering",), True),
        (Jurisdiction("望潮街道"), "听涛街道", "", ("catering",), False),
        (Jurisdiction("望潮街道", "第7网格"), "望潮街道", "第8网格", None, False),
        (Jurisdiction("望潮街道", "第7网格"), "望潮街道", "", None, True),
        (Jurisdiction("望潮街道", "第7网格"), "", "", None, True),
        (Jurisdiction(industries=frozenset({"catering"})), "望潮街道", "", ("catering", "small-place"), True),
        (Jurisdiction(industries=frozenset({"catering"})), "望潮街道", "", ("hazchem",), False),
        (Jurisdiction(industries=frozenset({"catering"})), "", "", None, True),
    ],
)
def test_what_is_not_known_of_a_place_is_no_bound(
    jurisdiction: Jurisdiction, street: str, grid: str, industries: tuple[str, ...] | None, expected: bool
) -> None:
    assert concerns(jurisdiction, street, grid, industries) is expected


@pytest.mark.parametrize(
    ("is_named", "head_count", "kept"),
    [(True, 5, "09:30"), (False, None, "09:00"), (False, 20, "09:00"), (False, 19, "00:00")],
)
def test_an_anonymous_report_keeps_the_hour_or_among_few_the_day(
    is_named: bool, head_count: int | None, kept: str
) -> None:
    assert kept_instant(NOW.astimezone(HERE), is_named, head_count).strftime("%H:%M") == kept


def test_a_draft_grows_and_never_past_its_limits() -> None:
    draft = EMPTY.saying("后门锁着").saying("两天了")
    assert draft.what == "后门锁着\n两天了"
    with pytest.raises(WordsTooLong) as refused:
        draft.saying("长" * WHAT_LIMIT)
    assert refused.value.facts == {"most": WHAT_LIMIT, "length": WHAT_LIMIT + 9, "kept": 8}
    for at in range(PHOTOS_PER_REPORT):
        draft = draft.showing(DraftPhoto(f"file-{at}", f"u{at}"))
    assert draft.showing(DraftPhoto("again", "u0")) == draft
    with pytest.raises(ReportPhotosFull):
        draft.showing(DraftPhoto("one-more", "u-one-more"))


def test_a_place_is_never_forced_and_can_be_taken_back() -> None:
    placed = EMPTY.located(29.800_123_456, 121.500_987).somewhere("后门")
    assert (placed.latitude, placed.longitude, placed.where) == (29.8001, 121.501, "后门")
    assert not placed.nowhere().has_place and placed.has_place
    with pytest.raises(ReportEmpty):
        may_submit(placed)
    may_submit(EMPTY.saying("后门锁着"))


def test_the_own_employer_is_known_by_a_post_of_any_kind() -> None:
    posts = (Post(1, 7, "好邻居", Role.EMPLOYEE),)
    assert not reports_own_employer(EMPTY, posts)
    at_seven, at_eight = Draft(NOW, enterprise_id=7), Draft(NOW, enterprise_id=8)
    assert (reports_own_employer(at_seven, posts), reports_own_employer(at_eight, posts)) == (True, False)


@pytest.mark.parametrize("state", list(ReportState))
def test_only_a_new_report_can_be_decided(state: ReportState) -> None:
    if state is ReportState.NEW:
        must_be_new(state, "")
        return
    with pytest.raises(ReportDecided) as refused:
        must_be_new(state, "周科")
    assert refused.value.facts == {"name": "周科", "state": state}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [((1, None), (1, 5), True), ((1, None), (2, None), False), ((None, None), (None, None), True)],
)
def test_same_place_is_the_same_enterprise(
    one: tuple[int | None, int | None], other: tuple[int | None, int | None], expected: bool
) -> None:
    assert is_same_place(one, other) is expected


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("JB20260601-0001", "JB20260601-0001"),
        (" jb20260601-0001 ", "JB20260601-0001"),
        ("ＪＢ２０２６０６０１-０００１", "JB20260601-0001"),
        ("jbAB2CD3EF", "JBAB2CD3EF"),
        ("后门锁着", ""),
        ("JB1", ""),
        ("JBAB2CD3EF x", ""),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: str) -> None:
    assert number_in(typed) == number


def test_a_receipt_is_read_as_people_type_it() -> None:
    code = "JBAB2CD3EF-ABCDE-FGHIJ-KLMNO-PQRST-UVWXYZ"
    assert receipt_in(code.lower()) == ("JBAB2CD3EF", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert receipt_in("JBAB2CD3EF-ABCDE") is None
