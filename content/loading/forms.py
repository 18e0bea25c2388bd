"""文书样式装载 — one file per paper of the ladder under forms/, with fixed places that the system fills in."""

import re

from content.loading.entry import Entry
from content.loading.page import Page
from domain.ladder import Rung
from domain.paper_form import PLACE, PaperForm

# What an editor may write in braces.
PLACES = {
    "企业": "enterprise", "隐患编号": "hazard", "隐患": "what", "地点": "where", "等级": "grade", "来源": "source",
    "发现日": "found_on", "整改期限": "due_on", "超期天数": "days", "超期工作日": "workdays", "今天": "today",
    "此前": "earlier", "回复日": "reply_on", "单位": "organ", "依据": "basis", "情况": "facts", "要求": "demand",
    "约谈时间": "meet_at", "约谈地点": "meet_place", "惩戒截止日": "until_on",
}  # fmt: skip
# Those that stand for other texts of the form may not stand in these texts themselves.
_OUTER = frozenset({"facts", "demand", "basis"})
_SERIES = re.compile(r"[\u4e00-\u9fff]{1,8}")
_FIELDS = ("step", "title", "series", "facts", "demand", "body", "basis", "basis_major")


def read_form(page: Page) -> PaperForm:
    """The form of one page; its places are named as the code does.

    Raises:
        ContentFault: a flawed field, a place that nobody fills, a brace without its other, no citation at all.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only(*_FIELDS)
    rung = whole.choice("step", Rung)
    if rung is Rung.REMINDER:
        raise whole.fault("fault-form-reminder", "step")
    if not whole.holds("basis"):
        raise whole.fault("fault-missing-field", field="basis")
    body = tuple(_known(whole, text, "body", at) for at, text in enumerate(whole.texts("body")))
    if not all(any(f"{{{name}}}" in text for text in body) for name in ("facts", "demand", "basis")):
        raise whole.fault("fault-form-body", "body")
    if not _SERIES.fullmatch(whole.text("series")):
        raise whole.fault("fault-form-series", "series")
    outer = {name: _known(whole, whole.text(name), name) for name in ("title", "facts", "demand")}
    for name, text in outer.items():
        if any(f"{{{inner}}}" in text for inner in _OUTER):
            raise whole.fault("fault-form-inside", name)
    return PaperForm(
        rung, outer["title"], whole.text("series"), outer["facts"], outer["demand"], body, whole.bases(),
        whole.bases("basis_major"),
    )  # fmt: skip


def _known(whole: Entry, text: str, *field: str | int) -> str:
    for name in PLACE.findall(text):
        if name not in PLACES:
            raise whole.fault("fault-place", *field, name=name, names=" ".join(PLACES))
    if "{" in (rest := PLACE.sub("", text)) or "}" in rest:
        raise whole.fault("fault-brace", *field)
    return PLACE.sub(lambda found: f"{{{PLACES[found[1]]}}}", text)
