"""电话 — Chinese phone numbers however they are written, as one form that can be compared."""

import re
from enum import StrEnum

from domain.text import narrow, tidy


class PhoneFault(StrEnum):
    """What is wrong with a number that cannot be used."""

    ROUNDED = "rounded"
    WITHOUT_AREA = "without_area"
    LENGTH = "length"
    UNKNOWN = "unknown"


_MOBILE = re.compile(r"1[3-9]\d{9}")
_SERVICE = re.compile(r"[48]00\d{7}")
# Two-digit area codes are 10 and 2x and lead eight-digit numbers; the others have three digits.
_LANDLINE = re.compile(r"(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8}")
_FOREIGN = re.compile(r"\+(?!86)[1-9]\d{7,14}")
# U+8F6C and U+5206 U+673A are the words for "put through to" and "extension".
_EXTENSION = re.compile(r"(?:\u8f6c|\u5206\u673a|ext\.?|x|#|,)(\d{1,6})$|(?<=\d{7})-(\d{1,5})$", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[\d.]+e\+?\d+", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015().\u00b7]")


def normalise_phone(text: str) -> str | None:
    """`text` as `+86…` (E.164; an extension follows as `;ext=…`), or None when it is no phone number.

    Understands mobiles of 11 digits, landlines with their area code, 400 and 800 numbers, foreign numbers
    with `+`, the prefixes +86, 0086 and 86, full-width digits, spaces, dashes and brackets.
    """
    number, extension = _split(text)
    if _FOREIGN.fullmatch(number):
        return number + extension
    national = _national(number)
    if _MOBILE.fullmatch(national):
        return "+86" + national
    if _SERVICE.fullmatch(national):
        return f"+86{national}{extension}"
    # A landline is dialled with 0 at home and without it from abroad.
    local = national[1:] if national.startswith("0") else national if national != number else ""
    return f"+86{local}{extension}" if _LANDLINE.fullmatch(local) else None


def phone_fault(text: str) -> PhoneFault | None:
    """Why `text` is no usable phone number, or None when it is one."""
    if normalise_phone(text) is not None:
        return None
    plain = narrow(tidy(text, 100)).replace(" ", "")
    if _SCIENTIFIC.fullmatch(plain):
        return PhoneFault.ROUNDED
    number, _ = _split(text)
    national = _national(number)
    if not national.isdecimal():
        return PhoneFault.UNKNOWN
    if len(national) in (7, 8) and national[0] in "2345678":
        return PhoneFault.WITHOUT_AREA
    return PhoneFault.LENGTH if national[0] in "01" else PhoneFault.UNKNOWN


def is_mobile(phone: str) -> bool:
    """Whether a normalised number is a mainland mobile, the kind that a Telegram account is bound to."""
    return phone.startswith("+86") and _MOBILE.fullmatch(phone[3:]) is not None


def spoken_phone(phone: str) -> str:
    """A normalised number as people here write it: `138 0000 1002`, `0999-88880012-801`, `+852…`."""
    number, _, extension = phone.partition(";ext=")
    if not number.startswith("+86"):
        return phone
    national = number[3:]
    if _MOBILE.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    if _SERVICE.fullmatch(national):
        written = f"{national[:3]}-{national[3:6]}-{national[6:]}"
    else:
        area = 2 if national[0] in "12" else 3
        written = f"0{national[:area]}-{national[area:]}"
    return f"{written}-{extension}" if extension else written


def _split(text: str) -> tuple[str, str]:
    plain = narrow(tidy(text, 100)).replace(" ", "")
    found = _EXTENSION.search(plain) if re.search(r"\d{7}", _SEPARATORS.sub("", plain)) else None
    if found is None:
        return _SEPARATORS.sub("", plain), ""
    body = _SEPARATORS.sub("", plain[: found.start()])
    # The last dash of 0999-8888-0012 parts the number itself: an extension leaves a whole number behind.
    is_whole = _LANDLINE.fullmatch(_national(body).removeprefix("0")) or _SERVICE.fullmatch(body)
    if found.group(2) and not is_whole:
        return _SEPARATORS.sub("", plain), ""
    return body, f";ext={found.group(1) or found.group(2)}"


def _national(number: str) -> str:
    for prefix in ("+86", "0086"):
        if number.startswith(prefix):
            return number[len(prefix) :]
    # A contact card sends 8613800001002 without the plus.
    return number[2:] if len(number) == 13 and number.startswith("861") else number
