"""群成员 — whether somebody is an admin of a group, as Telegram says it at this moment; nothing of it is kept."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram.constants import ChatMemberStatus

LOG = structlog.get_logger("membership")
ADMINS = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


async def is_admin(bot: Bot, chat_id: int, person_id: int) -> bool:
    """Whether the person is an owner or administrator of the group; no when Telegram does not say so."""
    try:
        member = await bot.get_chat_member(chat_id, person_id)
    except Exception as fault:
        # Also an answer that describes no member, of which the framework makes whatever it likes.
        LOG.info("membership_unknown", fault=type(fault).__name__)
        return False
    return member.status in ADMINS
