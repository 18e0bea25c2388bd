"""What tests of content share: a file that was read once is not parsed again, however often it is copied."""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from content.loading import page


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """The same content is loaded hundreds of times with one flaw each; every load has tables of its own still."""
    known: dict[str, bytes] = {}

    def loads(text: str) -> dict[str, Any]:
        if text not in known:
            known[text] = pickle.dumps(tomllib.loads(text), pickle.HIGHEST_PROTOCOL)
        table: dict[str, Any] = pickle.loads(known[text])
        return table

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "tomllib", SimpleNamespace(loads=loads, TOMLDecodeError=tomllib.TOMLDecodeError))
        yield
