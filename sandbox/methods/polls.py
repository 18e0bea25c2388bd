"""投票 — sendPoll and stopPoll, with the limits of polls and quizzes."""

from __future__ import annotations

from typing import Any

from sandbox import ballots
from sandbox.apierror import bad_request
from sandbox.entities import utf16_length
from sandbox.exchange import Exchange
from sandbox.markup import inline_keyboard
from sandbox.methods.sending import deliver, formatted
from sandbox.parameters import Parameters

JSON = dict[str, Any]
MAX_QUESTION = 300
MAX_OPTIONS = 12
MAX_OPTION = 100
MAX_EXPLANATION = 200
MAX_LINE_FEEDS = 2
OPEN_PERIOD = range(5, 2_628_001)


def _options(listed: list[Any] | None) -> list[JSON]:
    if not listed:
        raise bad_request("poll must have at least 1 option")
    if len(listed) > MAX_OPTIONS:
        raise bad_request(f"poll can't have more than {MAX_OPTIONS} options")
    options: list[JSON] = []
    for option in listed:
        table = Parameters(option if isinstance(option, dict) else {"text": option})
        text, entities = formatted(
            table.text("text"), table.text("text_parse_mode"), table.items("text_entities"), is_searched=False
        )
        if not text:
            raise bad_request("poll options must be non-empty")
        if utf16_length(text) > MAX_OPTION:
            raise bad_request(f"poll options length must not exceed {MAX_OPTION}")
        options.append({"text": text, "text_entities": entities} if entities else {"text": text})
    return options


def _explanation(parameters: Parameters) -> JSON:
    text, entities = formatted(
        parameters.text("explanation"),
        parameters.text("explanation_parse_mode"),
        parameters.items("explanation_entities"),
    )
    if utf16_length(text) > MAX_EXPLANATION or text.count("\n") > MAX_LINE_FEEDS:
        raise bad_request("message is too long")
    return {"explanation": text, "explanation_entities": entities} if text else {}


def _right_answers(parameters: Parameters, count: int, is_many: bool) -> list[int]:
    listed = parameters.items("correct_option_ids")
    if listed is None and parameters.has("correct_option_id"):
        listed = [parameters.integer("correct_option_id", -1)]
    if not listed or not all(isinstance(number, int) and 0 <= number < count for number in listed):
        raise bad_request("wrong correct option ID specified")
    if len(listed) > 1 and not is_many:
        raise bad_request("wrong correct option ID specified")
    return sorted(set(listed))


def _closing(exchange: Exchange, parameters: Parameters) -> JSON:
    if parameters.has("open_period"):
        period = parameters.integer("open_period")
        if period not in OPEN_PERIOD:
            raise bad_request("wrong poll open period specified")
        return {"open_period": period, "close_date": exchange.now() + period}
    if parameters.has("close_date"):
        at = parameters.integer("close_date")
        if at - exchange.now() not in OPEN_PERIOD:
            raise bad_request("wrong poll close date specified")
        return {"close_date": at}
    return {}


def send_poll(exchange: Exchange, parameters: Parameters) -> JSON:
    """sendPoll."""
    question, marks = formatted(
        parameters.text("question"),
        parameters.text("question_parse_mode"),
        parameters.items("question_entities"),
        is_searched=False,
    )
    if not question:
        raise bad_request("poll question must be non-empty")
    if utf16_length(question) > MAX_QUESTION:
        raise bad_request(f"poll question length must not exceed {MAX_QUESTION}")
    kind = parameters.text("type", "regular") or "regular"
    if kind not in ("regular", "quiz"):
        raise bad_request("unsupported poll type specified")
    options = _options(parameters.items("options"))
    is_many = parameters.truth("allows_multiple_answers")
    poll: JSON = {
        "question": question,
        "options": options,
        "is_closed": parameters.truth("is_closed"),
        "is_anonymous": parameters.truth("is_anonymous", True),
        "type": kind,
        "allows_multiple_answers": is_many,
        "members_only": parameters.truth("members_only"),
        "allows_revoting": parameters.truth("allows_revoting", kind == "regular"),
        "votes": {},
    }
    if marks:
        poll["question_entities"] = marks
    if kind == "quiz":
        poll["correct_option_ids"] = _right_answers(parameters, len(options), is_many)
        poll.update(_explanation(parameters))
    if parameters.truth("shuffle_options"):
        poll["shuffle_options"] = True
    poll.update(_closing(exchange, parameters))
    chat = exchange.writable(parameters.text("chat_id"))
    poll["id"] = str(5_000_000_000_000_000_000 + exchange.world.number() * 1_000_003)
    # The poll is committed first: a message that refers to it must never be replayed without it.
    exchange.commit(
        {"t": "poll", "chat": chat.id, "message": chat.last_id + 1, "number": exchange.world.counter, "poll": poll}
    )
    sent = deliver(exchange, chat, parameters, {"poll": {"id": poll["id"]}})
    ballots.schedule(exchange, poll["id"])
    return sent


def stop_poll(exchange: Exchange, parameters: Parameters) -> JSON:
    """stopPoll: closes the bot's poll for good and returns it."""
    chat = exchange.chat(parameters.text("chat_id"))
    card = chat.messages.get(parameters.message_id())
    if card is None:
        raise bad_request("message with poll to stop not found")
    if card["by"] != "bot" or "poll" not in card["body"]:
        raise bad_request("message is not a poll")
    poll_id = card["body"]["poll"]["id"]
    if exchange.world.polls[poll_id]["is_closed"]:
        raise bad_request("poll has already been closed")
    keyboard = inline_keyboard(parameters)
    body = {key: value for key, value in card["body"].items() if key != "reply_markup"}
    if keyboard:
        body["reply_markup"] = keyboard
    if body != card["body"]:
        exchange.commit({"t": "edit", "chat": chat.id, "id": card["id"], "body": body, "date": None})
    ballots.close(exchange, poll_id)
    return exchange.poll(poll_id)


METHODS = {"sendPoll": send_poll, "stopPoll": stop_poll}
