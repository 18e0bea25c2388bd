"""邀请 — bringing the right person of an enterprise into the chat.

/invite → (an official: enterprise, or part of its name) → post → QR and link
        → 全部企业打印页 → to whom → yes, that many → a sheet to print
"""

from __future__ import annotations

import asyncio

from content.papers import InvitationEntry, invitation_card
from domain.contact import Role, StalePress, is_sole
from domain.invitation import MayNotInvite, Scope
from handlers import screen
from handlers.turn import Button, Command, File, Press, Reply, Rows, Scene, Text, Turn
from handlers.turn import press as data
from outreach import standing
from outreach.people import invitees

ROWS_A_PAGE = screen.ROWS_A_PAGE
LARGEST = 2**31 - 1
# What is left of a button's 64 bytes for a part of a name.
PART_BYTES = 45


async def show(turn: Turn, scene: Scene) -> Reply:
    """`/invite`, or `/invite part-of-a-name` for an official."""
    part = turn.said.rest if isinstance(turn.said, Command) else ""
    return await _list(turn, scene, 0, _part(part))


async def press(turn: Turn, scene: Scene) -> Reply:
    """`iv:l:<page>`, `iv:f:<part>:<page>`, `iv:e:<enterprise>`, `iv:q:<enterprise>:<role>`, `iv:find`, `iv:s`,
    `iv:c:<role>:<scope>`, `iv:y:<role>:<scope>:<when>`."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.words[1:]:
        case ("l", _):
            return await _list(turn, scene, _number(said, 2), "")
        case ("f", part, _):
            return await _list(turn, scene, _number(said, 3), _part(part))
        case ("find",):
            return await _ask_part(turn, scene)
        case ("e", _):
            return await _enterprise(turn, scene, _number(said, 2))
        case ("q", _, role):
            return await _issue(scene, _number(said, 2), Role(role))
        case ("s",):
            return await _whom(turn, scene)
        case ("c", role, scope):
            return await _confirm(turn, scene, Role(role), Scope(scope))
        case ("y", role, scope, asked):
            return await _order(turn, scene, Role(role), Scope(scope), str(int(asked)))
    raise StalePress


async def take_part(turn: Turn, scene: Scene) -> Reply:
    """The part of a name that was asked for; it stays asked for, so that another can be tried."""
    part = turn.said.text if isinstance(turn.said, Text) else ""
    return await _list(turn, scene, 0, _part(part))


def _number(said: Press, at: int) -> int:
    """A page or an id; a forged one that no column holds is refused before it reaches the database."""
    number = said.number(at)
    if abs(number) > LARGEST:
        raise StalePress
    return number


def _part(typed: str) -> str:
    """As much of it as a button carries to the next page; colons separate a button's words."""
    return typed.strip().replace(":", "").encode()[:PART_BYTES].decode(errors="ignore")


