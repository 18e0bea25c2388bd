"""通知草稿 — an official writes a notice: words, photo or file → to whom → when, how long, how urgent."""

from __future__ import annotations

from datetime import datetime

from content.texts import Words
from domain.broadcast import IN_FORCE_DAYS, Audience, Posts, must_have_second
from domain.composition import BroadcastEmpty, BroadcastTooLong, Content, MediaMixed, PhotosFull, signs_in
from domain.contact import StalePress
from handlers.screen import ROWS_A_PAGE, home_button, pager, show
from handlers.turn import Button, Document, Photo, Press, Reply, Rows, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.broadcasts import audiences, bulletins, composing, parting

BODY, MORE = "broadcast.body", "broadcast.more"
FIELDS = ("street", "grid", "group", "industry", "posts", "risk_class", "unacknowledged_of")
NONE = "-"


async def begin(turn: Turn, scene: Scene) -> Reply:
    """A new draft, and its words are asked for."""
    draft = await composing.begin(scene.desk, scene.known.contact, scene.as_official())
    return await _ask_body(turn, scene, draft.id)


async def ask_body(turn: Turn, scene: Scene, id_: int) -> Reply:
    """Other words for a draft."""
    await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    return await _ask_body(turn, scene, id_)


async def _ask_body(turn: Turn, scene: Scene, id_: int) -> Reply:
    await standing.expect(scene.desk, scene.known.contact.id, BODY, f"broadcast:{id_}")
    rows: Rows = ((key(scene.words, "throw_away", "no", id_), home_button(scene.words)),)
    return show(turn, scene.words("replies/broadcast/ask_body"), rows)


async def take_body(turn: Turn, scene: Scene) -> Reply:
    """The words, or a photo or file with its words; whatever the draft said before is gone."""
    id_ = subject_of(scene)
    draft = await composing.compose(scene.desk, scene.known.contact, scene.as_official(), id_, _written(turn))
    return await _taken(turn, scene, draft)


async def take_more(turn: Turn, scene: Scene) -> Reply:
    """What is sent after it belongs to it too: the rest of an album, or of words too long for one message."""
    id_, desk, contact, official = subject_of(scene), scene.desk, scene.known.contact, scene.as_official()
    try:
        draft = await composing.add(desk, contact, official, id_, _written(turn))
    except (PhotosFull, MediaMixed, BroadcastTooLong) as no:
        # Said on the card, which stands below all of an album and leads on, rather than once for each picture.
        draft = await composing.open_draft(desk, contact, official, id_)
        return await _taken(turn, scene, draft, scene.words(no.moment, **no.facts))
    return await _taken(turn, scene, draft)


def _written(turn: Turn) -> Content:
    match turn.said:
        case Text(text=text):
            return Content(text)
        case Photo() as photo:
            return Content(photo.caption, (photo.file_id,))
        case Document() as file:
            return Content(file.caption, (), file.file_id, file.name)
    raise BroadcastEmpty


async def _taken(turn: Turn, scene: Scene, draft: bulletins.Broadcast, note: str = "") -> Reply:
    # What was written for stays known, so that whoever writes into a restart is shown their draft.
    await standing.expect(scene.desk, scene.known.contact.id, MORE, f"broadcast:{draft.id}")
    return await _audience(turn, scene, draft, is_open=True, note=note)


def subject_of(scene: Scene) -> int:
    """The draft that a free message is about."""
    return int(scene.subject.split(":")[1])


def key(words: Words, name: str, *said: object, style: str = "", **facts: object) -> Button:
    """A button under a draft, by the name of its label."""
    return Button(words.label(f"broadcast.{name}", **facts), data("bc", *said), style=style)


