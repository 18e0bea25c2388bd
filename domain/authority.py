"""职权 — the offices that a bureau's people hold, and what each of them may do."""

from datetime import date, timedelta
from enum import StrEnum

from domain.refusal import Refusal


class OfficeRole(StrEnum):
    """职务 — 负责人, 监管员 (of a grid or a trade), 信息报送, 专家 or 网格员."""

    HEAD = "head"
    OFFICER = "officer"
    INFORMATION = "information"
    EXPERT = "expert"
    GRID_WORKER = "grid_worker"


class Duty(StrEnum):
    """职责 — what an office may entail; everything an official does in the chat belongs to one.

    findings: look at the register, at plans and at what enterprises found; answer: hear at once of what they find;
    figures: exports, who has read a notice, the matrix of a campaign; proxy: enter for a shop without an account.
    """

    FINDINGS = "findings"
    ANSWER = "answer"
    FIGURES = "figures"
    REGISTER = "register"
    INVITE = "invite"
    TRIAGE = "triage"
    NOTICE = "notice"
    PLANS = "plans"
    CAMPAIGN = "campaign"
    APPOINT = "appoint"
    PROXY = "proxy"


# 综合协调、督导检查、信息报送 (S1-8): who reports figures decides nothing, and nobody but a head appoints.
DUTIES: dict[OfficeRole, frozenset[Duty]] = {
    OfficeRole.HEAD: frozenset(Duty),
    OfficeRole.OFFICER: frozenset(Duty) - {Duty.APPOINT},
    OfficeRole.INFORMATION: frozenset({Duty.FINDINGS, Duty.FIGURES}),
    OfficeRole.EXPERT: frozenset({Duty.FINDINGS}),
    OfficeRole.GRID_WORKER: frozenset({Duty.FINDINGS, Duty.ANSWER, Duty.INVITE, Duty.CAMPAIGN, Duty.PROXY}),
}


class DutyLacking(Refusal):
    """The office that this official holds does not entail that. Facts: `role`, `duty`."""


class BeyondYourOffice(Refusal):
    """Nobody appoints for more than they are appointed for themselves."""


class OwnOffice(Refusal):
    """Nobody ends their own appointment, so that a head always remains."""


class OfficeEnded(Refusal):
    """The appointment is over already."""


def may(role: OfficeRole, duty: Duty) -> bool:
    """Whether an office entails a duty."""
    return duty in DUTIES[role]


def must(role: OfficeRole, duty: Duty) -> None:
    """Raises DutyLacking unless the office entails the duty."""
    if not may(role, duty):
        raise DutyLacking(role=role, duty=duty)


def term_choices(today: date) -> tuple[date, ...]:
    """The last days that are offered for an appointment: two weeks for a guest, three months, two year's ends."""
    quarter = today.month + 2
    after = date(today.year + quarter // 12, quarter % 12 + 1, 1)
    days = {today + timedelta(days=14), after - timedelta(days=1), date(today.year, 12, 31)}
    return (*sorted(day for day in days if day > today), date(today.year + 1, 12, 31))
