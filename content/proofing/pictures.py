"""图画校对 — every emergency card has a drawing, every drawing has a card, and each is shapes and nothing else."""

from collections.abc import Iterator

from content.catalogue import Catalogue
from content.loading.pictures import FOLDER, LIMIT_BYTES, flaws
from content.proofing.report import Finding
from content.wording import say


def picture_findings(catalogue: Catalogue) -> Iterator[Finding]:
    """All that is wrong with the drawings of the cards."""
    drawn = {path.stem: path for path in sorted((catalogue.folder / FOLDER).glob("*.svg"))}
    for card_id in catalogue.cards:
        if card_id not in drawn:
            name = f"{FOLDER}/{card_id}.svg"
            yield Finding(f"cards/{card_id}.toml", 1, "picture-missing", say("picture-missing", name=name))
    for stem, path in drawn.items():
        name = f"{FOLDER}/{path.name}"
        if stem not in catalogue.cards:
            yield Finding(name, 1, "picture-stray", say("picture-stray", id=stem))
        for code, word in flaws(path.read_bytes()):
            yield Finding(name, 1, code, say(code, word=word, limit=LIMIT_BYTES))
