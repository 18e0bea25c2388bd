"""隐私 — /privacy → the notice → export all, or see what an erasure touches → confirm → gone; or the articles."""

from __future__ import annotations

import json

from domain.contact import Contact, StalePress
from handlers import screen
from handlers.turn import Button, File, Press, Reply, Rows, Scene, Turn
from handlers.turn import press as data
from outreach.people import enrolling
from outreach.privacy import disclosing, erasing


async def show(turn: Turn, scene: Scene) -> Reply:
    """The notice in force, and what one may do about one's own data; before consent, there is nothing to do."""
    words, privacy = scene.words, scene.desk.office.privacy
    rows: Rows = ((Button(words.label("privacy.basis"), data("pr", "basis")), screen.home_button(words)),)
    if await _contact(turn, scene) is not None:
        mine = (
            (Button(words.label("privacy.export"), data("pr", "export")),),
            (Button(words.label("privacy.erase"), data("pr", "erase")),),
        )
        rows = (*mine, *rows)
    return screen.show(turn, words("replies/privacy/notice", office=privacy.office, version=privacy.version), rows)


async def press(turn: Turn, scene: Scene) -> Reply:
    """`pr:show`, `pr:basis`, `pr:export`, `pr:erase`, `pr:gone:<contact>:<day>`."""
    assert isinstance(turn.said, Press)
    verb, *rest = turn.said.words[1:] or ("",)
    if verb == "show":
        return await show(turn, scene)
    if verb == "basis":
        return _basis(turn, scene)
    if verb not in ("export", "erase", "gone"):
        raise StalePress
    contact = await _contact(turn, scene)
    if contact is None:
        return screen.show(turn, scene.words("replies/privacy/nothing_held"), screen.back_rows(scene.words))
    match verb, *rest:
        case ("export",):
            return await _export(scene, contact)
        case ("erase",):
            return await _ask(turn, scene, contact)
        case ("gone", contact_id, day):
            # Yesterday's confirmation, or one given before the person came back, confirms nothing today.
            if int(contact_id) == contact.id and int(day) == scene.desk.today.toordinal():
                return await _erase(turn, scene, contact)
    raise StalePress


async def _contact(turn: Turn, scene: Scene) -> Contact | None:
    """The person's contact, also while a changed notice waits for their consent: rights do not wait for it."""
    return scene.caller.contact if scene.caller else await enrolling.contact_of(scene.desk, turn.person.id)


def _basis(turn: Turn, scene: Scene) -> Reply:
    privacy = scene.desk.office.privacy
    text = scene.words(
        "replies/privacy/basis", version=privacy.version, in_force_on=privacy.in_force_on, basis=privacy.basis
    )
    back = Button(scene.words.label("privacy.back"), data("pr", "show"))
    return screen.show(turn, text, ((back, screen.home_button(scene.words)),))


async def _export(scene: Scene, contact: Contact) -> Reply:
    desk = scene.desk
    await desk.note("DataDisclosed", f"contact:{contact.id}", contact.id)
    body = json.dumps(await disclosing.disclose(desk, contact.id), ensure_ascii=False, indent=2).encode()
    caption = scene.words("replies/privacy/exported", at=desk.now)
    return Reply((File(f"anshao-{desk.today.isoformat()}.json", body, caption),))


async def _ask(turn: Turn, scene: Scene, contact: Contact) -> Reply:
    stake = await erasing.at_stake(scene.desk, contact.id)
    text = scene.words(
        "replies/privacy/erase_ask",
        posts=[{"enterprise": post.enterprise_name, "role": post.role} for post in stake.posts],
        drafts=stake.drafts,
        submitted=stake.submitted,
        is_official=stake.is_official,
        office=scene.desk.office.privacy.office,
    )
    confirm = data("pr", "gone", contact.id, scene.desk.today.toordinal())
    rows = (
        (Button(scene.words.label("privacy.keep"), data("pr", "show")),),
        (Button(scene.words.label("privacy.erase_now"), confirm, style="danger"),),
    )
    return screen.show(turn, text, rows)


async def _erase(turn: Turn, scene: Scene, contact: Contact) -> Reply:
    erased = await erasing.erase(scene.desk, contact.id)
    text = scene.words(
        "replies/privacy/erased", receipt=contact.id, at=scene.desk.now, posts=erased.posts, drafts=erased.drafts
    )
    return screen.show(turn, text, screen.back_rows(scene.words))
