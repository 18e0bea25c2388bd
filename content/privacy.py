"""隐私说明 — who handles personal data, which version of the notice is in force, and the articles it rests on."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from content.loading.entry import Entry
from content.loading.page import Page
from domain.basis import Basis

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """The bureau that runs the bot: its name and where to call; `shows_rank` when it wants ranks in quizzes."""

    name: str
    phone: str
    shows_rank: bool = False


@dataclass(frozen=True, slots=True)
class Privacy:
    """The notice in force; `version` is what a consent is given to, the words are `replies/privacy/notice`.

    in_force_on: the Asia/Shanghai day from which this version holds.
    """

    version: int
    in_force_on: date
    office: OfficeCard
    basis: tuple[Basis, ...]

    @classmethod
    @cache
    def shipped(cls) -> "Privacy":
        """The notice that the product came with, read once in the life of a process. Raises as `load` does."""
        return cls.load()

    @classmethod
    def load(cls, folder: Path | None = None) -> "Privacy":
        """Read privacy.toml and office.toml of a content folder, by default the one shipped.

        Raises:
            ContentFault: the first flaw found, with its file and line.
        """
        folder = folder or _FOLDER
        page = Page.read(folder / "privacy.toml", folder)
        notice = Entry(page, page.table)
        notice.must_hold_only("version", "in_force_on", "basis")
        if (version := notice.whole("version")) < 1:
            raise notice.fault("version-low", "version", id=page.name)
        in_force_on = page.table.get("in_force_on")
        if type(in_force_on) is not date:  # a TOML date-time is a date too, to isinstance
            raise notice.fault("fault-missing-field", "in_force_on", field="in_force_on")
        return cls(version, in_force_on, _office(folder), notice.bases())


def _office(folder: Path) -> OfficeCard:
    page = Page.read(folder / "office.toml", folder)
    entry = Entry(page, page.table)
    entry.must_hold_only("name", "phone", "shows_rank")
    return OfficeCard(entry.text("name"), entry.text("phone"), entry.flag("shows_rank"))
