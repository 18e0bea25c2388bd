"""识字校对 — characters that somebody with primary schooling may not know."""

from collections.abc import Iterable, Iterator

from content.proofing.pieces import Piece
from content.proofing.report import Finding
from content.proofing.rules import Rules

# GB 2312 sorts its 6763 characters by use: the 3755 common ones first, up to this lead byte.
_LAST_COMMON = 0xD7
_KINDS = ("guide", "topic", "question", "track", "lesson", "edition", "term")


def reading_findings(pieces: Iterable[Piece], rules: Rules) -> Iterator[Finding]:
    """Each rare character that is not on the list of those we need, once per text."""
    for piece in pieces:
        if piece.kind not in _KINDS:
            continue
        for steps, text in piece.texts:
            for character in dict.fromkeys(text):
                if _is_rare(character) and character not in rules.rare_characters:
                    yield piece.finding("character-rare", *steps, character=character)


def _is_rare(character: str) -> bool:
    if not "\u4e00" <= character <= "\u9fff":
        return False
    code = character.encode("gb2312", "ignore")
    return not code or code[0] > _LAST_COMMON
