"""公文纸 — a paper of the bureau with number, addressee, text, the place of its seal and a signer: PDF and Word."""

from datetime import datetime
from io import BytesIO

from content.papers.glyphs import printable
from content.papers.press import press
from content.wording import say
from domain.paper_form import Letter

_BODY_PT, _TITLE_PT = 16, 22


def letter_pdf(letter: Letter, printed_at: datetime) -> bytes:
    """The paper as an A4 PDF; the same letter gives the same bytes. Call it off the event loop."""
    return press("letter", _data(letter), {}, printed_at)


def letter_word(letter: Letter, made_at: datetime) -> bytes:
    """The same as a Word file, for an office that edits or prints there. Call it off the event loop."""
    # Loaded when first needed: few processes ever make a Word file.
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = Cm(3.7), Cm(3.5), Cm(2.8), Cm(2.6)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = say("letter-font"), Pt(_BODY_PT)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), say("letter-font"))
    document.core_properties.title = letter.title
    document.core_properties.author = letter.organ
    document.core_properties.created = document.core_properties.modified = made_at.replace(tzinfo=None)

    def line(
        text: str, align: WD_ALIGN_PARAGRAPH, *, size: int = _BODY_PT, bold: bool = False, indent: bool = False,
        is_kept: bool = False,
    ) -> None:  # fmt: skip
        paragraph = document.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        # The seal stands on the page of the last words: one with nothing else could be put under anything.
        paragraph.paragraph_format.keep_with_next = is_kept
        paragraph.paragraph_format.line_spacing = Pt(30)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * _BODY_PT)
        run = paragraph.add_run(_clean(text))
        run.bold, run.font.size = bold, Pt(size)

    left, centre, right = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
    line(letter.title, centre, size=_TITLE_PT, bold=True)
    line(letter.number or say("letter-unnumbered"), centre)
    line(say("letter-to", addressee=letter.addressee), left)
    for at, text in enumerate(letter.paragraphs, start=1):
        line(text, left, indent=True, is_kept=at == len(letter.paragraphs))
    line("", left, is_kept=True)
    line(letter.organ, right, is_kept=True)
    line(say("letter-seal"), right, is_kept=True)
    signer = say("letter-signer", signer=letter.signer) if letter.signer else say("letter-unsigned")
    line(signer, right, is_kept=True)
    line(letter.signed_on or say("letter-undated"), right)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _data(letter: Letter) -> dict[str, object]:
    return {
        "title": letter.title, "number": letter.number, "addressee": letter.addressee,
        "paragraphs": list(letter.paragraphs), "organ": letter.organ, "signer": letter.signer,
        "signed_on": letter.signed_on,
    }  # fmt: skip


def _clean(text: str) -> str:
    """Without control characters, which XML has no place for; a character that our own fonts lack Word may have."""
    drawn, absent = printable(text)
    return (
        drawn if not absent else "".join(char for char in text if char in absent or char == "\n" or char.isprintable())
    )
