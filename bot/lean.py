"""轻装 — what other libraries would bring along though nothing here uses it is not loaded with them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import SourceFileLoader
from types import CodeType

# Each is optional to whoever asks for it: colours and tables for tracebacks and help (structlog, typer), a command line
# (httpx), and the keys of Telegram Passport (python-telegram-bot; what seals our own loads it when it first seals).
# Together twelve megabytes and a tenth of a second.
UNUSED = ("rich", "httpx._main", "cryptography")


@contextmanager
def held_back(names: tuple[str, ...] = UNUSED) -> Iterator[None]:
    """Who imports one of these inside the block finds that it is not installed; one that is loaded already stays."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


# What libraries say of themselves is several megabytes that nobody reads while a process runs; what a command says of
# itself is its help.
KEPT = "bot"
LONG = 80
# inspect.CO_NEWLOCALS: the code of a function, whose first constant is what it says of itself. That of a class or a
# module names __doc__ and has it among the first two.
OF_A_FUNCTION = 2
# Later versions of Python say by a flag whether a function has one.
LAID_OUT_ANEW = (3, 13)
# Not empty: SQLAlchemy writes into some of them, and a dataclass without one makes one.
SHORT = "-"


@contextmanager
def explained_less() -> Iterator[None]:
    """What is imported inside the block keeps no long docstrings."""
    get_code = SourceFileLoader.get_code

    def shortened(loader: SourceFileLoader, name: str) -> CodeType | None:
        code = get_code(loader, name)
        if code is None or name.partition(".")[0] == KEPT or sys.version_info >= LAID_OUT_ANEW:
            return code
        return _shortened(code)

    SourceFileLoader.get_code = shortened  # type: ignore
    try:
        yield
    finally:
        SourceFileLoader.get_code = get_code  # type: ignore


def _shortened(code: CodeType) -> CodeType:
    old = code.co_consts
    new = [_shortened(one) if type(one) is CodeType else one for one in old]
    # Of a comprehension, whose name begins so, the first constant may be any text.
    if code.co_flags & OF_A_FUNCTION:
        places = 0 if code.co_name.startswith("<") else 1
    else:
        places = 2 if "__doc__" in code.co_names else 0
    new[:places] = [SHORT if type(one) is str and len(one) > LONG else one for one in new[:places]]
    return code if all(one is was for one, was in zip(new, old, strict=True)) else code.replace(co_consts=tuple(new))
