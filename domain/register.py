"""企业名录 — what a row of the register must say before an enterprise can be entered from it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.enterprise import (
    CreditCodeFault,
    EnterpriseEntry,
    PersonEntry,
    RiskClass,
    credit_code_fault,
    normalise_credit_code,
    strange_characters,
)
from domain.phone import PhoneFault, normalise_phone, phone_fault
from domain.text import is_blank, narrow, tidy


class Column(StrEnum):
    """What a column of the register holds, in the order of the template."""

    NAME = "name"
    CREDIT_CODE = "credit_code"
    INDUSTRIES = "industries"
    STREET = "street"
    GRID = "grid"
    GROUP = "group"
    ADDRESS = "address"
    PRINCIPAL = "principal"
    PRINCIPAL_PHONE = "principal_phone"
    SAFETY_OFFICER = "safety_officer"
    SAFETY_OFFICER_PHONE = "safety_officer_phone"
    HEAD_COUNT = "head_count"
    RISK_CLASS = "risk_class"


class ProblemCode(StrEnum):
    """What may be wrong with one cell."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    CREDIT_CODE_ROUNDED = "credit_code_rounded"
    CREDIT_CODE_LENGTH = "credit_code_length"
    CREDIT_CODE_CHARACTER = "credit_code_character"
    CREDIT_CODE_CHECK_DIGIT = "credit_code_check_digit"
    CREDIT_CODE_REPEATED = "credit_code_repeated"
    INDUSTRY_UNKNOWN = "industry_unknown"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_WITHOUT_AREA = "phone_without_area"
    PHONE_LENGTH = "phone_length"
    PHONE_UNKNOWN = "phone_unknown"
    PHONE_WITHOUT_NAME = "phone_without_name"
    HEAD_COUNT_WRONG = "head_count_wrong"
    RISK_CLASS_UNKNOWN = "risk_class_unknown"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    DATE = "date"
    OUTSIDE_JURISDICTION = "outside_jurisdiction"


@dataclass(frozen=True, slots=True)
class Problem:
    """One flaw of one cell; `value` is what stands in the cell, or the part of it that is wrong."""

    code: ProblemCode
    column: Column
    value: str = ""


REQUIRED = (Column.NAME, Column.CREDIT_CODE, Column.INDUSTRIES, Column.STREET)
_LIMITS = {
    Column.NAME: 100,
    Column.STREET: 50,
    Column.GRID: 50,
    Column.GROUP: 50,
    Column.ADDRESS: 200,
    Column.PRINCIPAL: 50,
    Column.SAFETY_OFFICER: 50,
}
_MOST_INDUSTRIES = 10
_MOST_HEADS = 1_000_000
_CREDIT_CODE_PROBLEMS = {
    CreditCodeFault.ROUNDED: ProblemCode.CREDIT_CODE_ROUNDED,
    CreditCodeFault.LENGTH: ProblemCode.CREDIT_CODE_LENGTH,
    CreditCodeFault.CHARACTER: ProblemCode.CREDIT_CODE_CHARACTER,
    CreditCodeFault.CHECK_DIGIT: ProblemCode.CREDIT_CODE_CHECK_DIGIT,
}
_PHONE_PROBLEMS = {
    PhoneFault.ROUNDED: ProblemCode.PHONE_ROUNDED,
    PhoneFault.WITHOUT_AREA: ProblemCode.PHONE_WITHOUT_AREA,
    PhoneFault.LENGTH: ProblemCode.PHONE_LENGTH,
    PhoneFault.UNKNOWN: ProblemCode.PHONE_UNKNOWN,
}
# 、 ， ； and line feeds as well as their plain twins part the trades of one cell.
_BETWEEN_INDUSTRIES = re.compile(r"[\u3001\uff0c\uff1b,;/|\n]+")


def read_entry(
    cells: Mapping[Column, str],
    industry_named: Callable[[str], str | None],
    risk_named: Callable[[str], RiskClass | None],
    flaws: Iterable[Problem] = (),
) -> EnterpriseEntry | tuple[Problem, ...]:
    """The enterprise that a row names, or everything that is wrong with the row.

    `cells` holds the text of each column, empty or absent when nothing is written there; the look-ups turn
    words into the id of an industry and into a risk class, None for words they do not know. `flaws` are
    cells whose text could not be had in the first place (a formula, a date).
    """
    problems = list(flaws)
    unread = {problem.column for problem in problems}
    problems += [
        Problem(ProblemCode.MISSING, column)
        for column in REQUIRED
        if column not in unread and is_blank(cells.get(column, ""))
    ]
    texts = {column: _text(cells, column, problems) for column in _LIMITS}
    credit_code = _credit_code(cells, problems)
    industries = _industries(cells, industry_named, problems)
    principal = _person(cells, texts, Column.PRINCIPAL, Column.PRINCIPAL_PHONE, problems)
    officer = _person(cells, texts, Column.SAFETY_OFFICER, Column.SAFETY_OFFICER_PHONE, problems)
    head_count = _head_count(cells, problems)
    risk_class = _risk_class(cells, risk_named, problems)
    if problems:
        order = list(Column)
        return tuple(sorted(problems, key=lambda problem: order.index(problem.column)))
    return EnterpriseEntry(
        name=texts[Column.NAME],
        credit_code=credit_code,
        industries=industries,
        street=texts[Column.STREET],
        grid=texts[Column.GRID],
        group=texts[Column.GROUP],
        address=texts[Column.ADDRESS],
        principal=principal,
        safety_officer=officer,
        head_count=head_count,
        risk_class=risk_class,
    )


