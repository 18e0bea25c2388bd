"""地址 — what an address in the settings must look like; what is wrong with it is said before anything is tried."""

from __future__ import annotations

import re
from importlib.util import find_spec
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

POSTGRESQL_PORT = 5432


def base_address(url: str) -> str:
    """The address of a server without the slash at its end; "" stays so. Raises ValueError for any other text."""
    url = url.strip().rstrip("/")
    if url and not (re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url) and _has_a_port_or_none(url)):
        raise ValueError("it must be an address such as http://127.0.0.1:9000, without spaces or a query")
    return url


def must_be_a_database(url: str) -> None:
    """Raises ValueError for what names no SQLite file and no PostgreSQL database; nothing of it is in the words."""
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        made = None
    if made is None or not 0 < (made.port or POSTGRESQL_PORT) < 65536:
        raise ValueError("it must look like postgresql://user:password@host:5432/name")
    if not re.match(r"sqlite(\+aiosqlite)?:///(?!:memory:)[^?]|postgres(ql)?(\+psycopg)?://", url):
        raise ValueError("it must begin with postgresql:// or be sqlite:/// and the path of a file")
    if not url.startswith("postgres"):
        return
    if find_spec("psycopg") is None:
        raise ValueError("PostgreSQL needs one package more: .venv/bin/pip install 'psycopg[binary]'")
    if strange := [name for name in made.query if not _is_an_option(name)]:
        raise ValueError(f"PostgreSQL has no option {', '.join(strange)}, which stands after the question mark")


def _has_a_port_or_none(url: str) -> bool:
    """Whether the port, if there is one, can be one."""
    try:
        _ = urlsplit(url).port
    except ValueError:
        return False
    return True


def _is_an_option(name: str) -> bool:
    # Here alone: a bureau on SQLite need not have psycopg.
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**{name: "1"})
    except ProgrammingError:
        return False
    return True
