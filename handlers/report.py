"""报隐患 — /report or a code on a wall → words and photos → (where) → 匿名 or 实名 → number → outcome, additions.

Until a report is submitted as a named one, nothing that this talk does touches a row of the contact: what was said lies
in a sealed draft, and its replies are discreet.
"""

from __future__ import annotations

from dataclasses import replace

from domain.contact import StalePress
from domain.report import (
    FEW_CONTACTS,
    WHO_LIMIT,
    Draft,
    DraftPhoto,
    number_in,
    receipt_in,
    reports_own_employer,
)
from domain.text import fitting
from handlers import report_cards as cards
from handlers.inspection_cards import must_be_a_photo
from handlers.screen import back_rows, below, unless_full, unless_too_long
from handlers.turn import Button, Command, Document, Location, Photo, Press, Reply, Say, Scene, Text, Turn
from handlers.turn import press as data
from outreach import placing
from outreach.reports import drafts, following, reporting

MEANING = "report"
PHOTO_LIMIT_BYTES = 20_000_000
LISTED = 10


async def begin(turn: Turn, scene: Scene) -> Reply:
    """/report, alone or with a number or a receipt code."""
    rest = turn.said.rest if isinstance(turn.said, Command) else ""
    if rest:
        return await _looked_up(turn, scene, rest) or Reply((Say(scene.words("replies/report/unknown_number")),))
    return await open_at(turn, scene, "")


async def open_at(turn: Turn, scene: Scene, code: str, *, is_below: bool = False) -> Reply:
    """Begin at the place of a scanned code, or go on with what was begun; `is_below` leaves the pressed message."""
    draft = await drafts.begin(scene.desk, turn.person.id, scene.known.posts, code)
    reply = await _card(turn, scene, draft)
    return below(reply) if is_below else reply


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """Where the person stands in a report, for an update that took effect before; the number came with a receipt."""
    draft = await drafts.draft_of(scene.desk, turn.person.id)
    if draft is None:
        return below(cards.discreet(turn, scene.words("replies/report/done_before"), back_rows(scene.words)))
    return await _card(turn, scene, draft)


async def drop(turn: Turn, scene: Scene) -> Reply:
    """不报了: the sealed draft is wiped."""
    await drafts.drop(scene.desk, turn.person.id)
    return cards.discreet(turn, scene.words("replies/report/dropped"), back_rows(scene.words))


async def take(turn: Turn, scene: Scene) -> Reply:
    """Words, photos and places that come while the draft listens."""
    draft, said = await _draft(turn, scene), turn.said
    if isinstance(said, Text):
        if draft.is_empty and draft.asked == "what":
            looked_up = await _looked_up(turn, scene, said.text)
            if looked_up is not None:
                return looked_up
        if draft.asked == "who":
            return await _submit(turn, scene, replace(draft, who=fitting(said.text, WHO_LIMIT)), is_named=True)
        draft = draft.somewhere(said.text) if draft.asked == "where" else draft.saying(said.text)
    elif isinstance(said, Location):
        draft = draft.located(said.latitude, said.longitude)
    else:
        assert isinstance(said, (Photo, Document))
        must_be_a_photo(said, PHOTO_LIMIT_BYTES)
        with unless_full(scene.words) as full:
            draft = draft.showing(DraftPhoto(said.file_id, said.file_unique_id))
        with unless_too_long(scene.words) as aside:
            draft = draft.saying(said.caption)
        draft = await drafts.keep(scene.desk, turn.person.id, draft)
        return aside.reply + full.over(await _card(turn, scene, draft))
    return await _card(turn, scene, await drafts.keep(scene.desk, turn.person.id, draft))


