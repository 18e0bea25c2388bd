"""企业 — credit codes, phones, texts and the rules of a register row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.enterprise import (
    CreditCodeFault,
    EnterpriseEntry,
    PersonEntry,
    RiskClass,
    credit_check_digit,
    credit_code_fault,
    normalise_credit_code,
    strange_characters,
)
from domain.phone import PhoneFault, is_mobile, normalise_phone, phone_fault, spoken_phone
from domain.register import Column, Problem, ProblemCode, read_entry
from domain.text import is_blank, tidy

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
HEADS = st.tuples(
    st.sampled_from("159Y"),
    st.sampled_from("1239"),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
).map("".join)


@given(HEADS)
def test_a_code_with_its_check_digit_is_right_and_with_any_other_wrong(head: str) -> None:
    right = credit_check_digit(head)
    assert credit_code_fault(head + right) is None
    for other in ALPHABET:
        if other != right:
            assert credit_code_fault(head + other) is CreditCodeFault.CHECK_DIGIT


@given(HEADS, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_changed_character_is_always_noticed(head: str, place: int, char: str) -> None:
    code = head + credit_check_digit(head)
    changed = code[:place] + char + code[place + 1 :]
    assert changed == code or credit_code_fault(changed) is not None


@given(HEADS, st.integers(8, 15))
def test_two_neighbours_changed_over_are_always_noticed(head: str, place: int) -> None:
    code = head + credit_check_digit(head)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or credit_code_fault(swapped) is CreditCodeFault.CHECK_DIGIT


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("91350100M000100Y43", None),  # the worked example of the standard
        (" 91350100m000100y43 ", None),
        ("９１３５０１００Ｍ０００１００Ｙ４３", None),
        ("9135 0100 M000 100Y 43", None),
        ("91350100M000100Y44", CreditCodeFault.CHECK_DIGIT),
        ("91350100M000100Y4", CreditCodeFault.LENGTH),
        ("330200000012345", CreditCodeFault.LENGTH),
        ("9135O100M000100Y43", CreditCodeFault.CHARACTER),
        ("91350I00M000100Y43", CreditCodeFault.CHARACTER),
        ("9135A100M000100Y43", CreditCodeFault.CHARACTER),
        ("000000000000000000", CreditCodeFault.CHARACTER),
        ("9.13501E+17", CreditCodeFault.ROUNDED),
        ("", CreditCodeFault.LENGTH),
    ],
)
def test_credit_codes(written: str, fault: CreditCodeFault | None) -> None:
    assert credit_code_fault(normalise_credit_code(written)) is fault


def test_strange_characters_are_named_once() -> None:
    assert strange_characters("9135O1O0I") == "OI"


@pytest.mark.parametrize(
    ("written", "number", "spoken"),
    [
        ("13800001002", "+8613800001002", "138 0000 1002"),
        ("138-0000-1002", "+8613800001002", "138 0000 1002"),
        ("１３８　００００　１００２", "+8613800001002", "138 0000 1002"),
        ("+86 138 0000 1002", "+8613800001002", "138 0000 1002"),
        ("0086-13800001002", "+8613800001002", "138 0000 1002"),
        ("8613800001002", "+8613800001002", "138 0000 1002"),
        ("\u202d13800001002\u202c", "+8613800001002", "138 0000 1002"),
        ("0999-88880012", "+8699988880012", "0999-88880012"),
        ("（0999）8888012", "+869998888012", "0999-8888012"),
        ("010-88880012", "+861088880012", "010-88880012"),
        ("+86 999 88880012", "+8699988880012", "0999-88880012"),
        ("0999-8888-0012", "+8699988880012", "0999-88880012"),
        ("0999-88880012-801", "+8699988880012;ext=801", "0999-88880012-801"),
        ("099988880012转801", "+8699988880012;ext=801", "0999-88880012-801"),
        ("400-123-4567", "+864001234567", "400-123-4567"),
        ("+852 9876 5432", "+85298765432", "+85298765432"),
    ],
)
def test_phones_have_one_form(written: str, number: str, spoken: str) -> None:
    assert normalise_phone(written) == number
    assert spoken_phone(number) == spoken
    assert phone_fault(written) is None
    assert normalise_phone(spoken) == number


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("1380000100", PhoneFault.LENGTH),
        ("138000010022", PhoneFault.LENGTH),
        ("12345678901", PhoneFault.LENGTH),
        ("88880012", PhoneFault.WITHOUT_AREA),
        ("1.38E+10", PhoneFault.ROUNDED),
        ("13800001002/13800001003", PhoneFault.UNKNOWN),
        ("同上", PhoneFault.UNKNOWN),
        ("", PhoneFault.UNKNOWN),
    ],
)
def test_what_is_no_phone_is_named(written: str, fault: PhoneFault) -> None:
    assert normalise_phone(written) is None
    assert phone_fault(written) is fault


def test_only_mobiles_bind() -> None:
    assert is_mobile("+8613800001002")
    assert not is_mobile("+8699988880012")
    assert not is_mobile("+864001234567")


@given(st.text())
def test_any_text_as_phone_is_judged_and_never_breaks(text: str) -> None:
    assert (normalise_phone(text) is None) == (phone_fault(text) is not None)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  好味来\u3000\u3000餐饮店 ", "好味来 餐饮店"),
        ("a\x00b\ud800c\ufffed\ufeff", "abcd"),
        ("\u202egpj.exe", "gpj.exe"),
        ("王\u200b芳\u2060", "王芳"),
        ("一\r\n二\t三", "一 二 三"),
        ("👩\u200d🏭", "👩\u200d🏭"),
        ("a\u200db", "ab"),
        ("e" + "\u0301" * 200, "é" + "\u0301" * 3),
        ("（甲）＝Ａ１", "（甲）＝Ａ１"),
        ("𠮷𱎼", "𠮷𱎼"),
    ],
)
def test_tidy(raw: str, kept: str) -> None:
    assert tidy(raw, 100) == kept


def test_tidy_keeps_lines_when_asked_and_cuts_to_the_limit() -> None:
    assert tidy(" 一 \n\n\n\n 二\u2028三 ", 100, lines=True) == "一\n\n二\n三"
    assert tidy("一二三四五", 3) == "一二三"
    assert tidy("ab e\u0323\u0301", 4) == "ab"


@given(st.text(), st.integers(1, 40))
def test_tidy_is_settled_short_and_storable(text: str, limit: int) -> None:
    once = tidy(text, limit)
    assert len(once) <= limit
    assert tidy(once, limit) == once
    assert "\x00" not in once
    once.encode("utf-8")


def test_blank() -> None:
    assert all(is_blank(text) for text in ("", " \u3000\t\n", "\u200b\u202e", "\u3164\u2800", "\x00"))
    assert not is_blank("〇")


INDUSTRIES = {"餐饮": "catering", "机械加工": "machining", "住宿/旅馆": "lodging"}
RISKS = {"红": RiskClass.RED, "低": RiskClass.BLUE}
GOOD = {
    Column.NAME: "好味来餐饮店",
    Column.CREDIT_CODE: "91350100M000100Y43",
    Column.INDUSTRIES: "餐饮",
    Column.STREET: "望潮街道",
}


def read(**changes: str) -> EnterpriseEntry | tuple[Problem, ...]:
    cells = GOOD | {Column(name): text for name, text in changes.items()}
    return read_entry(cells, INDUSTRIES.get, RISKS.get)


def test_a_full_row_becomes_an_entry() -> None:
    assert read(
        industries="餐饮、机械加工，餐饮",
        grid="第一网格",
        principal="李强",
        principal_phone="138 0000 1003",
        safety_officer="王芳",
        head_count="56人",
        risk_class="红",
    ) == EnterpriseEntry(
        name="好味来餐饮店",
        credit_code="91350100M000100Y43",
        industries=("catering", "machining"),
        street="望潮街道",
        grid="第一网格",
        principal=PersonEntry("李强", "+8613800001003"),
        safety_officer=PersonEntry("王芳", None),
        head_count=56,
        risk_class=RiskClass.RED,
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "\u3000\u200b"}, Problem(ProblemCode.MISSING, Column.NAME)),
        ({"street": ""}, Problem(ProblemCode.MISSING, Column.STREET)),
        ({"name": "长" * 101}, Problem(ProblemCode.TOO_LONG, Column.NAME, "100")),
        ({"credit_code": "9.1E+17"}, Problem(ProblemCode.CREDIT_CODE_ROUNDED, Column.CREDIT_CODE, "9.1E+17")),
        ({"credit_code": "123"}, Problem(ProblemCode.CREDIT_CODE_LENGTH, Column.CREDIT_CODE, "3")),
        (
            {"credit_code": "9135O100M000100Y43"},
            Problem(ProblemCode.CREDIT_CODE_CHARACTER, Column.CREDIT_CODE, "O"),
        ),
        (
            {"credit_code": "91350100M000100Y44"},
            Problem(ProblemCode.CREDIT_CODE_CHECK_DIGIT, Column.CREDIT_CODE, "91350100M000100Y44"),
        ),
        ({"industries": "餐饮;养蜂"}, Problem(ProblemCode.INDUSTRY_UNKNOWN, Column.INDUSTRIES, "养蜂")),
        (
            {"principal": "李强", "principal_phone": "88880012"},
            Problem(ProblemCode.PHONE_WITHOUT_AREA, Column.PRINCIPAL_PHONE, "88880012"),
        ),
        (
            {"safety_officer_phone": "13800001002"},
            Problem(ProblemCode.PHONE_WITHOUT_NAME, Column.SAFETY_OFFICER, "13800001002"),
        ),
        ({"head_count": "约50"}, Problem(ProblemCode.HEAD_COUNT_WRONG, Column.HEAD_COUNT, "约50")),
        ({"head_count": "-3"}, Problem(ProblemCode.HEAD_COUNT_WRONG, Column.HEAD_COUNT, "-3")),
        ({"risk_class": "紫"}, Problem(ProblemCode.RISK_CLASS_UNKNOWN, Column.RISK_CLASS, "紫")),
    ],
)
def test_a_flaw_is_named_with_its_column_and_value(changes: dict[str, str], problem: Problem) -> None:
    assert read(**changes) == (problem,)


def test_a_trade_whose_name_holds_a_stroke_is_one_trade() -> None:
    entry = read(industries="住宿/旅馆")
    assert isinstance(entry, EnterpriseEntry)
    assert entry.industries == ("lodging",)


def test_every_flaw_of_a_row_is_reported_in_the_order_of_the_columns() -> None:
    problems = read(risk_class="紫", name="", credit_code="1")
    assert isinstance(problems, tuple)
    assert [problem.column for problem in problems] == [Column.NAME, Column.CREDIT_CODE, Column.RISK_CLASS]