def bounds(scene: Scene, audience: Audience) -> list[str]:
    """The bounds of an audience in words; none when everybody in the jurisdiction is meant."""
    label, industries = scene.words.label, scene.desk.catalogue.industries
    said = [audience.street, audience.grid, audience.group]
    for id_ in (audience.industry,) if audience.industry else sorted(audience.within):
        said.append(industries[id_].name if id_ in industries else id_)
    said.append(label(f"broadcast.risk.{audience.risk_class}") if audience.risk_class else "")
    return [one for one in said if one]


async def facts_of(scene: Scene, draft: bulletins.Broadcast) -> dict[str, object]:
    """What every card of a draft says: content, audience with its count, moment and how long it holds."""
    desk, audience = scene.desk, draft.audience
    reach = await audiences.resolve(desk, audience)
    opening = draft.text.strip().split("\n")[0]
    earlier = ""
    if audience.unacknowledged_of is not None:
        earlier = await bulletins.number_of(desk, audience.unacknowledged_of)
    return {
        "broadcast": draft,
        "opening": opening[:40] + ("…" if len(opening) > 40 or "\n" in draft.text.strip() else ""),
        "bounds": bounds(scene, audience),
        "signs": signs_in(draft.text),
        "photos": len(draft.content.photos),
        "messages": len(parting.parts_of(desk, draft, scene.words.locale)),
        "earlier": earlier,
        "count": reach.count,
        "enterprises": reach.enterprises,
        "vacancies": len(reach.vacancies),
        "leaves_at": leaves(scene, draft),
        "is_put_off": _is_put_off(scene, draft),
        "until_on": bulletins.last_day(desk, bulletins.expiry(desk, draft.due_at, draft.days_in_force)),
        "needs_second": must_have_second(reach.count, draft.is_urgent),
    }


def leaves(scene: Scene, draft: bulletins.Broadcast) -> datetime | None:
    """When it leaves; None for at once."""
    at = bulletins.leaves_at(scene.desk, draft.due_at, draft.is_urgent)
    return None if at <= scene.desk.now else at


def _is_put_off(scene: Scene, draft: bulletins.Broadcast) -> bool:
    """Whether the night puts it off."""
    wanted = max(draft.due_at or scene.desk.now, scene.desk.now)
    return bulletins.leaves_at(scene.desk, draft.due_at, draft.is_urgent) > wanted


async def card(turn: Turn, scene: Scene, draft: bulletins.Broadcast) -> Reply:
    """The draft, everything about it, and a button for each thing that can be changed."""
    words, id_ = scene.words, draft.id
    rows: Rows = (
        (key(words, "preview", "p", id_, style="primary"),),
        (key(words, "to", "to", id_), key(words, "when", "wh", id_)),
        (
            key(words, "days", "dy", id_),
            key(words, "not_urgent" if draft.is_urgent else "urgent", "ur", id_, 0 if draft.is_urgent else 1),
        ),
        (key(words, "rewrite", "body", id_), key(words, "throw_away", "no", id_)),
        (home_button(words),),
    )
    return show(turn, words("replies/broadcast/draft", **await facts_of(scene, draft)), rows)


