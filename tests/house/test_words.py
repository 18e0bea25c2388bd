"""Words live in content: none in code, none missing, none that nobody says."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from content.texts import HOME_LOCALE, Texts
from domain.refusal import Refusal
from tests.house.tree import ROOT, docstrings, in_use, modules, syntax

CHINESE = re.compile(
    "[\u2e80-\u303f\u31c0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]"
)
MOMENT = re.compile(r"(replies|notices|refusals)/[a-z0-9_/]+")
WORDLESS = ("bot", "handlers", "scheduler", "console", "outreach", "domain")
LOCALES = ROOT / "content" / "locales"
TEXTS = Texts()


def literals(name: str) -> Iterator[ast.Constant]:
    """The string literals of a module that a person could get to see: all but docstrings."""
    tree = syntax(name)
    documented = docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node


def calls(*rooms: str) -> Iterator[tuple[str, ast.Call, str]]:
    """Every call in these rooms: the module, the call, and the last word of what is called."""
    for name in modules(*rooms):
        for node in ast.walk(syntax(name)):
            if isinstance(node, ast.Call):
                called = node.func
                yield name, node, called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def spelled(node: ast.expr | None) -> list[re.Pattern[str]]:
    """What this argument can be: a literal, or a pattern with a hole for whatever is computed."""
    if isinstance(node, ast.IfExp):
        return spelled(node.body) + spelled(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [re.compile(re.escape(node.value))]
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values]
        return [re.compile("".join(parts))]
    return []


def refusals() -> list[type[Refusal]]:
    """Those that somebody can meet."""
    rules = {name.removesuffix(".py").replace("/", ".") for name in in_use() if name.startswith("domain/")}
    for rule in rules:
        importlib.import_module(rule)
    kinds = [kind for kind in Refusal.__subclasses__() if kind.__module__ in rules]
    return sorted(kinds, key=lambda kind: kind.__name__)


def said(where: Iterable[str]) -> list[re.Pattern[str]]:
    """Every moment that these modules say, as a pattern where a part of its name is computed."""
    moments = []
    for name in where:
        for node in literals(name):
            if MOMENT.fullmatch(str(node.value)):
                moments.append(re.compile(str(node.value)))
    for name, call, called in calls("handlers", "outreach"):
        if name in where and called == "Notice" and call.args:
            kinds = spelled(call.args[0])
            if isinstance(call.args[0], ast.Name):
                # A kind that was chosen before: whatever that name is given in the same module.
                kinds = [
                    kind
                    for node in ast.walk(syntax(name))
                    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == call.args[0].id
                    for kind in spelled(node.value)
                ]
            assert kinds, f"{name}:{call.lineno}: which notice is this?"
            moments += [re.compile(f"notices/{kind.pattern}") for kind in kinds]
    return moments


def labels(locale: str) -> frozenset[str]:
    return frozenset(TEXTS._labels[locale])


def sources(locale: str) -> list[Path]:
    return sorted((LOCALES / locale).rglob("*.j2"))


@pytest.mark.parametrize("room", WORDLESS)
def test_no_chinese_stands_in_code(room: str) -> None:
    found = [
        f"{name}:{node.lineno}: {node.value!r}"
        for name in modules(room)
        for node in literals(name)
        if CHINESE.search(str(node.value))
    ]
    assert found == []


def test_every_moment_that_is_said_has_words() -> None:
    known = TEXTS.moments(HOME_LOCALE)
    mute = [moment.pattern for moment in said(in_use()) if not any(moment.fullmatch(one) for one in known)]
    assert mute == []


def test_every_template_is_said_by_somebody() -> None:
    for name in modules("domain"):
        importlib.import_module(name.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
    spoken = said(modules(*WORDLESS)) + [re.compile(kind().moment) for kind in Refusal.__subclasses__()]
    silent = {one for one in TEXTS.moments(HOME_LOCALE) if not any(moment.fullmatch(one) for moment in spoken)}
    assert silent == set()


def test_every_refusal_has_words() -> None:
    worded = TEXTS.moments(HOME_LOCALE)
    assert [kind.__name__ for kind in refusals() if kind().moment not in worded] == []


def test_every_label_that_is_shown_has_words() -> None:
    known = labels(HOME_LOCALE)
    missing = []
    for name, call, called in calls(*WORDLESS):
        if called not in ("label", "NoticeButton") or not call.args or name not in in_use():
            continue
        for pattern in spelled(call.args[0]):
            if not any(pattern.fullmatch(key) for key in known):
                missing.append(f"{name}:{call.lineno} {pattern.pattern}")
    assert missing == []


def labels_in(path: Path) -> Iterator[str]:
    """The labels that a template asks for, as patterns where a part of the name is a fact."""
    for call in TEXTS._environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "label":
            first = call.args[0]
            parts = first.nodes if isinstance(first, nodes.Concat) else [first]
            yield "".join(re.escape(part.value) if isinstance(part, nodes.Const) else ".+" for part in parts)


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_template_compiles_and_its_labels_exist(locale: str) -> None:
    known = labels(HOME_LOCALE)
    for path in sources(locale):
        for asked in labels_in(path):
            assert any(re.fullmatch(asked, label) for label in known), (path, asked)
    for moment in TEXTS.moments(locale):
        TEXTS._environment.get_template(f"{locale}/{moment}.j2")


def test_every_label_is_shown_somewhere() -> None:
    shown = {asked for path in sources(HOME_LOCALE) for asked in labels_in(path)}
    for name in modules(*WORDLESS):
        for node in ast.walk(syntax(name)):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                shown |= {pattern.pattern for pattern in spelled(node)}
    chosen = {str(node.value) for name in modules(*WORDLESS, "content") for node in literals(name)}
    idle = {key for key in labels(HOME_LOCALE) - chosen if not any(re.fullmatch(asked, key) for asked in shown)}
    assert idle == set()


def test_a_translation_says_nothing_that_chinese_does_not() -> None:
    """zh-CN is complete; another language may lack a moment, but never has one of its own."""
    for locale in TEXTS.locales:
        assert TEXTS.moments(locale) <= TEXTS.moments(HOME_LOCALE)
        assert labels(locale) <= labels(HOME_LOCALE)


def facts_of(path: Path) -> frozenset[str]:
    environment = TEXTS._environment
    return frozenset(meta.find_undeclared_variables(environment.parse(path.read_text(encoding="utf-8")))) - {"label"}


def given() -> dict[str, tuple[str, set[str]]]:
    """The facts given with each moment whose call spells them out, and where that is."""
    facts: dict[str, tuple[str, set[str]]] = {}
    for name, call, _ in calls("handlers", "outreach"):
        if not call.args or any(keyword.arg is None for keyword in call.keywords):
            continue
        moment = call.args[0]
        if isinstance(moment, ast.Constant) and MOMENT.fullmatch(str(moment.value)):
            here = {str(keyword.arg) for keyword in call.keywords}
            _, before = facts.get(str(moment.value), ("", here))
            facts[str(moment.value)] = (f"{name}:{call.lineno}", here & before)
    return facts


@pytest.mark.parametrize("locale", TEXTS.locales)
def test_every_fact_that_words_mention_is_given(locale: str) -> None:
    """One that is not would fail only when somebody comes to that moment, in that language."""
    wrong = []
    spelled_out = given()
    for path in sources(locale):
        moment = str(path.relative_to(LOCALES / locale).with_suffix(""))
        at_home = LOCALES / HOME_LOCALE / f"{moment}.j2"
        where, facts = spelled_out.get(moment, (moment, set(facts_of(at_home))))
        if not facts_of(path) <= facts:
            wrong.append(f"{where}: {sorted(facts_of(path) - facts)}")
    assert wrong == []


def test_a_label_has_the_same_holes_in_every_language() -> None:
    texts = TEXTS
    for locale in texts.locales:
        for key in labels(locale):
            holes = [set(re.findall(r"{(\w+)", texts.label(where, key))) for where in (locale, HOME_LOCALE)]
            assert holes[0] == holes[1], (locale, key)
