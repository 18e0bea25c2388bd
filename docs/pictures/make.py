"""挂图样张 — draws the sample cards and the sample lesson of this folder anew: python -m docs.pictures.make"""

import io
from pathlib import Path

from PIL import Image

from content.catalogue import Catalogue
from content.papers import card_picture, lesson_picture

HERE = Path(__file__).parent
CARDS = ("confined-space", "cpr", "electric-shock", "fire-escape", "gas-leak")
LESSON = "one-strip-only"


def main() -> None:
    """Half the size of what the chat sends, in 128 colours."""
    catalogue = Catalogue.load()
    names = {hotline.number: hotline.name for hotline in catalogue.hotlines_for(None)}
    drawn = {}
    for card in (catalogue.cards[id_] for id_ in CARDS):
        call = tuple((number, names.get(number, "")) for number in card.call)
        drawn[f"card-{card.id}"] = card_picture(card, call, catalogue.folder)
    lesson = catalogue.lessons[LESSON]
    drawn[f"lesson-{LESSON}"] = lesson_picture(lesson, catalogue.tracks[lesson.track].title)
    for name, png in drawn.items():
        image = Image.open(io.BytesIO(png)).convert("RGB")
        small = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
        small.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
            HERE / f"{name}.png", optimize=True
        )


if __name__ == "__main__":
    main()
