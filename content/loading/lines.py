"""行号 — where each key of a TOML text stands, which the parser of the standard library does not tell."""

import re
from collections.abc import Iterator

Steps = tuple[str | int, ...]

_HEADER = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*=\s*""")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{},\n]', re.DOTALL
)


def index_lines(text: str) -> dict[Steps, int]:
    """Map each path of keys and positions to its line, counted from 1.

    Knows tables, arrays of tables, keys and the members of (multi-line) arrays: enough for content
    files, not a TOML parser.  The text must already have been parsed successfully.
    """
    found: dict[Steps, int] = {}
    for _ in _parts(text, found):
        pass
    return found


def index_spans(text: str) -> dict[Steps, tuple[int, int]]:
    """Map each path of a key, not of a table, to where it begins and where its value's last line ends."""
    return {steps: (start, end) for steps, start, end in _parts(text, {})}


def _parts(text: str, found: dict[Steps, int]) -> Iterator[tuple[Steps, int, int]]:
    """Every key with the offsets of its lines, noting in `found` the line of each path."""
    counts: dict[Steps, int] = {}
    table: Steps = ()
    offset, line = 0, 1
    while offset < len(text):
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        row = text[offset:end]
        if header := _HEADER.match(row):
            table = _enter(header.group(2), bool(header.group(1)), counts)
            found[table] = line
        elif key := _KEY.match(row):
            steps = (*table, key.group(1).strip("\"'"))
            found[steps] = line
            end = _walk_value(text, offset + key.end(), line, steps, found)
            yield steps, offset, end
        line += text.count("\n", offset, end + 1)
        offset = end + 1


def _enter(name: str, is_array: bool, counts: dict[Steps, int]) -> Steps:
    """Path of the table that a header opens; each part that is an array means its latest member."""
    path: Steps = ()
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    for part in parts[:-1]:
        path = (*path, part)
        if path in counts:
            path = (*path, counts[path])
    path = (*path, parts[-1])
    if is_array:
        counts[path] = counts.get(path, -1) + 1
        path = (*path, counts[path])
    return path


def _walk_value(text: str, start: int, line: int, steps: Steps, found: dict[Steps, int]) -> int:
    """Note the line of each member of an array; return the offset at which the value's last line ends."""
    depth, member, is_fresh = 0, -1, False
    at = start
    while token := _TOKEN.search(text, at):
        word = token.group()
        if word == "\n" and depth == 0:
            return token.start()
        if depth == 1 and is_fresh and word not in "\n,]" and not word.startswith("#"):
            member, is_fresh = member + 1, False
            found[(*steps, member)] = line + text.count("\n", start, token.start())
        if word in "[{":
            is_fresh = is_fresh or (word == "[" and depth == 0)
            depth += 1
        elif word in "]}":
            depth -= 1
        elif word == "," and depth == 1:
            is_fresh = True
        at = token.end()
    return len(text)
