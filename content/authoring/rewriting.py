"""改写 — changes single values in the text of a TOML file and leaves every other line, comment and order alone."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from content.loading.lines import Steps, index_spans

# These stand one to a line, as everywhere in the files.
_TALL = ("options", "basis")


def changed(text: str, steps: Steps, values: Mapping[str, Any], order: tuple[str, ...]) -> str:
    """The text with those keys of the entry at `steps` set, or taken out where the value is None."""
    for key, value in values.items():
        spans = index_spans(text)
        span = spans.get((*steps, key))
        if span is not None:
            start, end = span
            text = text[:start] + (text[end + 1 :] if value is None else _line(key, value) + text[end:])
        elif value is not None:
            before = order[: order.index(key)]
            at = next(spans[(*steps, one)][1] for one in reversed(before) if (*steps, one) in spans)
            text = text[:at] + "\n" + _line(key, value) + text[at:]
    return text


def added(text: str, array: Steps, entry: str) -> str:
    """The text with one more entry behind the last of an array of tables."""
    ends = [end for steps, (_, end) in index_spans(text).items() if steps[: len(array)] == array]
    at = max(ends, default=len(text.rstrip()))
    head = ".".join(str(step) for step in array if isinstance(step, str))
    return text[:at] + f"\n\n[[{head}]]\n{entry}" + (text[at:] or "\n")


def body(values: Iterable[tuple[str, Any]]) -> str:
    """The lines of an entry below its heading, without the last line feed."""
    return "\n".join(_line(key, value) for key, value in values if value is not None)


def _line(key: str, value: Any) -> str:
    return f"{key} = {_value(key, value)}"


def _value(key: str, value: Any) -> str:
    if isinstance(value, list):
        members = [_table(one) if isinstance(one, dict) else _text(one) for one in value]
        return "[\n" + "".join(f"  {one},\n" for one in members) + "]" if key in _TALL else f"[{', '.join(members)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _text(value)


def _table(value: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{key} = {_text(text)}" for key, text in value.items()) + " }"


def _text(value: str) -> str:
    # What JSON escapes, TOML reads; the one character that only TOML wants escaped is DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
