"""法规摘录装载 — one file per law under sources/, with the articles that content quotes, word for word."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from content.loading.entry import Entry
from content.loading.page import Page


@dataclass(frozen=True, slots=True)
class Source:
    """Excerpts of one law; `kind` is statute, regulation, rule, document, interpretation or criteria."""

    short: str
    title: str
    kind: str
    version: str
    articles: Mapping[str, str]
    page: Page


def read_source(page: Page) -> Source:
    """The excerpts of one page.

    Raises:
        ContentFault: a field is missing or unknown, or an article is no text.
    """
    entry = Entry(page, page.table)
    entry.must_hold_only("short", "title", "kind", "version", "articles")
    articles = page.table.get("articles")
    if not isinstance(articles, dict) or not all(isinstance(text, str) for text in articles.values()):
        raise entry.fault("fault-missing-field", "articles", field="articles")
    return Source(entry.text("short"), entry.text("title"), entry.text("kind"), entry.text("version"), articles, page)


def read_sources(folder: Path) -> dict[str, Source]:
    """All excerpts of a content folder, by the short name of their law. Raises ContentFault."""
    pages = (Page.read(path, folder) for path in sorted((folder / "sources").glob("*.toml")))
    return {source.short: source for source in map(read_source, pages)}
