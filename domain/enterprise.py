"""企业 — a production or business unit as the district's register (企业名录) knows it."""

import re
from dataclasses import dataclass
from enum import StrEnum

from domain.text import narrow, tidy

# GB 32100-2015, 4.1: digits and capitals without I, O, S, V and Z; a character is worth its place here.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_LENGTH = 18


class RiskClass(StrEnum):
    """The four colours of a risk class: major, larger, general and low."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class CreditCodeFault(StrEnum):
    """What is wrong with a unified social credit code."""

    ROUNDED = "rounded"
    LENGTH = "length"
    CHARACTER = "character"
    CHECK_DIGIT = "check_digit"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person whom the register names for a post; `phone` is normalised, None when none was given."""

    name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class EnterpriseEntry:
    """One row of the register; `credit_code` identifies the enterprise, `industries` are industry ids.

    Texts that the register leaves empty are empty strings; `head_count` counts everybody who works there.
    """

    name: str
    credit_code: str
    industries: tuple[str, ...]
    street: str
    grid: str = ""
    group: str = ""
    address: str = ""
    principal: PersonEntry | None = None
    safety_officer: PersonEntry | None = None
    head_count: int | None = None
    risk_class: RiskClass | None = None


def normalise_credit_code(text: str) -> str:
    """`text` as a credit code is written: plain capitals and digits, without spaces and dashes."""
    return re.sub(r"[\s\-\u2010-\u2015]", "", narrow(tidy(text, 100))).upper()


def credit_code_fault(code: str) -> CreditCodeFault | None:
    """What is wrong with a normalised code by GB 32100-2015, or None; it ends in its check digit."""
    if re.fullmatch(r"\d(?:\.\d+)?E\+?\d+", code):
        return CreditCodeFault.ROUNDED
    if len(code) != _CODE_LENGTH:
        return CreditCodeFault.LENGTH
    # 4.2: places 3 to 8 are the district of registration, digits only; no registrar has the code 0.
    if strange_characters(code) or not code[2:8].isdecimal() or code[0] == "0":
        return CreditCodeFault.CHARACTER
    return None if code[-1] == credit_check_digit(code[:-1]) else CreditCodeFault.CHECK_DIGIT


def strange_characters(code: str) -> str:
    """The characters of `code` that no credit code holds (I and O are mistaken for 1 and 0), each once."""
    return "".join(dict.fromkeys(char for char in code if char not in _ALPHABET))


def credit_check_digit(head: str) -> str:
    """The check digit behind the first 17 characters: GB 32100-2015, 4.5, weights 3 to the i modulo 31."""
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return _ALPHABET[-total % 31]
