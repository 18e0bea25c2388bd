"""A photo that was used before is known again, saved anew or a little cropped; others are not; the official is told."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFilter
from sqlalchemy import select

from domain.photo import are_alike
from domain.rectification import StepKey
from outreach.desk import Office
from outreach.hazards import carding, pairing, viewing
from outreach.hazards.on_site import add_photo as add_before
from outreach.hazards.photographing import RectificationPhotographer, add_photo
from outreach.hazards.rectifying import Said
from outreach.storage.decoding import decode
from outreach.storage.hazards import HazardPhotoRecord
from tests.outreach.hazarded import hazard, row_of, scene, take, within


def room(seed: int) -> Image.Image:
    """Something like a photo of a room: surfaces, things in front of them, uneven light."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (1280, 960), tuple(chance.randrange(60, 220) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        left, top = chance.randrange(1100), chance.randrange(800)
        box = (left, top, left + chance.randrange(120, 500), top + chance.randrange(100, 400))
        colour = tuple(chance.randrange(256) for _ in range(3))
        (draw.rectangle if chance.random() < 0.6 else draw.ellipse)(box, fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(6))


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def changed(seed: int) -> list[bytes]:
    """The same picture as it comes back after chats and phones: smaller and coarser, cropped, a little darker."""
    picture = room(seed)
    width, height = picture.size
    cropped = picture.crop((round(width * 0.02), round(height * 0.02), round(width * 0.98), round(height * 0.97)))
    return [
        jpeg(picture, 30), jpeg(picture.resize((640, 480)), 50), jpeg(cropped, 60),
        jpeg(picture.point(lambda level: level * 0.85), 70),
    ]  # fmt: skip


async def test_the_same_picture_is_known_again_and_others_are_not(figure: object) -> None:
    looks = [(await decode(jpeg(room(seed)))).look for seed in range(12)]
    assert all(len(look) == 16 for look in looks)
    for seed in range(4):
        for again in changed(seed):
            assert are_alike(looks[seed], (await decode(again)).look), seed
    pairs = [(one, other) for at, one in enumerate(looks) for other in looks[at + 1 :]]
    assert [pair for pair in pairs if are_alike(*pair)] == []
    apart = min((int(one, 16) ^ int(other, 16)).bit_count() for one, other in pairs)
    figure(f"different pictures: at least {apart} of 64 bits apart, alike up to 10")  # type: ignore[operator]


async def test_a_picture_of_nothing_is_like_no_other(office: Office) -> None:
    white = (await decode(jpeg(Image.new("RGB", (800, 600), "white")))).look
    assert not are_alike(white, white)
    assert not are_alike("", "")


async def test_the_official_sees_the_hint_and_the_enterprise_does_not_and_the_pair_is_drawn(office: Office) -> None:
    at = await scene(office)
    files = {"used": jpeg(room(1)), "again": changed(1)[2], "before": jpeg(room(2))}

    async def fetch(file_id: str, limit: int) -> bytes:
        return files[file_id]

    photographer = RectificationPhotographer(office, fetch)
    first, second = await hazard(office, at), await hazard(office, at, what="灭火器过期")
    async with office.desk() as desk:
        await add_before(desk, at.zhou, second, "before", "unique-before")
    for hazard_id, name in ((first, "used"), (second, "again")):
        await take(office, at.zhou, hazard_id, StepKey.ORDER, Said(day=within(office, 7)))
        async with office.desk() as desk:
            await add_photo(desk, at.wang, hazard_id, name, f"unique-{name}")
        while await photographer.turn():
            pass
        await take(office, at.wang, hazard_id, StepKey.RECTIFY)
    number = (await row_of(office, first)).number
    words = office.texts.words("zh-CN")
    async with office.desk() as desk:
        kept = (await desk.session.scalars(select(HazardPhotoRecord).order_by(HazardPhotoRecord.id))).all()
        assert {one.hazard_id: one.like_hazard_id for one in kept if one.kind == "after"} == {
            first: None,
            second: first,
        }
        row = await desk.session.get_one(carding.HazardRecord, second)
        for who, is_told in ((at.zhou, True), (at.wang, False)):
            text, _ = await carding.card(desk, words, row, await viewing.actor_for(desk, row, who))
            assert (number in text) is is_told
        view = await viewing.look(desk, at.zhou, second)
        pair = await pairing.pair_of(desk, words, view)
        assert pair is not None
        with Image.open(io.BytesIO(pair)) as drawn:
            assert (drawn.format, drawn.width) == ("JPEG", 1280)
        assert await pairing.pair_of(desk, words, await viewing.look(desk, at.zhou, first)) is None