def _text(cells: Mapping[Column, str], column: Column, problems: list[Problem]) -> str:
    raw = cells.get(column, "")
    if is_blank(raw):
        return ""
    limit = _LIMITS[column]
    text = tidy(raw, limit + 1)
    if len(text) > limit:
        problems.append(Problem(ProblemCode.TOO_LONG, column, str(limit)))
    return text[:limit]


def _credit_code(cells: Mapping[Column, str], problems: list[Problem]) -> str:
    raw = cells.get(Column.CREDIT_CODE, "")
    if is_blank(raw):
        return ""
    code = normalise_credit_code(raw)
    fault = credit_code_fault(code)
    if fault is not None:
        wrong = {
            CreditCodeFault.CHARACTER: strange_characters(code) or code,
            CreditCodeFault.LENGTH: str(len(code)),
        }.get(fault, code)
        problems.append(Problem(_CREDIT_CODE_PROBLEMS[fault], Column.CREDIT_CODE, wrong))
    return code


def _industries(
    cells: Mapping[Column, str], industry_named: Callable[[str], str | None], problems: list[Problem]
) -> tuple[str, ...]:
    raw = cells.get(Column.INDUSTRIES, "")
    if is_blank(raw):
        return ()
    # The name of one trade may itself hold a stroke or a comma, so the whole cell is asked for first.
    whole = industry_named(tidy(raw, 200))
    if whole is not None:
        return (whole,)
    found: list[str] = []
    names = [tidy(part, 100) for part in _BETWEEN_INDUSTRIES.split(raw) if not is_blank(part)]
    for name in names[: _MOST_INDUSTRIES + 1]:
        known = industry_named(name)
        if known is None:
            problems.append(Problem(ProblemCode.INDUSTRY_UNKNOWN, Column.INDUSTRIES, name))
        elif known not in found:
            found.append(known)
    if len(names) > _MOST_INDUSTRIES:
        problems.append(Problem(ProblemCode.TOO_LONG, Column.INDUSTRIES, str(_MOST_INDUSTRIES)))
    return tuple(found)


def _person(
    cells: Mapping[Column, str],
    texts: Mapping[Column, str],
    name_column: Column,
    phone_column: Column,
    problems: list[Problem],
) -> PersonEntry | None:
    raw = cells.get(phone_column, "")
    phone = None
    if not is_blank(raw):
        phone = normalise_phone(raw)
        fault = phone_fault(raw)
        if fault is not None:
            problems.append(Problem(_PHONE_PROBLEMS[fault], phone_column, tidy(raw, 40)))
        elif not texts[name_column]:
            problems.append(Problem(ProblemCode.PHONE_WITHOUT_NAME, name_column, tidy(raw, 40)))
    return PersonEntry(texts[name_column], phone) if texts[name_column] else None


def _head_count(cells: Mapping[Column, str], problems: list[Problem]) -> int | None:
    raw = cells.get(Column.HEAD_COUNT, "")
    if is_blank(raw):
        return None
    # U+4EBA and U+540D are counting words for people.
    plain = narrow(tidy(raw, 40)).replace(",", "").replace(" ", "")
    found = re.fullmatch(r"(\d{1,7})(?:\.0+)?[\u4eba\u540d]?", plain)
    count = int(found.group(1)) if found else -1
    if not 0 <= count <= _MOST_HEADS:
        problems.append(Problem(ProblemCode.HEAD_COUNT_WRONG, Column.HEAD_COUNT, tidy(raw, 40)))
        return None
    return count


def _risk_class(
    cells: Mapping[Column, str], risk_named: Callable[[str], RiskClass | None], problems: list[Problem]
) -> RiskClass | None:
    raw = cells.get(Column.RISK_CLASS, "")
    if is_blank(raw):
        return None
    risk = risk_named(tidy(raw, 40))
    if risk is None:
        problems.append(Problem(ProblemCode.RISK_CLASS_UNKNOWN, Column.RISK_CLASS, tidy(raw, 40)))
    return risk
