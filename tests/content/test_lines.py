"""Lines of a content file are told right, whatever is written between them."""

from content.loading.lines import index_lines
from content.loading.page import Page

TEXT = '''# a comment with [brackets] and key = 1
id = "one"  # id = "two"
names = ["a", "b]", 'c,d']

[[part]]
title = "first = [x]"
note = """
[[part]]
title = "not a key"
"""

  [[part.item]]
  basis = [
    # nothing here
    { law = "甲", quote = "第[一]、" },

    { law = "乙", quote = """
    two lines""" },
  ]

[[part]]
[[part.item]]
id = "x"
[[part.item]]
id = "y"

[articles]
5 = "five"
"134-1" = "branch"
'''


def test_each_key_header_and_member_has_its_line():
    found = index_lines(TEXT)
    assert found[("id",)] == 2
    assert [found[("names", at)] for at in range(3)] == [3, 3, 3]
    assert found[("part", 0, "title")] == 6
    assert found[("part", 0, "item", 0)] == 12
    assert [found[("part", 0, "item", 0, "basis", at)] for at in range(2)] == [15, 17]
    assert found[("part", 1)] == 21
    assert [found[("part", 1, "item", at, "id")] for at in range(2)] == [23, 25]
    assert found[("articles", "5")] == 28
    assert found[("articles", "134-1")] == 29
    assert ("part", 2) not in found


def test_every_value_of_the_page_is_on_the_line_told():
    page = Page("page.toml", TEXT)
    rows = TEXT.splitlines()
    assert "first" in rows[page.line(("part", 0, "title")) - 1]
    assert "乙" in rows[page.line(("part", 0, "item", 0, "basis", 1)) - 1]


def test_what_is_not_there_is_told_by_its_nearest_parent():
    page = Page("page.toml", TEXT)
    assert page.line(("part", 1, "item", 1, "title")) == 24
    assert page.line(("nothing",)) == 1
