"""An enterprise with its cast and a submitted inspection, for tests that need one to exist."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from domain.checklist import Verdict
from domain.contact import Contact, Jurisdiction, Official, Role
from outreach.desk import Desk, Office
from outreach.inspections import inspecting
from outreach.people import appointing, enrolling
from outreach.storage.enterprises import EnterpriseRecord

CODE = "91330212MA2AXXXX7K"


def jpeg(colour: str = "red", width: int = 320, height: int = 240) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


async def enterprise(desk: Desk, name: str = "王记老火锅店", code: str = CODE, street: str = "钟公堂街道") -> int:
    row = EnterpriseRecord(
        credit_code=code,
        name=name,
        industries=["catering"],
        street=street,
        grid="第7网格",
        address="四明中路118号",
        created_at=desk.now,
        updated_at=desk.now,
    )
    desk.session.add(row)
    await desk.session.flush()
    return row.id


async def person(desk: Desk, name: str, number: int) -> Contact:
    return await enrolling.agree(desk, number, number, name, "zh-CN", 1)


async def official(desk: Desk, name: str, number: int, street: str = "") -> tuple[Contact, Official]:
    contact = await person(desk, name, number)
    code = await appointing.appoint(desk, name, Jurisdiction(street))
    return contact, await appointing.take_office(desk, contact, code)


@dataclass(frozen=True, slots=True)
class Walked:
    """Wang Fang has walked the catering list; item 4 fails, with these photos."""

    contact: Contact
    inspection_id: int
    file_ids: tuple[str, ...]


async def walked(office: Office, photos: int = 2, note: str = "后厨门口堆放纸箱", submit: bool = True) -> Walked:
    async with office.desk() as desk:
        where = await enterprise(desk)
        contact = await person(desk, "王芳", 4001)
        await enrolling.give_post(desk, contact, where, Role.SAFETY_OFFICER, "test")
        posts = await enrolling.posts_of(desk, contact.id)
        opened = await inspecting.begin(desk, contact, posts, where, "catering")
        for number in range(1, opened.walk.total + 1):
            verdict = Verdict.FAIL if number == 4 else Verdict.ABSENT if number == 6 else Verdict.PASS
            await inspecting.judge(desk, contact, posts, opened.id, number, verdict)
        await inspecting.describe(desk, contact, posts, opened.id, 4, note)
        file_ids = tuple(f"file-{place}" for place in range(photos))
        for place, file_id in enumerate(file_ids):
            await inspecting.photograph(
                desk, contact, posts, opened.id, 4, file_id=file_id, file_unique_id=f"u{place}", album=None
            )
        await inspecting.settle_photos(desk, contact, posts, opened.id, 4, "" if photos else "设备带电，不便靠近")
        if submit:
            await inspecting.submit(desk, contact, posts, opened.id)
    return Walked(contact, opened.id, file_ids)
