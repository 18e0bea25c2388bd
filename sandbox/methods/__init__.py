"""方法 — the Bot API methods the sandbox knows, by lower-case name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.exchange import Exchange
from sandbox.methods import chats, editing, media, polls, profile, receiving, sending
from sandbox.parameters import Parameters

Method = Callable[[Exchange, Parameters], Any]

METHODS: dict[str, tuple[str, Method]] = {
    name.lower(): (name, method)
    for module in (sending, media, editing, polls, receiving, profile, chats)
    for name, method in module.METHODS.items()
}