async def press_report(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk. Those that name a report are checked against whoever presses."""
    assert isinstance(turn.said, Press)
    said, desk, words = turn.said, scene.desk, scene.words
    contact, person_id = scene.known.contact, turn.person.id
    match said.verb:
        case "new":
            return await open_at(turn, scene, "")
        case "l":
            found = await following.own_reports(desk, contact, LISTED)
            return cards.own_list(turn, words, found)
        case "o":
            return cards.status(turn, words, await following.own_report(desk, contact, person_id, said.number(2)))
        case "m":
            own = await following.own_report(desk, contact, person_id, said.number(2))
            draft = await drafts.begin_addition(desk, person_id, own.id)
            return cards.addition(turn, words, draft, own.number, is_new=True)
        case "ok":
            await following.satisfied(desk, contact, person_id, said.number(2))
            own = await following.own_report(desk, contact, person_id, said.number(2))
            return cards.discreet(turn, words("replies/report/satisfied", own=own), back_rows(words))
        case "not":
            own = await following.own_report(desk, contact, person_id, said.number(2))
            if len(said.words) < 4 or said.words[3] not in ("1", "2", "3"):
                return cards.ask_dispute(turn, words, own)
            why = words.label(f"report.dispute_{said.words[3]}")
            await following.dispute(desk, contact, person_id, own.id, why)
            add = (Button(words.label("report.add"), data("rp", "m", own.id)),)
            return cards.discreet(turn, words("replies/report/disputed", own=own), (add, *back_rows(words)))
        case "k":
            own = await following.own_report(desk, contact, person_id, said.number(2))
            return cards.ask_sever(turn, words, own)
        case "kk":
            receipt = await following.sever(desk, contact, person_id, said.number(2))
            copy = (Button(words.label("report.copy_receipt"), copy=receipt),)
            text = words("replies/report/severed", receipt=receipt)
            return cards.discreet(turn, text, (copy, *back_rows(words)))
        case "no":
            return await drop(turn, scene)
    return await _press_draft(turn, scene, said)


async def _press_draft(turn: Turn, scene: Scene, said: Press) -> Reply:
    draft, desk, words, posts = await _draft(turn, scene), scene.desk, scene.words, scene.known.posts
    match said.verb:
        case "c":
            draft = replace(draft, asked="what")
        case "w":
            draft = replace(draft, asked="where")
        case "e":
            if not any(post.enterprise_id == said.number(2) for post in posts):
                raise StalePress
            draft = replace(draft, enterprise_id=said.number(2), place_id=None, asked="what")
        case "x":
            draft = draft.nowhere()
        case "d":
            return cards.difference(turn, words)
        case "a" if not draft.is_empty:
            is_own = reports_own_employer(draft, posts)
            is_few = draft.enterprise_id is not None and (
                await reporting.contacts_at(desk, draft.enterprise_id) < FEW_CONTACTS
            )
            if is_own or is_few:
                return cards.warn(turn, words, is_own=is_own, is_few=is_few)
            return await _submit(turn, scene, draft, is_named=False)
        case "a" | "aa":
            return await _submit(turn, scene, draft, is_named=False)
        case "n" if not draft.is_empty and not scene.known.contact.phone:
            draft = replace(draft, asked="who")
        case "n" | "nn":
            return await _submit(turn, scene, draft, is_named=True)
        case "s":
            added = await reporting.add(desk, scene.known.contact, turn.person.id, draft)
            look = (Button(words.label("report.look"), data("rp", "o", added.id)),)
            return cards.discreet(turn, words("replies/report/added", added=added), (look, *back_rows(words)))
        case _:
            raise StalePress
    return await _card(turn, scene, await drafts.keep(desk, turn.person.id, draft))


async def _draft(turn: Turn, scene: Scene) -> Draft:
    """The draft that is going on. Raises StalePress when it was submitted or dropped."""
    draft = await drafts.draft_of(scene.desk, turn.person.id)
    if draft is None:
        raise StalePress
    return draft


async def _card(turn: Turn, scene: Scene, draft: Draft) -> Reply:
    if draft.report_id is not None:
        number = await following.number_of(scene.desk, draft.report_id)
        return cards.addition(turn, scene.words, draft, number)
    where = await reporting.place_words(scene.desk, draft)
    # As long as a name or a place is waited for, that is what stands there: also below a photo that came in between.
    if draft.asked == "who":
        return cards.ask_who(turn, scene.words, draft, scene.known.contact.name)
    if draft.asked == "where":
        return cards.ask_where(turn, scene.words, draft, where, scene.known.posts)
    official = scene.known.official
    makes_places = official is not None or any(post.role in placing.MAKERS for post in scene.known.posts)
    return cards.card(turn, scene.words, draft, where, makes_places=makes_places)


async def _submit(turn: Turn, scene: Scene, draft: Draft, *, is_named: bool) -> Reply:
    person = turn.person
    made = await reporting.submit(scene.desk, scene.known.contact, person.id, person.chat_id, draft, is_named)
    return cards.submitted(turn, scene.words, made)


async def _looked_up(turn: Turn, scene: Scene, text: str) -> Reply | None:
    """A report by the number or the receipt code that somebody sent; None when the text is neither."""
    desk, words, person_id = scene.desk, scene.words, turn.person.id
    receipt = receipt_in(text)
    if receipt is not None:
        own = await following.report_by_receipt(desk, *receipt)
        # Whoever holds the code may add; the sealed draft remembers that they showed it.
        await drafts.begin_addition(desk, person_id, own.id)
        return cards.status(turn, words, own, by_receipt=True)
    number = number_in(text)
    if number:
        return cards.status(turn, words, await following.report_numbered(desk, scene.known.contact, person_id, number))
    return None
