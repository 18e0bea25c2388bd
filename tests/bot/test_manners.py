"""礼貌 — markup in a name shows as text everywhere, and a press that is not yours or makes no sense is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from domain.contact import Role
from outreach.people import enrolling
from outreach.storage.enterprises import EnterpriseRecord
from outreach.storage.intake import QuarantineRecord
from outreach.storage.people import ContactRecord
from tests.conftest import SetClock
from tests.stage import CAST, Stage, open_stage

PLACE = "云泊区好邻居餐饮店"
DRESSED = "<b>甲</b>&"
DRESSED_PLACE = '<i>乙</i>&"店"' + "长" * 180


@pytest.fixture
async def stage(sqlite_url: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Stage]:
    async with open_stage(sqlite_url, tmp_path, clock) as opened:
        yield opened


async def ledger(stage: Stage, method: str) -> list[dict[str, object]]:
    calls = await stage.get("ledger")
    assert isinstance(calls, list)
    return [call["parameters"] for call in calls if call["method"] == method]


async def refused(stage: Stage) -> list[str]:
    """What Telegram refused, but for presses it considers too old and the always throttled."""
    calls = await stage.get("ledger?refused=1")
    assert isinstance(calls, list)
    return [f"{call['method']}: {call['description']}" for call in calls]


async def quarantined(stage: Stage) -> list[str]:
    async with stage.house.office.desk() as desk:
        return list(await desk.session.scalars(select(QuarantineRecord.fault)))


async def forge(stage: Stage, who: str, data: str) -> str:
    """Somebody sends a press that no button of theirs ever meant; the alert they get, or else the message."""
    before = len(await ledger(stage, "answerCallbackQuery"))
    message = next(m for m in reversed(await stage.messages(who)) if m["from"] == "bot")
    await stage.post(f"people/{CAST[who]}/press", message_id=message["message_id"], data=data, forge=True)
    await stage.settle()
    answered = (await ledger(stage, "answerCallbackQuery"))[before:]
    assert len(answered) == 1, data
    said = str(answered[0].get("text") or "")
    return said or str((await stage.messages(who))[-1]["text"])


async def test_markup_in_a_name_a_place_and_a_word_shows_as_text_everywhere(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAST, DRESSED, 3001)
    person = {"id": 3001, "name": DRESSED, "phone": "+8613900003001", "colour": "#445566", "role": "safety_officer",
              "note": "", "behaviour": "answers", "pane": False, "username": "jia_demo"}  # fmt: skip
    await stage.post("people", people=[person])
    await stage.fill_register()
    async with stage.house.office.desk() as desk:
        row = (await desk.session.scalars(select(EnterpriseRecord).where(EnterpriseRecord.name == PLACE))).one()
        row.name, row.safety_officer_phone, row.address = DRESSED_PLACE, "+8613900003001", "<u>路</u> & 1"
    await stage.enrol("周科")
    async with stage.house.office.desk() as desk:
        official = (await desk.session.scalars(select(ContactRecord).where(ContactRecord.person_id == 1001))).one()
        official.name = "<s>周</s>科"
        await desk.session.execute(text("UPDATE officials SET name = '<s>周</s>科'"))
    await stage.enrol(DRESSED, DRESSED_PLACE, "safety_officer")
    # A stranger asks to be let in; the dressed one answers twice.
    await stage.enrol("小刘", DRESSED_PLACE, "employee")
    await stage.press("小刘", "请企业确认我的身份")
    voucher = (await stage.messages(DRESSED))[-1]["message_id"]
    await stage.press(DRESSED, "✅ 同意加入")
    await stage.post("people/3001/press", message_id=voucher, data="en:no:1", forge=True)
    await stage.settle()
    # A walk with every kind of word in it.
    await stage.say(DRESSED, "/check")
    await stage.press(DRESSED, "餐饮场所安全自查表")
    await stage.press(DRESSED, "❌ 不符合")
    await stage.say(DRESSED, "<code>坏了</code> & </b>\n" + "很长" * 230)
    await stage.press(DRESSED, "这一项不拍照")
    await stage.press(DRESSED, "别的原因，我来写")
    await stage.say(DRESSED, "<a href='x'>没电</a> & 下雨")
    for _ in range(19):
        await stage.press(DRESSED, "✅ 符合")
    await stage.press(DRESSED, "❌ 不符合")
    await stage.act(DRESSED, "📷 a.jpg · <pre>说明</pre>")
    await stage.press(DRESSED, "✅ 照片发完了（1 张）")
    await stage.press(DRESSED, "📤 提交")
    # Everybody looks at everything.
    await stage.press("周科", "🔎 看问题")
    label = next(b["text"] for row in (await stage.messages("周科"))[-1]["inline_keyboard"] for b in row)  # type: ignore[attr-defined]
    await stage.press("周科", label)
    for who, said in (
        ("周科", "/findings"), ("周科", "/register <i>乙"), ("周科", "/invite <i>乙"), ("周科", "/privacy"),
        ("周科", "/start"), (DRESSED, "/my"), (DRESSED, "/check"), (DRESSED, "/privacy"), (DRESSED, "/invite"),
        (DRESSED, "/start"), (DRESSED, "/<b>x"), ("小刘", "/start"),
    ):  # fmt: skip
        await stage.say(who, said)
    async with stage.house.office.desk() as desk:
        successor = await enrolling.contact_of(desk, 1004)
        place = await desk.session.scalars(select(EnterpriseRecord.id).where(EnterpriseRecord.name == DRESSED_PLACE))
        assert successor is not None
        await enrolling.give_post(desk, successor, place.one(), Role.SAFETY_OFFICER, "test")
    await stage.settle()
    assert await refused(stage) == [] and await quarantined(stage) == []
    heard = [message for who in (DRESSED, "周科", "小刘") for message in await stage.messages(who)]
    said = "\n".join(str(message["text"]) for message in heard)
    for shown in (DRESSED, DRESSED_PLACE, "<s>周</s>科", "<code>坏了</code> & </b>", "<u>路</u> & 1"):
        assert shown in said
    assert "&lt;" not in said and "&amp;" not in said
    toasts = [str(call.get("text")) for call in await ledger(stage, "answerCallbackQuery") if call.get("text")]
    assert any("小刘已同意加入" in toast for toast in toasts)
    buttons = [button["text"] for message in heard for row in message.get("inline_keyboard") or [] for button in row]  # type: ignore[attr-defined]
    assert any("<i>乙</i>&" in button for button in buttons) and not any("&lt;" in button for button in buttons)


FOREIGN = [
    "in:go:1", "in:at:1:1", "in:v:1:1:p", "in:v:1:1:f", "in:h:1:1:how", "in:n:1:1", "in:d:1:1", "in:s:1:1:1",
    "in:s:1:1:?", "in:s:1:1:w", "in:sum:1", "in:save:1", "in:x:1", "in:xx:1", "in:ok:1", "my:o:1", "my:pdf:1",
    "en:ok:1", "en:no:1",
]  # fmt: skip
FOR_OFFICIALS = ["fi:l:0", "fi:o:1", "fi:in:1", "fi:ph:1", "rg:l", "rg:ok:1"]


async def test_a_press_on_what_is_anothers_is_refused_like_one_on_what_is_not_there(stage: Stage) -> None:
    await stage.fill_register()
    await stage.enrol("王芳", PLACE, "safety_officer")
    await stage.say("王芳", "/check")
    await stage.press("王芳", "餐饮场所安全自查表")
    await stage.press("王芳", "✅ 符合")
    await stage.enrol("李强", "云泊安泊化学品仓储有限公司", "principal")
    await stage.enrol("小刘", PLACE, "employee")
    await stage.press("小刘", "请企业确认我的身份")
    dump = await state(stage)
    for data in FOREIGN:
        head, _, rest = data.partition(":1")
        # An employee of the very place and a principal of another; who asked to be let in cannot answer either.
        for who in ("小刘",) if data.startswith("in:") else ("李强", "小刘"):
            assert await forge(stage, who, data) == await forge(stage, who, f"{head}:999{rest}"), data
    for data in FOR_OFFICIALS:
        for who in ("李强", "小刘"):
            assert "监管人员" in await forge(stage, who, data), data
    assert await state(stage) == dump
    assert await quarantined(stage) == []


async def state(stage: Stage) -> list[object]:
    """What an uninvited press must leave as it was."""
    async with stage.house.office.desk() as desk:
        return [
            (await desk.session.execute(text(f"SELECT * FROM {table} ORDER BY id"))).all()
            for table in ("inspections", "answers", "photos", "findings", "posts", "enrolment_requests", "deliveries")
        ]


NONSENSE = [
    " ", ":", "::::", "zz", "zz:1", "in", "in:", "in:v", "in:v:1", "in:v:1:1", "in:v:1:1:q", "in:v:x:1:p", "in:v:1:x:p",
    "in:v:1:99:p", "in:v:1:0:p", "in:v:1:-1:p", "in:v:99999999999999999999:1:p", "in:v:1:99999999999999999:p",
    "in:v:１:1:p", "in:h:1:1:nothing", "in:h:1:99:how", "in:at:1:99", "in:e:99999999999999999", "in:c:1:nothing",
    "in:s:1:1:9", "my:l:-1", "my:l:999999999999999999", "my:l:x", "my:zz", "la:set", "la:set:xx", "la:set:../../etc",
    "hl:k", "hl:k:nothing", "hl:zz", "pr:gone:1:1", "pr:gone:x:y", "pr:gone", "pr:zz", "en:agree:o-guessed-guessed",
    "en:agree:i-guessed-guessed", "en:agree:'; DROP", "en:ask:zz", "en:ask", "en:ok", "en:zz", "iv:e:999",
    "iv:q:1:boss", "iv:q:x:y", "iv:f::0", "iv:zz", "help:x", "home:x:y", "\u202e\u0000x", "密" * 21,
]  # fmt: skip


async def test_a_press_that_makes_no_sense_is_answered_and_changes_nothing(stage: Stage) -> None:
    await stage.fill_register()
    await stage.enrol("王芳", PLACE, "safety_officer")
    await stage.say("王芳", "/check")
    await stage.press("王芳", "餐饮场所安全自查表")
    await stage.enrol("周科")
    dump = await state(stage)
    for data in NONSENSE:
        assert await forge(stage, "周科" if data.startswith("iv") else "王芳", data), data
    assert await quarantined(stage) == []
    assert await state(stage) == dump


async def test_a_changed_privacy_notice_is_agreed_to_anew_and_nothing_is_lost(stage: Stage) -> None:
    await stage.fill_register()
    await stage.enrol("王芳", PLACE, "safety_officer")
    await stage.say("王芳", "/check")
    await stage.press("王芳", "餐饮场所安全自查表")
    await stage.press("王芳", "✅ 符合")
    old = (await stage.messages("王芳"))[-1]["message_id"]
    office = stage.house.office
    office.privacy = replace(office.privacy, version=office.privacy.version + 1)
    for said in ("/check", "/my", "说句话"):
        await stage.say("王芳", said)
    texts = [str(message["text"]) for message in await stage.messages("王芳") if message["from"] == "bot"]
    assert "第2版" in texts[-3] and "第2版" in texts[-2]
    # An old button is no way around it; help and rights need no consent.
    await stage.post("people/1002/press", message_id=old, data="in:v:1:2:p")
    await stage.settle()
    (card,) = [message for message in await stage.messages("王芳") if message["message_id"] == old]
    assert "第2版" in str(card["text"])
    await stage.say("王芳", "/privacy")
    assert "第2版" in str((await stage.messages("王芳"))[-1]["text"])
    await stage.say("王芳", "/check")
    await stage.press("王芳", "同意并继续")
    await stage.press("王芳", "单独同意，开始使用")
    async with office.desk() as desk:
        row = (await desk.session.scalars(select(ContactRecord))).one()
        assert row.consent_version == 2
        answers = (await desk.session.execute(text("SELECT count(*) FROM answers"))).scalar_one()
    assert answers == 1
    await stage.say("王芳", "/my")
    await stage.press("王芳", "▶ 餐饮场所安全自查表 1/21")
    assert "第 2 项" in str((await stage.messages("王芳"))[-1]["text"])


async def test_nothing_is_stored_before_the_second_consent_which_a_spent_link_does_not_undo(stage: Stage) -> None:
    await stage.fill_register()
    link = await stage.invitation(PLACE, "safety_officer")
    await stage.say("王芳", f"/start {link}")
    await stage.press("王芳", "同意并继续")
    async with stage.house.office.desk() as desk:
        assert (await desk.session.scalars(select(ContactRecord))).all() == []
        await desk.session.execute(text("UPDATE invitations SET revoked_at = issued_at"))
    await stage.press("王芳", "单独同意，开始使用")
    async with stage.house.office.desk() as desk:
        row = (await desk.session.scalars(select(ContactRecord))).one()
        assert row.consent_version == 1 and await enrolling.posts_of(desk, row.id) == ()
    assert "邀请" in str((await stage.messages("王芳"))[-1]["text"])


async def test_somebody_elses_card_proves_nothing(stage: Stage) -> None:
    await stage.fill_register()
    await stage.say("小刘", f"/start {await stage.invitation(PLACE, 'safety_officer')}")
    await stage.press("小刘", "同意并继续")
    await stage.press("小刘", "单独同意，开始使用")
    await stage.post("people/1004/contact", user_id=1002, phone="+8613800001002", name="王芳")
    await stage.settle()
    assert "不是您自己的号码" in str((await stage.messages("小刘"))[-1]["text"])
    async with stage.house.office.desk() as desk:
        row = (await desk.session.scalars(select(ContactRecord))).one()
        assert row.phone is None and await enrolling.posts_of(desk, row.id) == ()


async def test_somebody_with_posts_at_very_many_enterprises_still_gets_an_answer(stage: Stage) -> None:
    await stage.enrol("周科")
    async with stage.house.office.desk() as desk:
        contact = await enrolling.contact_of(desk, CAST["周科"])
        assert contact is not None
        for at in range(150):
            row = EnterpriseRecord(
                credit_code=f"TEST{at:014d}", name=f"云泊<b>第{at:03d}号</b>连锁便利店有限公司望潮街道分店",
                industries=["small-place"], created_at=desk.now, updated_at=desk.now,
            )  # fmt: skip
            desk.session.add(row)
            await desk.session.flush()
            await enrolling.give_post(desk, contact, row.id, Role.PRINCIPAL, "test")
    for said in ("/start", "/check", "/my", "/privacy"):
        await stage.say("周科", said)
        last = (await stage.messages("周科"))[-1]
        assert last["from"] == "bot" and last["inline_keyboard"], said
    await stage.say("周科", "/start")
    # Too long for one message, it comes in parts: nothing is cut off.
    told = "".join(str(one["text"]) for one in (await stage.messages("周科"))[-3:])
    assert all(f"云泊<b>第{at:03d}号</b>" in told for at in range(150))
