"""Which addresses are read, and when a notice goes the other way."""

from __future__ import annotations

import pytest

from domain.fallback import Address, AddressNotUnderstood, Heard, Service, Why, read_address, why_forward

DING = "https://oapi.dingtalk.com/robot/send?access_token="
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
KEY = "a1b2c3d4" * 4


@pytest.mark.parametrize(
    ("typed", "service", "url"),
    [
        (f"{DING}{KEY}", Service.DINGTALK, f"dingtalk://{KEY}"),
        (f" {DING}{KEY}\nSEC{KEY} ", Service.DINGTALK, f"dingtalk://SEC{KEY}@{KEY}"),
        (f"{WECOM}{KEY[:8]}-{KEY[:4]}-11", Service.WECOM, f"wecombot://{KEY[:8]}-{KEY[:4]}-11"),
        (f"https://open.feishu.cn/open-apis/bot/v2/hook/{KEY}", Service.FEISHU, f"feishu://{KEY}"),
        (f"https://open.larksuite.com/open-apis/bot/v2/hook/{KEY}", Service.LARK, f"lark://{KEY}"),
    ],
)
def test_the_three_robots_are_known(typed: str, service: Service, url: str) -> None:
    read = read_address(typed)
    assert read == Address(service, url)
    assert KEY not in repr(read)


@pytest.mark.parametrize(
    "typed",
    [
        "", "你好", "json://127.0.0.1/x", "http://169.254.169.254/latest", "file:///etc/passwd", DING,
        f"{DING}short",
        f"{DING}{KEY}&x=1", f"{DING}{KEY}@127.0.0.1", f"https://oapi.dingtalk.com.evil.cn/robot/send?access_token={KEY}",
        f"{WECOM}{KEY} SEC{KEY}", f"{DING}{KEY} SEC{KEY} more", f"{DING}{KEY}/../x", f"http{DING[5:]}{KEY}",
        "mailto://me:pw@example.org",
    ],
)  # fmt: skip
def test_nothing_else_is_called(typed: str) -> None:
    with pytest.raises(AddressNotUnderstood):
        read_address(typed)


@pytest.mark.parametrize(
    ("heard", "why"),
    [
        (Heard(), Why.VACANT),
        (Heard(unreached=2), Why.UNREACHED),
        (Heard(unreached=1, late=1), Why.SILENT),
        (Heard(late=1, read=1), None),
        (Heard(unreached=1, waiting=1), None),
        (Heard(late=1, early=1), None),
    ],
)
def test_it_goes_the_other_way_when_nobody_has_read_it_and_nobody_may_yet(heard: Heard, why: Why | None) -> None:
    assert why_forward(heard) is why
