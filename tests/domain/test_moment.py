"""A moment is read as people write it, and what could mean two is asked again rather than guessed."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from content.texts import Texts
from domain.moment import MEANINGS, MomentNotUnderstood, MomentPast, MomentTooFar, read_moment
from domain.refusal import Refusal

ZONE = ZoneInfo("Asia/Shanghai")
LABEL = Texts.shipped("Asia/Shanghai").words("zh-CN").label
SPOKEN = {word: meaning for meaning in MEANINGS for word in LABEL(f"moment.{meaning}").split()}
NOW = datetime(2026, 6, 1, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


def there(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("6月3日 14:30", "2026-06-03 14:30"),
        ("2026-06-03 14:30", "2026-06-03 14:30"),
        ("2026年6月3日14点30分", "2026-06-03 14:30"),
        ("６月３日　１４：３０", "2026-06-03 14:30"),
        ("16:00", "2026-06-01 16:00"),
        ("今天下午2:30", "2026-06-01 14:30"),
        ("下午 3点", "2026-06-01 15:00"),
        ("明天 9:00", "2026-06-02 09:00"),
        ("明天上午9点", "2026-06-02 09:00"),
        ("明早8点半", "2026-06-02 08:30"),
        ("今晚8点", "2026-06-01 20:00"),
        ("后天中午12点", "2026-06-03 12:00"),
        ("6月3号下午2点05分", "2026-06-03 14:05"),
        ("6/3 14:30 发", "2026-06-03 14:30"),
        ("6月2日凌晨12点10分", "2026-06-02 00:10"),
        ("6月30日23:59", "2026-06-30 23:59"),
    ],
)
def test_a_moment_is_read_however_it_is_written(typed: str, meant: str) -> None:
    assert read_moment(typed, NOW, ZONE, SPOKEN) == there(meant)


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("昨天", MomentNotUnderstood),
        ("", MomentNotUnderstood),
        ("14", MomentNotUnderstood),
        ("13月40日 25:61", MomentNotUnderstood),
        ("2月29日 9:00", MomentNotUnderstood),
        ("6月31日 9:00", MomentNotUnderstood),
        ("周五 9:00", MomentNotUnderstood),
        ("下周一上午9点", MomentNotUnderstood),
        ("昨天 16:00", MomentNotUnderstood),
        ("晚上12点", MomentNotUnderstood),
        ("晚上1点", MomentNotUnderstood),
        ("下午25点", MomentNotUnderstood),
        ("6月3日 24:00", MomentNotUnderstood),
        ("9:00 或 10:00", MomentNotUnderstood),
        ("9" * 5000, MomentNotUnderstood),
        ("9:30", MomentPast),
        ("2026-05-31 23:00", MomentPast),
        ("5月31日 23:00", MomentTooFar),
        ("9999-12-31 23:59", MomentTooFar),
    ],
)
def test_what_is_no_moment_to_come_is_refused(typed: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_moment(typed, NOW, ZONE, SPOKEN)
