"""隐患举报 — what a report must say, how exactly its time is kept, and what an official may decide about it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.contact import Jurisdiction, Post
from domain.refusal import Refusal
from domain.text import fitting, narrow

WHAT_LIMIT = 1500
WHERE_LIMIT = 200
WHO_LIMIT = 100
REASON_LIMIT = 300
PHOTOS_PER_REPORT = 9  # what one album of Telegram nearly holds
ANONYMOUS_AN_HOUR = 5
# Below this many staff the hour alone may tell who it was, so only the day is kept (RELIABILITY A3).
FEW_STAFF = 20
# With fewer linked contacts at an enterprise, a reporter is told that they may be guessed (A10).
FEW_CONTACTS = 5
# How long after the decision the way back to an anonymous reporter is kept.
ROUTE_KEPT_FOR = timedelta(days=30)
DRAFT_KEPT_FOR = timedelta(days=2)

NUMBER = re.compile(r"JB(\d{8}-\d{4,}|[A-Z2-7]{8})")
RECEIPT = re.compile(r"(JB[A-Z2-7]{8})-((?:[A-Z2-7]{5}-){4}[A-Z2-7]{6})")


class ReportState(StrEnum):
    """Where a report stands. Everything but `new` has been decided by an official."""

    NEW = "new"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    MERGED = "merged"


class ReportEmpty(Refusal):
    """A report says something or shows a photo; this one does neither."""


class ReportPhotosFull(Refusal):
    """A report takes a limited number of photos at a time. Facts: `most`."""


class ReportDecided(Refusal):
    """Another official was faster. Facts: `name`, who it was, and `state`, what they decided."""


class ReportUnfinished(Refusal):
    """Another report is begun and not submitted; its words must not end up in this one."""


class TooManyReports(Refusal):
    """More anonymous reports within the hour than one person plausibly has."""


class NotSamePlace(Refusal):
    """Only reports of the same place can be merged."""


class ReasonMissing(Refusal):
    """A report is returned with a reason that its reporter can understand."""


@dataclass(frozen=True, slots=True)
class DraftPhoto:
    """A photo that Telegram has: its file id, and the id by which a second sending of it is known."""

    file_id: str
    unique_id: str


@dataclass(frozen=True, slots=True)
class Draft:
    """举报草稿 — what somebody has said so far; kept sealed until they choose 实名 or 匿名.

    asked: what their next free message means: `what`, `where` or `who`; empty when nothing waits for one.
    asked_at: an aware UTC instant. report_id: set when the draft adds to a report that was made already.
    latitude, longitude: degrees WGS 84, about 10 m exact. who: name and number as a named reporter wrote them.
    """

    asked_at: datetime
    asked: str = "what"
    what: str = ""
    where: str = ""
    who: str = ""
    enterprise_id: int | None = None
    place_id: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    photos: tuple[DraftPhoto, ...] = ()
    report_id: int | None = None
    card: int | None = None

    @property
    def has_place(self) -> bool:
        return bool(self.where or self.enterprise_id or self.place_id or self.latitude is not None)

    @property
    def is_empty(self) -> bool:
        return not (self.what or self.photos)

    def saying(self, text: str) -> "Draft":
        """With these words added to what was said before. Raises WordsTooLong."""
        return replace(self, what=fitting(text, WHAT_LIMIT, self.what))

    def showing(self, photo: DraftPhoto) -> "Draft":
        """With this photo; the same one twice is one. Raises ReportPhotosFull."""
        if any(known.unique_id == photo.unique_id for known in self.photos):
            return self
        if len(self.photos) >= PHOTOS_PER_REPORT:
            raise ReportPhotosFull(most=PHOTOS_PER_REPORT)
        return replace(self, photos=(*self.photos, photo))

    def somewhere(self, text: str) -> "Draft":
        """At a place described in words; a register entry chosen before stays. Raises WordsTooLong."""
        return replace(self, where=fitting(text, WHERE_LIMIT), asked="what")

    def located(self, latitude: float, longitude: float) -> "Draft":
        """At a shared location, rounded to about 10 m; a name that is waited for still is."""
        asked = self.asked if self.asked == "who" else "what"
        return replace(self, latitude=round(latitude, 4), longitude=round(longitude, 4), asked=asked)

    def nowhere(self) -> "Draft":
        """Without any place."""
        return replace(self, where="", enterprise_id=None, place_id=None, latitude=None, longitude=None, asked="what")


def may_submit(draft: Draft) -> None:
    """Raises ReportEmpty while there is neither a word nor a photo."""
    if draft.is_empty:
        raise ReportEmpty


def reports_own_employer(draft: Draft, posts: tuple[Post, ...]) -> bool:
    """Whether 应急〔2020〕69号 art. 4 applies: staff who report their own employer may be asked for their real name."""
    return draft.enterprise_id is not None and any(post.enterprise_id == draft.enterprise_id for post in posts)


def kept_instant(local: datetime, is_named: bool, head_count: int | None) -> datetime:
    """The instant that is stored of `local`, the aware time in the office's zone.

    A named report keeps it; an anonymous one the full hour, or only the day at an enterprise of few staff.
    """
    if is_named:
        return local
    hour = local.replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if head_count is not None and head_count < FEW_STAFF else hour


def concerns(jurisdiction: Jurisdiction, street: str, grid: str, industries: Collection[str] | None) -> bool:
    """Whether a report lies in a jurisdiction. What is not known of its place is no bound: it must not get lost.

    industries: those of the enterprise that it is about; None when it is about none.
    """
    return (
        (not street or not jurisdiction.street or jurisdiction.street == street)
        and (not grid or not jurisdiction.grid or jurisdiction.grid == grid)
        and (industries is None or not jurisdiction.industries or not jurisdiction.industries.isdisjoint(industries))
    )


def must_be_new(state: ReportState, decided_by: str) -> None:
    """Raises ReportDecided, with what happened, unless nobody has decided yet."""
    if state is not ReportState.NEW:
        raise ReportDecided(name=decided_by, state=state)


def is_same_place(one: tuple[int | None, int | None], other: tuple[int | None, int | None]) -> bool:
    """Whether two reports, each as (enterprise id, place id), are of the same place as far as is known.

    Two places of one enterprise are the same for this; reports without a known place may only join each other.
    """
    return one[0] == other[0]


def number_in(text: str) -> str:
    """The report number that a person typed, in its normal form; empty when there is none."""
    found = NUMBER.fullmatch(narrow(text).strip().upper().replace(" ", ""))
    return found[0] if found else ""


def receipt_in(text: str) -> tuple[str, str] | None:
    """The number and the secret of a receipt code that a person typed, or None."""
    found = RECEIPT.fullmatch(narrow(text).strip().upper().replace(" ", ""))
    return (found[1], found[2].replace("-", "")) if found else None
