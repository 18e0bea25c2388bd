"""备用渠道 — where an enterprise is told of a notice that nobody there could be told of, or nobody has read."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from domain.refusal import Refusal

# So long after it was sent a notice that nobody at the enterprise has read goes the other way too.
UNREAD_FOR = timedelta(hours=24)
UNREAD_URGENT_FOR = timedelta(hours=1)


class Service(StrEnum):
    """What kind of address it is: a group robot of 钉钉, 企业微信 or 飞书, or one that the operator set."""

    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"
    LARK = "lark"
    OTHER = "other"

    @property
    def most_bytes(self) -> int:
        """How long a message there may be in UTF-8; what is longer is refused as a whole.

        https://developer.work.weixin.qq.com/document/path/91770: 2048 bytes; the others take 20 kB. Behind the
        operator's own address may be anything, such as a gateway that sends letters by the dozen.
        """
        return 2048 if self in (Service.WECOM, Service.OTHER) else 20_000


class Why(StrEnum):
    """Why it goes the other way: nobody there has an account, nobody could be reached, or nobody has read it; or what
    was told there is taken back.
    """

    VACANT = "vacant"
    UNREACHED = "unreached"
    SILENT = "silent"
    RECALLED = "recalled"


class AddressNotUnderstood(Refusal):
    """What was typed is not the address of a group robot of 钉钉, 企业微信 or 飞书."""


class FallbackUnavailable(Refusal):
    """This installation cannot send to group robots."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to send; `url` holds a token, so it is in no log and no repr."""

    service: Service
    url: str

    def __repr__(self) -> str:
        return f"Address({self.service})"


# The addresses that these services give out, and what apprise calls them; hosts are theirs, never somebody's own.
_KNOWN = (
    (Service.DINGTALK, r"https://oapi\.dingtalk\.com/robot/send\?access_token=([A-Za-z0-9]{16,128})", "dingtalk://{}"),
    (Service.WECOM, r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=([A-Za-z0-9-]{16,64})", "wecombot://{}"),
    (Service.FEISHU, r"https://open\.feishu\.cn/open-apis/bot/v2/hook/([A-Za-z0-9-]{8,64})", "feishu://{}"),
    (Service.LARK, r"https://open\.larksuite\.com/open-apis/bot/v2/hook/([A-Za-z0-9-]{8,64})", "lark://{}"),
)
_SIGNATURE = re.compile(r"SEC[A-Za-z0-9]{16,128}")


def read_address(typed: str) -> Address:
    """The address in a copied link, with DingTalk's 加签 secret (SEC…) after it if it has one.

    Raises AddressNotUnderstood for anything else, so that nobody has the server call a place of their choice.
    """
    words = typed.split()
    if words and len(words) <= 2:
        for service, pattern, form in _KNOWN:
            found = re.fullmatch(pattern, words[0])
            if found is None:
                continue
            if len(words) == 1:
                return Address(service, form.format(found[1]))
            if service is Service.DINGTALK and _SIGNATURE.fullmatch(words[1]):
                return Address(service, form.format(f"{words[1]}@{found[1]}"))
    raise AddressNotUnderstood


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one notice at one enterprise: how many of its people each.

    late: were sent it and have not pressed 已阅 in time; early: have time left yet.
    """

    read: int = 0
    waiting: int = 0
    unreached: int = 0
    late: int = 0
    early: int = 0


def why_forward(heard: Heard) -> Why | None:
    """Why the notice must go the other way; None when somebody has read it, or may yet."""
    if heard.read or heard.waiting or heard.early:
        return None
    if heard.late:
        return Why.SILENT
    return Why.UNREACHED if heard.unreached else Why.VACANT
