"""留痕链 — what closes a stretch of the journal: a digest over its lines and over the stretch before it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import sha256

# What the first stretch follows on.
BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journal, every column of it. `at` is an aware UTC instant, `facts` JSON as it was written."""

    id: int
    at: datetime
    contact_id: int | None
    happened: str
    subject: str
    facts: str


def digest(before: str, lines: Iterable[Line]) -> str:
    """64 hexadecimal digits (SHA-256) that no other `before` and no other lines give.

    Source: RELIABILITY X1, the audit is append-only with a hash chain: a missing or altered row is detected.
    """
    sum_ = sha256(before.encode())
    for line in lines:
        values = astuple(line)
        said = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat)
        sum_.update(b"\n" + said.encode())
    return sum_.hexdigest()
