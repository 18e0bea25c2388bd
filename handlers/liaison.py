"""驻企来往 — 「联系我的驻企干部」 → words or a photo → relayed, without a phone number; answered by a press."""

from __future__ import annotations

from domain.contact import NotEnrolled, StalePress
from domain.liaison import LISTENS_FOR, NothingToRelay
from handlers import home
from handlers.inspection_cards import must_be_a_photo, short
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Document, File, Photo, Press, Reply, Rows, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.pairs import corresponding, liaising
from outreach.pairs.corresponding import Thread, Writer

WORDS = "liaison.words"
PHOTO_LIMIT_BYTES = 20_000_000
# So many messages of a thread stand on a page.
WORDS_A_PAGE = 5


async def press_liaison(turn: Turn, scene: Scene) -> Reply:
    """`lz:e`, `lz:w:<enterprise>`, `lz:p:<enterprise>:<page>`, `lz:ph:<enterprise>:<page>`, `lz:d`, `lz:l:<page>`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("e",):
            return await _begin(turn, scene)
        case ("w", _):
            return await _write(turn, scene, said.number(2))
        case ("p", _, _):
            return await _older(turn, scene, said.number(2), said.number(3))
        case ("ph", _, _):
            return await _photos(scene, said.number(2), said.number(3))
        case ("d",):
            await standing.expect(scene.desk, scene.known.contact.id, "")
            return await home.home(turn, scene)
        case ("l", _):
            return await _own(turn, scene, said.number(2))
    raise StalePress


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """What is to be relayed; after an hour it is asked once more, for it may be meant for somebody else."""
    enterprise_id, said = int(scene.subject.split(":")[1]), turn.said
    stands = await standing.standing_of(scene.desk, scene.known.contact.id)
    if stands.asked_at is None or scene.desk.now - stands.asked_at > LISTENS_FOR:
        return await _write(turn, scene, enterprise_id, is_late=True)
    if isinstance(said, Document):
        # A file keeps where and with what it was taken; a photo as Telegram sends it does not.
        must_be_a_photo(said, PHOTO_LIMIT_BYTES)
        raise NothingToRelay
    assert isinstance(said, (Text, Photo))
    text, file_id = (said.text, "") if isinstance(said, Text) else (said.caption, said.file_id)
    is_now = await corresponding.say(scene.desk, _writer(scene), enterprise_id, text, file_id)
    await standing.expect(scene.desk, scene.known.contact.id, WORDS, f"enterprise:{enterprise_id}")
    found = await corresponding.thread(scene.desk, _writer(scene), enterprise_id, 0, WORDS_A_PAGE)
    words = scene.words("replies/liaison/relayed", thread=found, is_now=is_now)
    return Reply((Say(words, (_done(scene),), card=True),))


def concerns(turn: Turn, scene: Scene) -> bool:
    """Whether a redelivered update belongs to this talk."""
    if isinstance(turn.said, Press):
        return turn.said.talk == "lz"
    return scene.meaning == WORDS and isinstance(turn.said, (Text, Photo, Document))


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """The thread as it stands, for an update that took effect before."""
    if isinstance(turn.said, Press):
        return await press_liaison(turn, scene)
    return await _write(turn, scene, int(scene.subject.split(":")[1]))


def _writer(scene: Scene) -> Writer:
    return Writer(scene.known.contact, scene.known.posts, scene.known.official)


async def _begin(turn: Turn, scene: Scene) -> Reply:
    """Where somebody answers for safety at one enterprise only, it is not asked which."""
    posts = corresponding.own_enterprises(_writer(scene))
    if not posts:
        raise NotEnrolled
    if len(posts) == 1:
        return await _write(turn, scene, posts[0].enterprise_id)
    rows: Rows = tuple((Button(short(one.enterprise_name), data("lz", "w", one.enterprise_id)),) for one in posts)
    text = scene.words("replies/liaison/choose")
    return show(turn, text, (*rows, (home_button(scene.words),)))


async def _own(turn: Turn, scene: Scene, page: int) -> Reply:
    found = await liaising.own_stations(scene.desk, scene.as_official(), page, ROWS_A_PAGE)
    rows: Rows = tuple((Button(short(name), data("lz", "w", id_)),) for id_, name in found.lines)
    turning = pager(scene.words, found.number, found.pages, "lz", "l")
    back = Button(scene.words.label("owners.register"), data("rg", "l"))
    text = scene.words("replies/liaison/own", found=found)
    return show(turn, text, (*rows, *((turning,) if turning else ()), (back, home_button(scene.words))))


async def _write(turn: Turn, scene: Scene, enterprise_id: int, *, is_late: bool = False) -> Reply:
    found = await corresponding.thread(scene.desk, _writer(scene), enterprise_id, 0, WORDS_A_PAGE)
    way_out: tuple[Button, ...] = (Button(scene.words.label("menu.hotline"), data("hl", "n")), home_button(scene.words))
    if found.station.pair is not None:
        await standing.expect(scene.desk, scene.known.contact.id, WORDS, f"enterprise:{enterprise_id}")
        way_out = _done(scene)
    text = scene.words("replies/liaison/thread", thread=found, is_late=is_late)
    rows = (*_paging(scene, found), way_out)
    return show(turn, text, rows, card=not isinstance(turn.said, Press))


async def _older(turn: Turn, scene: Scene, enterprise_id: int, page: int) -> Reply:
    found = await corresponding.thread(scene.desk, _writer(scene), enterprise_id, page, WORDS_A_PAGE)
    write = Button(scene.words.label("liaison.write"), data("lz", "w", enterprise_id))
    text = scene.words("replies/liaison/thread", thread=found, is_late=False)
    return show(turn, text, (*_paging(scene, found), (write, home_button(scene.words))))


async def _photos(scene: Scene, enterprise_id: int, page: int) -> Reply:
    found = await corresponding.thread(scene.desk, _writer(scene), enterprise_id, page, WORDS_A_PAGE)
    photos = [one for one in found.words if one.file_id]
    if not photos:
        raise StalePress
    return Reply(
        tuple(
            File("photo.jpg", one.file_id, scene.words("replies/liaison/photo", word=one), as_photo=True)
            for one in photos
        )
    )


def _paging(scene: Scene, found: Thread) -> Rows:
    label, id_ = scene.words.label, found.station.enterprise_id
    rows: list[tuple[Button, ...]] = []
    photos = sum(bool(one.file_id) for one in found.words)
    if photos:
        rows.append((Button(label("liaison.photos", count=photos), data("lz", "ph", id_, found.page)),))
    turning = []
    if found.page + 1 < found.pages:
        turning.append(Button(label("liaison.older"), data("lz", "p", id_, found.page + 1)))
    if found.page > 0:
        turning.append(Button(label("liaison.newer"), data("lz", "p", id_, found.page - 1)))
    return (*rows, tuple(turning)) if turning else tuple(rows)


def _done(scene: Scene) -> tuple[Button, ...]:
    return (Button(scene.words.label("liaison.done"), data("lz", "d")),)
