"""群 — the groups of enterprises behind their robots: they outlive every house that dies, as Telegram does."""

from __future__ import annotations

import json

import aiohttp

from bot.wiring import House
from outreach.delivery.outcomes import Kind, Outcome
from outreach.fallback.forwarding import Open
from tests.faults.killing import Killer
from tests.faults.telegram_side import GROUP

# What the address of a group begins with; the rest names it.
PREFIX = "group://"


class Group:
    """One message after another to one group. How real robots answer is asked in tests/outreach/test_robots.py."""

    def __init__(self, name: str, url: str, killer: Killer) -> None:
        self._name, self._url, self._killer = name, url, killer

    async def send(self, text: str, title: str = "") -> Outcome:
        self._killer.method = "robot"
        self._killer.reach("before request")
        said = json.dumps({"group": self._name, "title": title, "text": text})
        async with aiohttp.ClientSession() as session, session.post(self._url, data=said) as answer:
            await answer.read()
        # It is there, and we do not know yet.
        self._killer.reach("before answer")
        return Outcome(Kind.SENT if answer.status == 200 else Kind.AMBIGUOUS, "")


def groups_at(house: House, killer: Killer) -> Open:
    """Opens the group at an address, on the side that outlives the house."""
    base = house.settings.bot_api_url.rstrip("/")

    async def opened(address: str) -> Group:
        assert address.startswith(PREFIX)
        return Group(address.removeprefix(PREFIX), f"{base}{GROUP}", killer)

    return opened
