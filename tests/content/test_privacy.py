"""The privacy notice: its quotations stand in the law, and a flawed file stops the start."""

from pathlib import Path

import pytest

from content.fault import ContentFault
from content.privacy import Privacy
from content.proofing.library import Library, holds
from content.statutes import installed_statutes
from content.texts import Texts

FOLDER = Path(__file__).parents[2] / "content"


def test_every_quotation_stands_in_its_article() -> None:
    library = Library(FOLDER, installed_statutes())
    for basis in Privacy.load().basis:
        text = library.article(basis.law, basis.article)
        assert text is not None and holds(text, basis.quote), f"{basis.law} {basis.article}"
        excerpt = library.excerpt(basis.law, basis.article)
        assert excerpt is not None and holds(excerpt, basis.quote), f"no excerpt: {basis.law} {basis.article}"


@pytest.mark.parametrize("moment", ["consent", "notice"])
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_notice_says_what_article_17_and_39_ask_for(moment: str, locale: str) -> None:
    privacy = Privacy.load()
    text = Texts().words(locale)(f"replies/privacy/{moment}", office=privacy.office, version=privacy.version)
    assert privacy.office.name in text and privacy.office.phone in text
    for wanted in ("Telegram Messenger Inc.", "/privacy", "telegram.org/privacy", "35"):
        assert wanted in text
    assert len(text.encode("utf-16-le")) // 2 <= 4096


@pytest.mark.parametrize(
    ("notice", "flaw"),
    [
        ("version = 0\nin_force_on = 2026-11-21", "version"),
        ('version = 1\nin_force_on = "soon"', "in_force_on"),
        ("version = 1", "in_force_on"),
        ('version = 1\nin_force_on = 2026-11-21\nlaw = "x"', "law"),
    ],
)
def test_a_flawed_notice_is_named_by_file(tmp_path: Path, notice: str, flaw: str) -> None:
    (tmp_path / "privacy.toml").write_text(notice, encoding="utf-8")
    (tmp_path / "office.toml").write_text('name = "x"\nphone = "1"', encoding="utf-8")
    with pytest.raises(ContentFault) as fault:
        Privacy.load(tmp_path)
    assert fault.value.file == "privacy.toml"


def test_an_office_without_a_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "privacy.toml").write_text("version = 1\nin_force_on = 2026-11-21", encoding="utf-8")
    (tmp_path / "office.toml").write_text('name = " "\nphone = "1"', encoding="utf-8")
    with pytest.raises(ContentFault):
        Privacy.load(tmp_path)
