"""联系人、岗位、监管人员 — who may speak for what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.authority import Duty, OfficeRole, may, must
from domain.refusal import Refusal

INVITATION_LASTS_FOR = timedelta(days=14)
OFFICIAL_CODE_LASTS_FOR = timedelta(hours=48)


class Role(StrEnum):
    """岗位 — 主要负责人, 安全管理人员 or 从业人员 at one enterprise."""

    PRINCIPAL = "principal"
    SAFETY_OFFICER = "safety_officer"
    EMPLOYEE = "employee"


# Who answers for safety at an enterprise, whatever the size of it.
RESPONSIBLE = (Role.PRINCIPAL, Role.SAFETY_OFFICER)


@dataclass(frozen=True, slots=True)
class Contact:
    """联系人 — someone who agreed to the privacy notice and talks with the bot."""

    id: int
    name: str
    phone: str | None
    locale: str
    consent_version: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """One post held today: this person, this role, at this enterprise."""

    id: int
    enterprise_id: int
    enterprise_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    """辖区 — a street, inside it a grid, and for the officer of a trade its industries; an empty one is no bound.

    `industries` holds the narrower ones of each too, so that an enterprise's own are enough to compare.
    """

    street: str = ""
    grid: str = ""
    industries: frozenset[str] = frozenset()

    def reaches(self, street: str, grid: str) -> bool:
        """Whether that street and grid lie inside, whatever the trade."""
        return (not self.street or self.street == street) and (not self.grid or self.grid == grid)

    def covers(self, street: str, grid: str, industries: Iterable[str] = ()) -> bool:
        """Whether an enterprise of these industries in that street and grid lies inside."""
        return self.reaches(street, grid) and (not self.industries or not self.industries.isdisjoint(industries))

    def contains(self, other: "Jurisdiction") -> bool:
        """Whether all of another jurisdiction lies inside."""
        if not self.reaches(other.street, other.grid):
            return False
        return not self.industries or (bool(other.industries) and other.industries <= self.industries)


@dataclass(frozen=True, slots=True)
class Official:
    """监管人员 — a named person of the office, with an appointment between two days.

    `industries` are those that the appointment names, without the narrower ones.
    """

    id: int
    name: str
    jurisdiction: Jurisdiction
    from_on: date
    until_on: date | None
    role: OfficeRole = OfficeRole.HEAD
    industries: tuple[str, ...] = ()

    def may(self, duty: Duty) -> bool:
        """Whether the office entails that duty."""
        return may(self.role, duty)

    def must(self, duty: Duty) -> None:
        """Raises DutyLacking unless the office entails that duty."""
        must(self.role, duty)

    def is_serving(self, on: date) -> bool:
        """Whether the appointment covers that day (both ends included)."""
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


class NotAnOfficial(Refusal):
    """Only an official may do this; the words do not tell whether the thing exists."""


class NotEnrolled(Refusal):
    """Nobody has enrolled this person at an enterprise yet."""


class NotYours(Refusal):
    """The thing pressed does not belong to the presser, or does not exist: the words are the same for both."""


class StalePress(Refusal):
    """The button belongs to something that has moved on."""


class InvitationSpent(Refusal):
    """The link has expired, was used, was revoked or never existed: the words are the same for all."""


class OfficialCodeSpent(Refusal):
    """The one-time code has expired, was used or never existed."""


class PhoneNotOnRegister(Refusal):
    """The shared phone number stands nowhere on the register."""


class NotYourOwnPhone(Refusal):
    """The shared contact card is somebody else's."""


class AlreadyHeld(Refusal):
    """This person holds this post already."""


def may_approve(approver: Role, requested: Role) -> bool:
    """Whether a holder of one post may vouch for a newcomer to another at the same enterprise.

    A principal vouches for anybody, a safety officer for employees; an employee for nobody.
    """
    return approver is Role.PRINCIPAL or (approver is Role.SAFETY_OFFICER and requested is Role.EMPLOYEE)


def is_sole(role: Role) -> bool:
    """Whether a post has one holder at a time, so that a new holder takes it over (交接)."""
    return role is not Role.EMPLOYEE
