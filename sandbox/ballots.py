"""计票 — votes in the bot's polls, and polls that close when their time is up."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox import shown
from sandbox.exchange import Exchange

JSON = dict[str, Any]


class VoteRefused(Exception):
    """This vote is not possible now."""


def _tell(exchange: Exchange, poll: JSON) -> None:
    chat = exchange.world.chats[poll["chat"]]
    card = chat.messages.get(poll["message"])
    if card is not None:
        exchange.show("poll", chat, card)


def close(exchange: Exchange, poll_id: str) -> None:
    """Close a poll for good and tell the bot and the page."""
    timer = exchange.timers.pop(poll_id, None)
    if timer is not None:
        timer.cancel()
    poll = exchange.world.polls[poll_id]
    if poll["is_closed"]:
        return
    exchange.commit({"t": "close_poll", "id": poll_id})
    _tell(exchange, poll)
    exchange.queue("poll", exchange.poll(poll_id), poll["chat"])


def schedule(exchange: Exchange, poll_id: str) -> None:
    """Close the poll when its time is up; needs a running loop."""
    poll = exchange.world.polls[poll_id]
    if poll["is_closed"] or not poll.get("close_date"):
        return
    left = poll["close_date"] - exchange.clock().timestamp()
    loop = asyncio.get_running_loop()
    exchange.timers[poll_id] = loop.call_later(max(0.0, left), close, exchange, poll_id)


def vote(exchange: Exchange, chat_id: int, message_id: int, places: list[int]) -> int | None:
    """Choose options by the place they are shown at (0-based; none takes a vote back); the id of the update.

    Raises VoteRefused.
    """
    chat = exchange.world.chats[chat_id]
    card = chat.messages.get(message_id)
    if card is None or "poll" not in card["body"]:
        raise VoteRefused("there is no poll in this message")
    poll_id = card["body"]["poll"]["id"]
    poll = exchange.world.polls[poll_id]
    numbers = shown.shown_order(poll)
    if poll["is_closed"]:
        raise VoteRefused("the poll is closed")
    if not all(isinstance(place, int) and 0 <= place < len(numbers) for place in places):
        raise VoteRefused("there is no such option")
    if len(places) > 1 and not poll["allows_multiple_answers"]:
        raise VoteRefused("only one option may be chosen")
    if poll["votes"].get(str(chat_id)) and not poll["allows_revoting"]:
        raise VoteRefused("this vote cannot be changed")
    chosen = sorted(numbers[place] for place in set(places))
    exchange.commit(
        {
            "t": "vote",
            "chat": chat_id,
            "id": poll_id,
            "person": chat_id,
            "options": chosen,
            "places": sorted(set(places)),
        }
    )
    _tell(exchange, poll)
    update_id = exchange.queue("poll", exchange.poll(poll_id), chat_id)
    if not poll["is_anonymous"]:
        answer = {
            "poll_id": poll_id,
            "user": exchange.world.people[chat_id].as_user(),
            "option_ids": chosen,
            "option_persistent_ids": [str(number) for number in chosen],
        }
        update_id = exchange.queue("poll_answer", answer, chat_id)
    return update_id
