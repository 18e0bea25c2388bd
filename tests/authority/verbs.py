"""按钮清点 — every verb that a talk's own code answers to, read from its syntax tree."""

from __future__ import annotations

import ast
from pathlib import Path

from handlers import menu

HANDLERS = Path(menu.__file__).parent


def answered() -> set[tuple[str, str]]:
    """Each prefix of the menu with each verb that its talk compares a button's second word with."""
    found: set[tuple[str, str]] = set()
    modules = {talk.__module__.rpartition(".")[2] for talk in menu.PRESSES.values()}
    for prefix, talk in menu.PRESSES.items():
        stem = talk.__module__.rpartition(".")[2]
        # A talk's parts are named like it; one that has a prefix of its own is a talk of its own.
        parts = [path for path in sorted(HANDLERS.glob(f"{stem}*.py")) if path.stem not in modules - {stem}]
        for path in parts:
            found |= {(prefix, verb) for verb in _verbs(ast.parse(path.read_text(encoding="utf-8")))}
    return found


def _verbs(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Match) and _is_verb(node.subject):
            for case in node.cases:
                found |= _first_words(case.pattern)
        elif isinstance(node, ast.Compare) and _is_verb(node.left):
            for against in node.comparators:
                found |= {
                    one.value
                    for one in ast.walk(against)
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return found


def _is_verb(node: ast.expr) -> bool:
    """`said.verb`, `verb`, `said.words[1:]` or `verb, *rest`."""
    match node:
        case ast.Attribute(attr="verb") | ast.Name(id="verb"):
            return True
        case ast.Subscript(value=ast.Attribute(attr="words"), slice=ast.Slice(lower=ast.Constant(value=1))):
            return True
        case ast.Tuple(elts=[first, *_]):
            return _is_verb(first)
    return False


def _first_words(pattern: ast.pattern) -> set[str]:
    match pattern:
        case ast.MatchValue(value=ast.Constant(value=str(word))):
            return {word}
        case ast.MatchSequence(patterns=[first, *_]):
            return _first_words(first)
        case ast.MatchOr(patterns=patterns):
            return set().union(*map(_first_words, patterns))
    return set()
