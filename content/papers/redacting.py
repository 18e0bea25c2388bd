"""去名 — takes names of persons and their numbers out of a text before it is hung up for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterable

WHO = "有关人员"
_DIGIT = "[0-9\uff10-\uff19]"
# Mobile and landline numbers, also in groups; and the number of an identity card.
_NUMBERS = re.compile(
    rf"(?<!{_DIGIT})(?:(?:\+?86[- ]?)?[1\uff11]{_DIGIT}{{2}}[- ]?{_DIGIT}{{4}}[- ]?{_DIGIT}{{4}}"
    rf"|[0\uff10]{_DIGIT}{{2,3}}[- ]?{_DIGIT}{{7,8}}|{_DIGIT}{{17}}[{_DIGIT[1:-1]}Xx])(?!{_DIGIT})"
)
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
# 王师傅, 老李, 小刘: how people are called who are not called by their name.
_CALLED = re.compile(
    rf"[{_SURNAMES}](?:师傅|经理|主任|厂长|老板|组长|班长|队长|主管|店长)|(?<![\u4e00-\u9fff])[老小][{_SURNAMES}](?![\u4e00-\u9fff]{{2}})"
)


def redacted(text: str, names: Iterable[str]) -> str:
    """The text with `names`, forms of address and telephone numbers replaced by words that name nobody."""
    return _CALLED.sub(WHO, unsigned(text, names))


def unsigned(text: str, names: Iterable[str]) -> str:
    """The text without `names` and telephone numbers: whoever wrote it into their own words is not named by them."""
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, WHO)
    return _NUMBERS.sub("（电话略）", text)
