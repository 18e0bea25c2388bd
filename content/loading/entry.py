"""条目 — one table of a page, read field by field; every flaw is named by file and line."""

from collections.abc import Container, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from content.fault import ContentFault
from content.loading.lines import Steps
from content.loading.page import Page
from content.wording import say
from domain.basis import Basis

Word = TypeVar("Word", bound=StrEnum)


class Entry:
    """A table at `steps` of a page; each reader method raises ContentFault when the field is not as asked."""

    def __init__(self, page: Page, table: Mapping[str, Any], steps: Steps = ()) -> None:
        self.page = page
        self.steps = steps
        self._table = table

    def fault(self, sentence: str, *field: str | int, **facts: object) -> ContentFault:
        """A fault at the line of that field, or of the entry when no field is named."""
        return ContentFault(self.page.name, self.page.line((*self.steps, *field)), say(sentence, **facts))

    def must_hold_only(self, *names: str) -> None:
        """Refuse a key nobody reads: a misspelt key would otherwise be dropped in silence."""
        for name in self._table:
            if name not in names:
                raise self.fault("fault-unknown-field", name, field=name)

    def holds(self, name: str) -> bool:
        """Whether the key is there and not an empty list."""
        return bool(self._table.get(name))

    def text(self, name: str) -> str:
        """A text that is there and not blank."""
        value = self._get(name, str)
        if not value.strip():
            raise self.fault("fault-empty", name, field=name)
        return str(value).strip()

    def text_or_none(self, name: str) -> str | None:
        """A text, or None when the key is absent; an empty text is a flaw."""
        return self.text(name) if name in self._table else None

    def text_to_fill(self, name: str) -> str:
        """A text that may still be blank, for somebody else to fill in; the key must be there."""
        return str(self._get(name, str)).strip()

    def whole(self, name: str) -> int:
        """A whole number; TOML's true and false are none."""
        return int(self._get(name, int))

    def whole_or(self, name: str, otherwise: int) -> int:
        """A whole number, or that one when the key is absent."""
        return self.whole(name) if name in self._table else otherwise

    def flag(self, name: str) -> bool:
        """true or false; absent means false."""
        return bool(self._get(name, bool)) if name in self._table else False

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when the key is absent."""
        if name not in self._table:
            return ()
        for position, value in enumerate(self._get(name, list)):
            if not isinstance(value, str) or not value.strip():
                raise self.fault("fault-empty", name, position, field=name)
        return tuple(value.strip() for value in self._table[name])

    def trades(self, industries: Container[str]) -> frozenset[str]:
        """The industry ids under `trades`, each of which must be known; none when the key is absent."""
        for position, trade in enumerate(self.texts("trades")):
            if trade not in industries:
                raise self.fault("fault-unknown-industry", "trades", position, id=trade)
        return frozenset(self.texts("trades"))

    def word(self, name: str, words: type[Word]) -> Word | None:
        """One word of a closed list, or None when the key is absent."""
        if (value := self.text_or_none(name)) is None:
            return None
        try:
            return words(value)
        except ValueError as error:
            choice = " ".join(words)
            raise self.fault("fault-not-one-of", name, field=name, value=value, words=choice) from error

    def choice(self, name: str, words: type[Word]) -> Word:
        """One word of a closed list; the key must be there."""
        self._get(name, str)
        word = self.word(name, words)
        assert word is not None
        return word

    def choices(self, name: str, words: type[Word]) -> frozenset[Word]:
        """Several words of a closed list, none when the key is absent."""
        found: set[Word] = set()
        for position, value in enumerate(self.texts(name)):
            if value not in set(words):
                choice = " ".join(words)
                raise self.fault("fault-not-one-of", name, position, field=name, value=value, words=choice)
            found.add(words(value))
        return frozenset(found)

    def day(self, name: str) -> date:
        """A calendar day, written 2026-06-01 without quotation marks."""
        value: date = self._get(name, date)
        if isinstance(value, datetime):
            raise self.fault("fault-wrong-kind", name, field=name, kind=say("kind-date"))
        return value

    def day_to_fill(self, name: str) -> date | None:
        """A calendar day, or None while it is an empty text for somebody else to fill in; the key must be there."""
        return None if self._table.get(name) == "" else self.day(name)

    def entries(self, name: str) -> Iterator["Entry"]:
        """The tables of an array of tables, in order; none when the key is absent."""
        if name not in self._table:
            return
        for position, table in enumerate(self._get(name, list)):
            if not isinstance(table, dict):
                raise self.fault("fault-not-a-table", name, position, field=name)
            yield Entry(self.page, table, (*self.steps, name, position))

    def bases(self, name: str = "basis") -> tuple[Basis, ...]:
        """The citations under `basis`, each with law, article and quote."""
        return tuple(self._basis(entry) for entry in self.entries(name))

    @staticmethod
    def _basis(entry: "Entry") -> Basis:
        entry.must_hold_only("law", "article", "quote")
        return Basis(entry.text("law"), entry.text("article"), entry.text("quote"))

    def _get(self, name: str, kind: type) -> Any:
        if name not in self._table:
            raise self.fault("fault-missing-field", field=name)
        value = self._table[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fault("fault-wrong-kind", name, field=name, kind=say(f"kind-{kind.__name__}"))
        return value