async def _list(turn: Turn, scene: Scene, page: int, part: str) -> Reply:
    words, caller = scene.words, scene.known
    own = invitees.own_enterprises(caller.posts)
    if caller.official is None:
        if not own:
            raise MayNotInvite
        if len(own) == 1:
            return await _enterprise(turn, scene, own[0].enterprise_id)
        rows: Rows = tuple((Button(post.enterprise_name, data("iv", "e", post.enterprise_id)),) for post in own)
        return screen.show(turn, words("replies/invitations/own"), (*rows, *screen.back_rows(words)))
    page = max(page, 0)
    lines, total = await invitees.in_jurisdiction(scene.desk, caller.official, part, page, ROWS_A_PAGE)
    pages = max(1, -(-total // ROWS_A_PAGE))
    prefix = ("iv", "f", part) if part else ("iv", "l")
    text = words("replies/invitations/list", total=total, part=part, page=page + 1, pages=pages)
    found = tuple((Button(_name(scene, line), data("iv", "e", line.id)),) for line in lines)
    pager = screen.pager(words, page, pages, *prefix)
    tools: tuple[Button, ...] = (Button(words.label("invitations.find"), data("iv", "find")),)
    if part:
        tools = (*tools, Button(words.label("invitations.all"), data("iv", "l", 0)))
    elif total:
        tools = (*tools, Button(words.label("invitations.sheet"), data("iv", "s")))
    return screen.show(turn, text, (*found, *((pager,) if pager else ()), tools, *screen.back_rows(words)))


def _name(scene: Scene, line: invitees.InviteeLine) -> str:
    return scene.words.label("invitations.held" if line.is_held else "invitations.vacant", name=line.name)


async def _ask_part(turn: Turn, scene: Scene) -> Reply:
    scene.as_official()
    await standing.expect(scene.desk, scene.known.contact.id, "invitations.part")
    rows: Rows = ((Button(scene.words.label("invitations.all"), data("iv", "l", 0)), screen.home_button(scene.words)),)
    return screen.show(turn, scene.words("replies/invitations/find"), rows)


async def _enterprise(turn: Turn, scene: Scene, enterprise_id: int) -> Reply:
    words, caller = scene.words, scene.known
    there = await invitees.invitee(scene.desk, caller.posts, caller.official, enterprise_id)
    rows: Rows = tuple(
        (Button(words.label(_label(role, there.own)), data("iv", "q", enterprise_id, role)),) for role in there.roles
    )
    back: tuple[Button, ...] = (screen.home_button(words),)
    if caller.official is not None or len(invitees.own_enterprises(caller.posts)) > 1:
        back = (Button(words.label("invitations.back"), data("iv", "l", 0)), *back)
    holders = [{"name": name, "role": role} for name, role in there.holders]
    text = words("replies/invitations/enterprise", enterprise=there.name, holders=holders, own=there.own)
    return screen.show(turn, text, (*rows, back))


def _label(role: Role, own: Role | None) -> str:
    return "invitations.hand_over" if role is own and is_sole(role) else f"invitations.to.{role}"


async def _issue(scene: Scene, enterprise_id: int, role: Role) -> Reply:
    words, caller = scene.words, scene.known
    issued = await invitees.issue(scene.desk, caller.contact, caller.posts, caller.official, enterprise_id, role)
    entry = InvitationEntry(
        issued.enterprise_name, words.label(f"role.{role}"), issued.link, issued.expires_at, is_sole(role)
    )
    # About 25 ms; in a thread, so that nobody else's answer waits for it.
    picture = await asyncio.to_thread(invitation_card, entry)
    caption = words("replies/invitations/card", issued=issued, is_sole=is_sole(role))
    keys = (
        Button(words.label("invitations.copy"), copy=issued.link),
        Button(words.label("invitations.open"), url=issued.link),
    )
    back = (Button(words.label("invitations.back_here"), data("iv", "e", enterprise_id)), screen.home_button(words))
    return Reply((File("invitation.png", picture, caption, as_photo=True, rows=(keys, back)),))


async def _whom(turn: Turn, scene: Scene) -> Reply:
    official, words = scene.as_official(), scene.words
    rows: list[tuple[Button, ...]] = []
    for role in (Role.SAFETY_OFFICER, Role.PRINCIPAL):
        counts = {scope: await invitees.count_for_sheet(scene.desk, official, role, scope) for scope in Scope}
        if counts[Scope.VACANT] == counts[Scope.ALL]:
            del counts[Scope.VACANT]
        for scope, count in sorted(counts.items(), key=lambda choice: choice[1]):
            if count:
                label = words.label(f"invitations.sheet_for.{role}.{scope}", count=count)
                rows.append((Button(label, data("iv", "c", role, scope)),))
    rows.append((Button(words.label("invitations.back"), data("iv", "l", 0)), screen.home_button(words)))
    return screen.show(turn, words("replies/invitations/sheet"), tuple(rows))


async def _confirm(turn: Turn, scene: Scene, role: Role, scope: Scope) -> Reply:
    words = scene.words
    count = await invitees.must_fit_a_sheet(scene.desk, scene.as_official(), role, scope)
    # The instant rides in the button: pressed twice it is one sheet, asked for again it is another.
    yes = Button(
        words.label("invitations.sheet_yes", count=count),
        data("iv", "y", role, scope, int(scene.desk.now.timestamp())),
        style="primary",
    )
    no = Button(words.label("invitations.sheet_no"), data("iv", "s"))
    text = words("replies/invitations/sheet_confirm", count=count, role=role, pages=-(-count // 8))
    return screen.show(turn, text, ((yes,), (no, screen.home_button(words))))


async def _order(turn: Turn, scene: Scene, role: Role, scope: Scope, asked: str) -> Reply:
    count = await invitees.order_sheet(scene.desk, scene.known.contact, scene.as_official(), role, scope, asked)
    text = scene.words("replies/invitations/sheet_ordered", count=count)
    return screen.show(turn, text, screen.back_rows(scene.words))