async def audience(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The bounds of the audience, each with a button."""
    draft = await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    return await _audience(turn, scene, draft)


async def _audience(
    turn: Turn, scene: Scene, draft: bulletins.Broadcast, *, is_open: bool = False, note: str = ""
) -> Reply:
    words, id_ = scene.words, draft.id
    bound = (await audiences.bound_of(scene.desk, scene.as_official())).jurisdiction
    fixed = {field for field, value in (("street", bound.street), ("grid", bound.grid)) if value}
    keys = [key(words, f"by.{field}", "c", id_, field, 0) for field in FIELDS if field not in fixed]
    rows = [tuple(keys[at : at + 2]) for at in range(0, len(keys), 2)]
    rows.append((key(words, "audience_done", "d", id_, style="primary"),))
    facts = await facts_of(scene, draft)
    text = words("replies/broadcast/audience", **facts, is_open=is_open, note=note)
    # While more may come it is the card below it all.
    return show(turn, text, tuple(rows), card=is_open)


async def choose(turn: Turn, scene: Scene, id_: int, field: str, page: int) -> Reply:
    """What one bound can be."""
    if field not in FIELDS:
        raise StalePress
    desk, words, official = scene.desk, scene.words, scene.as_official()
    draft = await composing.open_draft(desk, scene.known.contact, official, id_)
    if field == "posts":
        found = [(posts.value, words.label(f"broadcast.posts.{posts}")) for posts in Posts]
    else:
        bound = await audiences.bound_of(desk, official)
        found = [(one.code, one.name) for one in await audiences.choices(desk, bound, draft.audience, field)]
    if field == "risk_class":
        found = [(code, words.label(f"broadcast.risk.{name}")) for code, name in found]
    abreast = 1 if field in ("posts", "unacknowledged_of") else 2
    size = ROWS_A_PAGE * abreast
    pages = max(1, -(-len(found) // size))
    keys = [Button(name, data("bc", "s", id_, field, code)) for code, name in found[page * size : (page + 1) * size]]
    rows = [tuple(keys[at : at + abreast]) for at in range(0, len(keys), abreast)]
    turning = pager(words, page, pages, "bc", "c", id_, field)
    if turning:
        rows.append(turning)
    back: tuple[Button, ...] = (key(words, "back", "to", id_),)
    if field != "posts":
        back = (key(words, "any", "s", id_, field, NONE), *back)
    text = words("replies/broadcast/choose", question=words.label(f"broadcast.by.{field}"), total=len(found))
    return show(turn, text, (*rows, back))


async def choose_value(turn: Turn, scene: Scene, id_: int, field: str, code: str) -> Reply:
    """One bound was chosen; a code that stands for nothing today is an old button."""
    if field not in FIELDS:
        raise StalePress
    desk, contact, official = scene.desk, scene.known.contact, scene.as_official()
    if code == NONE:
        value = ""
    elif field == "posts":
        value = Posts(code).value
    else:
        draft = await composing.open_draft(desk, contact, official, id_)
        bound = await audiences.bound_of(desk, official)
        found = await audiences.choices(desk, bound, draft.audience, field)
        value = next((one.value for one in found if one.code == code), "")
        if not value:
            raise StalePress
    draft = await composing.aim(desk, contact, official, id_, field, value)
    return await _audience(turn, scene, draft)


async def days(turn: Turn, scene: Scene, id_: int) -> Reply:
    """For how many days it is in force."""
    draft = await composing.open_draft(scene.desk, scene.known.contact, scene.as_official(), id_)
    words = scene.words
    keys = [key(words, "for_days", "ds", id_, count, count=count) for count in IN_FORCE_DAYS]
    rows: Rows = (
        tuple(keys[:2]), tuple(keys[2:]), (key(words, "for_ever", "ds", id_, 0), key(words, "back", "d", id_))
    )  # fmt: skip
    return show(turn, words("replies/broadcast/days", days=draft.days_in_force), rows)


async def change(turn: Turn, scene: Scene, said: Press) -> Reply:
    """`ds` sets the days in force, `ur` whether it is urgent."""
    desk, contact, official = scene.desk, scene.known.contact, scene.as_official()
    id_, value = said.number(2), said.number(3)
    if said.verb == "ds":
        return await card(turn, scene, await composing.plan(desk, contact, official, id_, days=value))
    return await card(turn, scene, await composing.plan(desk, contact, official, id_, is_urgent=bool(value)))


async def throw_away(turn: Turn, scene: Scene, id_: int) -> Reply:
    """The draft is thrown away, and nothing is waited for."""
    await composing.discard(scene.desk, scene.known.contact, scene.as_official(), id_)
    await standing.expect(scene.desk, scene.known.contact.id, "")
    rows: Rows = ((key(scene.words, "list", "l", 0), home_button(scene.words)),)
    return show(turn, scene.words("replies/broadcast/thrown_away"), rows)
