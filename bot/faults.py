"""日志 — one JSON line per event, in UTC, with ids and never names, and with every secret masked."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

from outreach.storage.database import is_unusable

# A bot token wherever it appears: in a URL of an error message, in a repr, in a traceback.
TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{20,100}")
PASSWORD = re.compile(r"(://[^:/@\s]+:)[^@\s]+@")


def set_up_logging(level: str = "INFO", *, readable: bool = False) -> None:
    """Log to standard error: JSON lines, or coloured text for a person at a terminal."""
    render: Any = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _briefly,
        structlog.processors.format_exc_info,
        _mask,
        render,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries log through the standard module; some of them name URLs, and ours hold the token.
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_mask_standard)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def masked(text: str) -> str:
    """The text without any token or database password."""
    return PASSWORD.sub(r"\1***@", TOKEN.sub("***", text))


def _briefly(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Of a database that cannot be used every part tells at once: each in one line, without where it was asked."""
    given = event.get("exc_info")
    fault = given[1] if isinstance(given, tuple) else sys.exception() if given is True else given
    if is_unusable(fault):
        del event["exc_info"]
        event["fault"] = _said(fault)
    return event


def _said(fault: Any) -> str:
    return str(getattr(fault, "orig", None) or fault)


def _mask(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: masked(value) if isinstance(value, str) else value for key, value in event.items()}


def _mask_standard(record: logging.LogRecord) -> bool:
    record.msg, record.args = masked(record.getMessage()), ()
    if record.exc_info and is_unusable(record.exc_info[1]):
        record.msg = masked(f"{record.msg}: {_said(record.exc_info[1])}")
        record.exc_info = record.exc_text = None
    if record.exc_info:
        record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
    return True
