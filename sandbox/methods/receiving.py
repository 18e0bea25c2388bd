"""收取 — getUpdates, and the settings of the webhook."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sandbox.apierror import bad_request, conflict
from sandbox.exchange import Exchange
from sandbox.parameters import Parameters

JSON = dict[str, Any]
KINDS = frozenset(
    (
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "guest_message",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
        "managed_bot",
    )
)
MAX_WAIT = 50
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


class RawResult:
    """A result that is JSON text already."""

    def __init__(self, text: str) -> None:
        self.text = text


def _allow(exchange: Exchange, parameters: Parameters) -> None:
    """Remember which kinds the bot wants; an empty list means the default, absence leaves things as they are."""
    listed = parameters.items("allowed_updates")
    if listed is None:
        return
    kinds = sorted({kind for kind in listed if isinstance(kind, str) and kind in KINDS}) or None
    if kinds != exchange.world.allowed_updates:
        exchange.commit({"t": "allowed", "kinds": kinds})


async def get_updates(exchange: Exchange, parameters: Parameters) -> RawResult:
    """getUpdates: confirms what is below the offset, then waits up to `timeout` seconds for more."""
    if exchange.world.webhook:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    _allow(exchange, parameters)
    limit = parameters.integer("limit", 100)
    exchange.confirm(exchange.updates.confirmed_by(parameters.integer("offset")))
    await exchange.updates.wait(min(MAX_WAIT, parameters.integer("timeout")))
    return RawResult(exchange.updates.batch(limit if 1 <= limit <= 100 else 100))


def _drop(exchange: Exchange, parameters: Parameters) -> None:
    if parameters.truth("drop_pending_updates"):
        exchange.confirm(list(exchange.updates.pending))


async def set_webhook(exchange: Exchange, parameters: Parameters) -> bool:
    """setWebhook; unlike Telegram the sandbox also calls plain http. An empty URL removes the webhook."""
    url = parameters.text("url")
    if not url:
        return await delete_webhook(exchange, parameters)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = parameters.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(exchange, parameters)
    _drop(exchange, parameters)
    connections = parameters.integer("max_connections") or 40
    webhook = {
        "url": url,
        "secret": secret,
        "max_connections": max(1, min(100, connections)),
        "ip_address": parameters.text("ip_address"),
    }
    exchange.updates.interrupt("terminated by setWebhook request")
    if webhook != exchange.world.webhook:
        exchange.commit({"t": "webhook", "webhook": webhook})
        await exchange.restart_pushing()
    return True


async def delete_webhook(exchange: Exchange, parameters: Parameters) -> bool:
    """deleteWebhook."""
    if exchange.world.webhook:
        exchange.commit({"t": "webhook", "webhook": {}})
        await exchange.restart_pushing()
    _drop(exchange, parameters)
    return True


def get_webhook_info(exchange: Exchange, parameters: Parameters) -> JSON:
    """getWebhookInfo."""
    webhook = exchange.world.webhook
    info: JSON = {
        "url": webhook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(exchange.updates.pending),
    }
    if webhook:
        info["max_connections"] = webhook["max_connections"]
        info["ip_address"] = webhook["ip_address"] or "127.0.0.1"
        if exchange.pusher is not None and exchange.pusher.last_error:
            info["last_error_date"], info["last_error_message"] = exchange.pusher.last_error
    if exchange.world.allowed_updates:
        info["allowed_updates"] = exchange.world.allowed_updates
    return info


METHODS = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
