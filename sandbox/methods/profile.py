"""机器人自己 — who it is, its command menus, menu button and descriptions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox import shown
from sandbox.apierror import bad_request
from sandbox.exchange import Exchange
from sandbox.parameters import Parameters

JSON = dict[str, Any]
MAX_COMMANDS = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators")


def get_me(exchange: Exchange, parameters: Parameters) -> JSON:
    """getMe."""
    return {
        **exchange.world.bot,
        "first_name": exchange.world.profile["name"],
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def done(exchange: Exchange, parameters: Parameters) -> bool:
    """logOut and close: nothing to leave here."""
    return True


def _scope(exchange: Exchange, parameters: Parameters) -> str:
    scope = parameters.table("scope") or {"type": "default"}
    kind = scope.get("type")
    if kind in _SCOPES:
        key = str(kind)
    elif kind in ("chat", "chat_administrators", "chat_member"):
        key = f"{kind}:{exchange.chat(str(scope.get('chat_id', ''))).id}"
        if kind == "chat_member":
            key += f":{Parameters(scope).integer('user_id')}"
    else:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    language = parameters.text("language_code")
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return f"{key}:{language}" if language else key


def _commit_commands(exchange: Exchange, scope: str, commands: list[JSON]) -> bool:
    exchange.commit({"t": "commands", "scope": scope, "commands": commands})
    narrow = scope.split(":")
    chats = list(exchange.world.chats.values())
    if narrow[0] == "chat":
        chats = [exchange.world.chats[int(narrow[1])]]
    elif len(chats) > 100:  # a crowd made by a load test has no panes
        chats = [chat for chat in chats if (who := exchange.world.people.get(chat.id)) and who.pane]
    for chat in chats:
        exchange.events.emit("commands", chat.id, commands=shown.commands_of(exchange.world, chat))
    return True


def set_my_commands(exchange: Exchange, parameters: Parameters) -> bool:
    """setMyCommands."""
    listed = parameters.items("commands")
    if listed is None:
        raise bad_request("can't parse commands JSON object")
    if len(listed) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands: list[JSON] = []
    for entry in listed:
        table = Parameters(entry if isinstance(entry, dict) else {})
        command, description = table.text("command").removeprefix("/").strip(), table.text("description").strip()
        if not command:
            raise bad_request("command must be non-empty")
        if not _COMMAND.fullmatch(command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not description:
            raise bad_request("command description must be non-empty")
        if len(description) > 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        commands.append({"command": command, "description": description})
    return _commit_commands(exchange, _scope(exchange, parameters), commands)


def delete_my_commands(exchange: Exchange, parameters: Parameters) -> bool:
    """deleteMyCommands."""
    return _commit_commands(exchange, _scope(exchange, parameters), [])


def get_my_commands(exchange: Exchange, parameters: Parameters) -> list[JSON]:
    """getMyCommands."""
    return exchange.world.commands.get(_scope(exchange, parameters), [])


def set_chat_menu_button(exchange: Exchange, parameters: Parameters) -> bool:
    """setChatMenuButton, for one chat or as the default."""
    button = parameters.table("menu_button") or {"type": "default"}
    if button.get("type") not in ("default", "commands", "web_app"):
        raise bad_request("can't parse MenuButton: Unsupported type specified")
    chat_id = exchange.chat(parameters.text("chat_id")).id if parameters.has("chat_id") else None
    exchange.commit({"t": "menu_button", "chat": chat_id, "button": button})
    return True


def get_chat_menu_button(exchange: Exchange, parameters: Parameters) -> JSON:
    """getChatMenuButton."""
    if parameters.has("chat_id"):
        return exchange.chat(parameters.text("chat_id")).menu_button or exchange.world.menu_button
    return exchange.world.menu_button


def _setter(field: str, name: str, limit: int) -> Callable[[Exchange, Parameters], bool]:
    def setter(exchange: Exchange, parameters: Parameters) -> bool:
        value = parameters.text(name)
        if len(value) > limit:
            raise bad_request(f"bot {name.replace('_', ' ')} is too long")
        if not parameters.text("language_code"):
            exchange.commit({"t": "profile", "field": field, "value": value})
        return True

    return setter


def _getter(field: str) -> Callable[[Exchange, Parameters], JSON]:
    def getter(exchange: Exchange, parameters: Parameters) -> JSON:
        return {field: exchange.world.profile.get(field, "")}

    return getter


METHODS: dict[str, Callable[[Exchange, Parameters], Any]] = {
    "getMe": get_me,
    "logOut": done,
    "close": done,
    "setMyCommands": set_my_commands,
    "deleteMyCommands": delete_my_commands,
    "getMyCommands": get_my_commands,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "setMyName": _setter("name", "name", 64),
    "getMyName": _getter("name"),
    "setMyDescription": _setter("description", "description", 512),
    "getMyDescription": _getter("description"),
    "setMyShortDescription": _setter("short_description", "short_description", 120),
    "getMyShortDescription": _getter("short_description"),
}
