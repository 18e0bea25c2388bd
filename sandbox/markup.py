"""键盘 — reply_markup as Telegram checks it: inline keyboards, reply keyboards, their removal, forced replies."""

from __future__ import annotations

import re
from typing import Any

from sandbox.apierror import ApiError, bad_request
from sandbox.parameters import Parameters

JSON = dict[str, Any]
MAX_BUTTONS = 100
MAX_IN_ROW = 8
_URL = re.compile(r"(?:https?://[^\s/?#]+\S*|tg://\S+|(?:[\w-]+\.)+[a-zA-Z]{2,}(?:[/?#]\S*)?)")
_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_STYLES = ("primary", "success", "danger")


def _broken(what: str, words: str) -> ApiError:
    return bad_request(f"can't parse {what}: {words}")


def _rows(rows: Any, what: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise _broken(f"{what} JSON object", 'Field "keyboard" must be of type Array')
    for row in rows:
        if not isinstance(row, list):
            raise _broken(f"{what} button row", "Expected an Array of Array of buttons")
        if len(row) > MAX_IN_ROW:
            raise bad_request("reply markup is too long")
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _style(button: JSON, face: JSON) -> None:
    style = button.get("style")
    if style is not None:
        if style not in _STYLES:
            raise bad_request("invalid button style specified")
        face["style"] = style


def _inline_button(button: Any) -> JSON:
    what = "inline keyboard button"
    if not isinstance(button, dict):
        raise _broken(what, "Expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _broken(what, 'Can\'t find field "text"' if text is None else 'Field "text" must be of type String')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    face: JSON = {"text": text.strip()}
    _style(button, face)
    actions = [name for name in _ACTIONS if button.get(name) is not None]
    if not actions:
        raise _broken(what, "Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _broken(what, "Button must have exactly one action")
    action, value = actions[0], button[actions[0]]
    if action == "callback_data":
        if not isinstance(value, str) or not 1 <= len(value.encode("utf-8", "replace")) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        if not isinstance(value, str) or not _URL.fullmatch(value):
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
    elif action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= 256:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")
    elif action == "web_app" and not (isinstance(value, dict) and str(value.get("url", "")).startswith("https://")):
        raise bad_request("inline keyboard button Web App URL is invalid: Only HTTPS links are allowed")
    face[action] = value
    return face


def _reply_button(button: Any) -> JSON:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise _broken("keyboard button", 'Field "text" must be of type String')
    face: JSON = {"text": button["text"].strip()}
    if not face["text"]:
        raise bad_request("keyboard button text must be non-empty")
    _style(button, face)
    asked = [name for name in ("request_contact", "request_location") if button.get(name)]
    if len(asked) > 1:
        raise _broken("keyboard button", "Button must have exactly one action")
    for name in asked:
        face[name] = True
    return face


def inline_keyboard(parameters: Parameters) -> JSON | None:
    """The inline keyboard of an edit; {} if it is emptied, None if it is not given; raises 400 for other markup."""
    markup = parameters.table("reply_markup")
    if markup is None:
        return None
    if "inline_keyboard" not in markup:
        if markup:
            raise bad_request("inline keyboard expected")
        return {}
    rows = _rows(markup["inline_keyboard"], "inline keyboard")
    return {"inline_keyboard": [[_inline_button(button) for button in row] for row in rows]} if rows else {}


def markup_of(parameters: Parameters) -> tuple[JSON | None, JSON | None]:
    """Of a new message: its inline keyboard, and what it does to the reply keyboard ({} removes it)."""
    markup = parameters.table("reply_markup")
    if not markup:
        return None, None
    if "inline_keyboard" in markup:
        return inline_keyboard(parameters) or None, None
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "reply keyboard")]
        if not rows:
            raise bad_request("can't parse reply keyboard markup JSON object: keyboard must be non-empty")
        keyboard: JSON = {"keyboard": rows}
        hint = markup.get("input_field_placeholder")
        if hint is not None:
            if not isinstance(hint, str) or not 1 <= len(hint) <= 64:
                raise bad_request("input field placeholder must be 1-64 characters long")
            keyboard["input_field_placeholder"] = hint
        for flag in ("resize_keyboard", "one_time_keyboard", "is_persistent", "selective"):
            if markup.get(flag):
                keyboard[flag] = True
        return None, keyboard
    if markup.get("remove_keyboard") is True:
        return None, {}
    if markup.get("force_reply") is True:
        return None, {"force_reply": True}
    raise bad_request("can't parse reply keyboard markup JSON object")
