"""措辞 — sentences for editors, kept in a content file so that Python holds none of them."""

import tomllib
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "sentences.toml"


@cache
def _sentences() -> dict[str, str]:
    return dict(tomllib.loads(_FILE.read_text(encoding="utf-8")))


def say(key: str, **facts: object) -> str:
    """The sentence of that key with the facts filled in; the bare key if the file has no such sentence.

    A missing sentence must not hide the flaw that it was to describe.
    """
    sentence = _sentences().get(key)
    if sentence is None:
        return key
    return sentence.format(**facts)
