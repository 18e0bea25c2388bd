"""参数 — the parameters of one Bot API call, read leniently in form and strictly in type, as Telegram does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sandbox.apierror import bad_request

_MAX_INT = 2**63


@dataclass(slots=True)
class Upload:
    """One file part of a multipart body."""

    name: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Parameters:
    """Values by name (strings from forms, anything from JSON) and file parts by field name."""

    values: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether the call gives this parameter at all."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as written, a lone surrogate is refused."""
        value = self.values.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise bad_request("strings must be encoded in UTF-8") from None
        return str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number; what is not one counts as absent, as in the Bot API server."""
        value = self.values.get(name)
        if isinstance(value, bool) or value is None:
            return default
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str):
            try:
                value = int(value.strip())
            except ValueError:
                return default
        if not isinstance(value, int) or not -_MAX_INT <= value < _MAX_INT:
            return default
        return value

    def number(self, name: str) -> float | None:
        """A decimal number, or None if it is absent or none."""
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            return None

    def truth(self, name: str, default: bool = False) -> bool:
        """A boolean: true, True, 1 and yes hold, everything else does not."""
        value = self.values.get(name)
        if value is None:
            return default
        return str(value).lower() in ("true", "1", "yes", "t")

    def parsed(self, name: str) -> Any:
        """A JSON-serialised value (object or list), or None; raises 400 if it is not JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {name} JSON object") from None

    def items(self, name: str) -> list[Any] | None:
        """A JSON list, or None if absent; raises 400 for anything else."""
        value = self.parsed(name)
        if value is not None and not isinstance(value, list):
            raise bad_request(f"expected an Array of {name}")
        return value

    def table(self, name: str) -> dict[str, Any] | None:
        """A JSON object, or None if absent; raises 400 for anything else."""
        value = self.parsed(name)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"object expected as {name.replace('_', ' ')}")
        return value

    def message_id(self, name: str = "message_id") -> int:
        """A message identifier; raises 400 if it is not given."""
        value = self.integer(name)
        if value <= 0:
            raise bad_request("message identifier is not specified")
        return value

    def for_ledger(self) -> dict[str, Any]:
        """What was asked, with uploads reduced to name and size."""
        shown = dict(self.values)
        for name, upload in self.uploads.items():
            shown[name] = {"file_name": upload.name, "size": len(upload.content)}
        return shown
