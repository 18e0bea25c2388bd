"""启动 — `python -m bot …`: loads what the command needs and no more, and runs it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from bot.lean import explained_less, held_back
from outreach.storage.giving_back import one_arena

# What a shell says of a command that Ctrl-C has ended.
INTERRUPTED = 130


def main() -> None:
    """Run the command that the first word names, or say which there are."""
    try:
        load(sys.argv[1:])()
    except KeyboardInterrupt:
        # Ctrl-C while the code was still being loaded, before anybody listened for it.
        sys.exit(INTERRUPTED)


def load(words: list[str]) -> Callable[[], None]:
    """What runs the command of these words, with its code loaded."""
    one_arena()
    # Nearly all that is made meanwhile stays; looking through it again and again while it grows finds nothing.
    gc.disable()
    with held_back(), explained_less():
        from bot.starting import obey, start

        command: Callable[[], None] = start if words == ["run"] else _parsed(words)
    gc.freeze()
    gc.enable()
    return lambda: obey(command)


def _parsed(words: list[str]) -> Callable[[], None]:
    from bot.command_line import app_for

    return app_for(words[0] if words else "")


if __name__ == "__main__":
    main()
