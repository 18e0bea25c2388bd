"""Law texts: what people type as a reference, what a bureau imports, and what is at hand without an import."""

import pytest

from content.catalogue import Catalogue
from content.fault import ContentFault
from content.loading.law_text import read_law_text
from content.numerals import asked_for
from content.statutes import Statutes
from domain.law import meant

TEXT = """# 某地消防条例
- 版本：2026-01-01 起施行

第一章 总则
第一条　为了预防火灾，制定本条例。
第一条之一　二款在下一行。
（一）这里是一项；
第二章 责任
**第二条** 单位负责人是消防责任人。
"""


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("安全生产法 41", ("安全生产法", "41")),
        ("《安全生产法》第四十一条", ("安全生产法", "41")),
        ("安全生产法第41条", ("安全生产法", "41")),
        ("刑法134条之一", ("刑法", "134-1")),
        ("刑法第一百三十四条之一", ("刑法", "134-1")),
        ("刑法 134-1", ("刑法", "134-1")),
        ("消防法二十八条", ("消防法", "28")),
        ("第41条", None),
        ("安全出口锁了", None),
        ("", None),
    ],
)
def test_a_reference_is_read_however_it_is_typed(typed: str, wanted: tuple[str, str] | None) -> None:
    assert asked_for(typed) == wanted


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_law_is_read_article_by_article(encoding: str) -> None:
    law = read_law_text("a.txt", TEXT.encode(encoding))
    assert (law.short, law.version) == ("某地消防条例", "2026-01-01 起施行")
    assert law.articles == {
        "1": "为了预防火灾，制定本条例。",
        "1-1": "二款在下一行。\n（一）这里是一项；",
        "2": "单位负责人是消防责任人。",
    }
    named = read_law_text("a.txt", TEXT.encode(encoding), "消防条例", "2027 版")
    assert (named.short, named.version) == ("消防条例", "2027 版")


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"\xff\xfe\x00\x01", 1),
        (b"PK\x03\x04\x00\x00", 1),
        ("只有一句话".encode(), 1),
        (TEXT.replace("- 版本：2026-01-01 起施行", "").encode(), 1),
        (TEXT.replace("第二条", "第一条").encode(), 9),
    ],
    ids=["no text", "a packed file", "no article", "no version", "twice"],
)
def test_a_flawed_law_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(ContentFault) as fault:
        read_law_text("a.txt", data)
    assert fault.value.line == line


def test_without_the_package_there_are_excerpts_that_say_so(catalogue: Catalogue) -> None:
    shelf = Statutes(catalogue.folder, None)
    (law,) = meant(shelf.laws, "安全生产法")
    assert not law.is_whole and "2021" in law.version
    articles = shelf.articles(law)
    assert "排查治理制度" in articles["41"]
    assert "999" not in articles


def test_with_the_package_a_statute_is_whole(catalogue: Catalogue) -> None:
    shelf = catalogue.statutes
    (law,) = meant(shelf.laws, "安全生产法")
    whole, excerpt = shelf.articles(law), Statutes(catalogue.folder, None)
    assert law.is_whole and len(whole) == 119
    assert whole["21"] == excerpt.articles(meant(excerpt.laws, "安全生产法")[0])["21"]
    # An order of a ministry is not in the package.
    assert not meant(shelf.laws, "工贸企业重大事故隐患判定标准")[0].is_whole


def test_a_part_of_a_name_finds_the_shortest_names_first(catalogue: Catalogue) -> None:
    found = meant(catalogue.statutes.laws, "安全生产")
    assert found[0].short == "安全生产法" and len(found) > 1
    assert meant(catalogue.statutes.laws, "没有这部法") == ()
