"""文案 — the words of every moment, one template each, in every language that has them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, partial
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.exceptions import TemplateNotFound
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

HOME_LOCALE = "zh-CN"
TAG = re.compile(r"</?[a-z][^>]*>")
# One empty line parts what belongs apart; more come of conditions that say nothing.
_GAP = re.compile(r"\n{3,}")


class Words:
    """The words of one language. A moment it lacks is said in zh-CN, which is complete."""

    def __init__(self, locale: str, texts: Texts) -> None:
        self.locale = locale
        self._texts = texts

    def __call__(self, moment: str, /, **facts: object) -> str:
        """The text of a moment such as `replies/inspection/item`, as Telegram HTML with all facts escaped."""
        return self._texts.render(self.locale, moment, facts)

    def plain(self, moment: str, /, **facts: object) -> str:
        """The same without markup, for a toast or an alert (Telegram shows those as plain text)."""
        return unescape(TAG.sub("", self(moment, **facts)))

    def label(self, key: str, /, **facts: object) -> str:
        """A short plain text, such as a button's label: `inspection.pass`. Never HTML."""
        pattern = self._texts.label(self.locale, key)
        return pattern.format(**facts) if facts else pattern


class Texts:
    """All templates and labels below `content/locales`, compiled when first used."""

    def __init__(self, folder: Path | None = None, zone: str = "Asia/Shanghai") -> None:
        self.folder = folder or Path(__file__).parent / "locales"
        self.locales = tuple(sorted(p.name for p in self.folder.iterdir() if p.is_dir()))
        self._zone = ZoneInfo(zone)
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self.folder),
            autoescape=True,
            # Whether a file has changed would be asked at every text of every reply.
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters["day"] = self._day
        self._environment.filters["moment"] = self._moment
        self._environment.filters["truncate"] = _truncated
        self._labels = {locale: _labels(self.folder / locale) for locale in self.locales}
        # A template's labels and dates are in the template's own language, not in that of whoever reads it.
        self._globals: dict[str, dict[str, object]] = {
            locale: {"label": partial(self.label, locale), "locale": locale} for locale in self.locales
        }

    @classmethod
    @cache
    def shipped(cls, zone: str) -> Texts:
        """The words that the product came with, compiled once in the life of a process."""
        return cls(zone=zone)

    @cache  # noqa: B019 - there is one Texts per process
    def words(self, locale: str) -> Words:
        """The words of the nearest language there is: exactly, by its first part, else zh-CN."""
        if locale in self.locales:
            return Words(locale, self)
        first = locale.split("-")[0].lower()
        near = [known for known in self.locales if known.split("-")[0].lower() == first]
        return Words(near[0] if near else HOME_LOCALE, self)

    def render(self, locale: str, moment: str, facts: Mapping[str, object]) -> str:
        for home in dict.fromkeys((locale, HOME_LOCALE)):
            try:
                template = self._environment.get_template(f"{home}/{moment}.j2", globals=self._globals[home])
            except TemplateNotFound:
                continue
            return _GAP.sub("\n\n", template.render(facts).strip())
        raise KeyError(f"no words for {moment}")

    def label(self, locale: str, key: str) -> str:
        own = self._labels.get(locale, {})
        return own[key] if key in own else self._labels[HOME_LOCALE][key]

    def moments(self, locale: str) -> frozenset[str]:
        """Every moment that has words of its own in that language."""
        home = self.folder / locale
        return frozenset(str(p.relative_to(home).with_suffix("")) for p in home.rglob("*.j2"))

    @pass_context
    def _day(self, context: Context, on: date) -> str:
        return self.label(context["locale"], "format.day").format(y=on.year, m=on.month, d=on.day)

    @pass_context
    def _moment(self, context: Context, at: datetime) -> str:
        there = at.astimezone(self._zone)
        return self.label(context["locale"], "format.moment").format(
            y=there.year, m=there.month, d=there.day, H=there.hour, M=there.minute
        )


def _truncated(text: str, most: int) -> str:
    """At most that many characters. Jinja's own cuts at a blank, of which a Chinese sentence may have its only one at
    the beginning.
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _labels(home: Path) -> dict[str, str]:
    """All `labels/*.toml` of one language, flattened: file stem, then table keys, joined by dots."""
    flat: dict[str, str] = {}

    def add(prefix: str, table: Mapping[str, object]) -> None:
        for key, value in table.items():
            name = f"{prefix}.{key}"
            if isinstance(value, Mapping):
                add(name, value)
            else:
                flat[name] = str(value)

    for path in sorted((home / "labels").glob("*.toml")):
        add(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    return flat
