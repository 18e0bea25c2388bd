"""联系人、岗位、监管人员 — who may speak for what."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.refusal import Refusal

INVITATION_LASTS_FOR = timedelta(days=14)
OFFICIAL_CODE_LASTS_FOR = timedelta(hours=48)


class Role(StrEnum):
    """岗位 — 主要负责人, 安全管理人员 or 从业人员 at one enterprise."""

    PRINCIPAL = "principal"
    SAFETY_OFFICER = "safety_officer"
    EMPLOYEE = "employee"


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
    """辖区 — a street and, inside it, a grid; an empty word is no bound."""

    street: str = ""
    grid: str = ""

    def covers(self, street: str, grid: str) -> bool:
        """Whether a place in that street and grid lies inside."""
        return (not self.street or self.street == street) and (not self.grid or self.grid == grid)


@dataclass(frozen=True, slots=True)
class Official:
    """监管人员 — a named person of the office, with an appointment between two days."""

    id: int
    name: str
    jurisdiction: Jurisdiction
    from_on: date
    until_on: date | None

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
