"""The record that is sent says what was walked, waits for its photos, and does not wait for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import NoResultFound

from domain.contact import Role
from domain.invitation import Scope
from outreach import papering
from outreach.desk import Office
from outreach.people import enrolling, invitees, inviting
from outreach.photographing import Photographer
from outreach.storage.inspections import PhotoRecord
from outreach.storage.people import InvitationRecord
from tests.conftest import SetClock
from tests.content.pdf_pages import said
from tests.outreach.walking import enterprise, jpeg, official, walked


async def _fetch(file_id: str, limit: int) -> bytes:
    return jpeg("green" if file_id == "file-1" else "red")


async def _all_photos(office: Office) -> None:
    while await Photographer(office, _fetch).turn():
        pass


async def test_the_record_says_what_was_walked_and_shows_the_photos(office: Office) -> None:
    done = await walked(office)
    await _all_photos(office)
    made = await papering.maker(office)(f"inspection:{done.inspection_id}")
    assert made is not None
    assert made.name == "自查记录 ZC20260601-0001.pdf"
    text = said(made.data).replace(" ", "")
    for words in ("ZC20260601-0001", "王记老火锅店", "91330212MA2AXXXX7K", "王芳（安全管理人员）", "后厨门口堆放纸箱"):
        assert words in text, words
    assert "2026年6月1日09:30" in text
    assert "1项不符合1项不涉及" in text
    assert made.data.count(b"/DCTDecode") == 2
    assert "未能印出" not in text


async def test_the_record_waits_for_photos_and_then_goes_without_them(office: Office, clock: SetClock) -> None:
    done = await walked(office)
    make = papering.maker(office)
    recipe = f"inspection:{done.inspection_id}"
    assert await make(recipe) is None
    clock.now += papering.PATIENCE - timedelta(seconds=1)
    assert await make(recipe) is None
    clock.advance(seconds=1)
    made = await make(recipe)
    assert made is not None
    assert "另有2张照片未能印出" in said(made.data).replace(" ", "")
    await _all_photos(office)
    later = await make(recipe)
    assert later is not None
    assert later.data.count(b"/DCTDecode") == 2


async def test_failed_and_vanished_photos_are_counted_not_shown(office: Office) -> None:
    done = await walked(office)
    await _all_photos(office)
    async with office.desk() as desk:
        photos = list(await desk.session.scalars(select(PhotoRecord).order_by(PhotoRecord.id)))
        await desk.session.execute(
            update(PhotoRecord).where(PhotoRecord.id == photos[0].id).values(state="failed", sha256=None)
        )
    assert photos[1].sha256
    office.photos.remove(photos[1].sha256)
    made = await papering.record(office, done.inspection_id)
    assert made is not None
    assert "另有2张照片未能印出" in said(made.data).replace(" ", "")


async def test_reason_for_no_photo_and_an_unwritten_note_are_filled_in(office: Office) -> None:
    done = await walked(office, photos=0, note="")
    made = await papering.record(office, done.inspection_id)
    assert made is not None
    text = said(made.data)
    assert "未拍照：设备带电，不便靠近" in text
    assert "未达到本项标准。" in text


async def test_the_post_printed_is_the_one_held_when_it_was_submitted(office: Office, clock: SetClock) -> None:
    done = await walked(office, photos=0)
    clock.advance(days=1)
    async with office.desk() as desk:
        where = (await enrolling.posts_of(desk, done.contact.id))[0].enterprise_id
        await enrolling.give_post(desk, done.contact, where, Role.PRINCIPAL, "test")
    made = await papering.record(office, done.inspection_id)
    assert made is not None
    assert "王芳（安全管理人员）" in said(made.data)


async def test_no_paper_of_what_was_not_submitted_or_never_was(office: Office) -> None:
    done = await walked(office, photos=0, submit=False)
    with pytest.raises(ValueError, match="not submitted"):
        await papering.record(office, done.inspection_id)
    with pytest.raises(NoResultFound):
        await papering.record(office, 4711)
    with pytest.raises(ValueError, match="no such recipe"):
        await papering.maker(office)("cake:1")


async def test_a_sheet_holds_a_good_invitation_for_each_enterprise_and_is_made_once(office: Office) -> None:
    async with office.desk() as desk:
        for number in range(3):
            await enterprise(desk, f"第{number}号商铺", f"9133021200000000{number}X")
        await enterprise(desk, "别处的店", "91330212000000009X", street="别处")
        contact, serving = await official(desk, "周科", 5001, "钟公堂街道")
        count = await invitees.order_sheet(desk, contact, serving, Role.SAFETY_OFFICER, Scope.ALL, "1")
    assert count == 3
    make = papering.maker(office)
    recipe = f"sheet:{serving.id}:safety_officer:all:1"
    made = await make(recipe)
    assert made is not None
    assert made.name == "邀请码打印页 20260601 共3张.pdf"
    assert await make(recipe) is made
    text = said(made.data)
    assert "别处的店" not in text
    tokens = [piece.partition("i-")[2][:22] for piece in text.split("?start=")[1:]]
    async with office.desk() as desk:
        opened = [await inviting.open_invitation(desk, f"i-{token}") for token in tokens]
        issued = (await desk.session.scalars(select(func.count()).select_from(InvitationRecord))).one()
    assert [invitation.enterprise_name for invitation in opened] == ["第0号商铺", "第1号商铺", "第2号商铺"]
    assert {invitation.role for invitation in opened} == {Role.SAFETY_OFFICER}
    assert issued == 3
