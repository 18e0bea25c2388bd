"""首页 — /start, /help, /cancel and what the bot says when it does not understand: anything → menu → a talk."""

from __future__ import annotations

from content.texts import Words
from domain.authority import Duty
from domain.contact import Official, Role
from domain.hold import may_decide
from domain.visit import KINDS
from handlers.screen import back_rows, home_button, show
from handlers.turn import Button, Caller, Command, Photo, Reply, Rows, Say, Scene, Turn, press
from outreach import standing
from outreach.upkeep import releasing

__all__ = ["back_rows", "cancel", "commands_of", "help_", "home", "locale_of", "not_understood", "unknown_command"]

WALKERS = (Role.PRINCIPAL, Role.SAFETY_OFFICER)


OFFICIAL_COMMANDS = (
    ("notice", Duty.NOTICE), ("reports", Duty.TRIAGE), ("papers", Duty.TRIAGE), ("hazards", Duty.FINDINGS),
    ("plans", Duty.FINDINGS), ("register", Duty.FINDINGS), ("ledger", Duty.FIGURES),
    ("invite", Duty.INVITE), ("campaign", Duty.FINDINGS), ("officials", Duty.APPOINT),
)  # fmt: skip
# In order of use; what an office does not entail leaves no gap.
OFFICIAL_BUTTONS: tuple[tuple[str, Duty, tuple[object, ...], str], ...] = (
    ("queue", Duty.FINDINGS, ("hq", "h"), "primary"),
    ("plans", Duty.FINDINGS, ("pl", "l", 0), ""),
    ("notice", Duty.FIGURES, ("bc", "l", 0), "primary"),
    ("reports", Duty.TRIAGE, ("tr", "l", 0), "primary"),
    ("papers", Duty.TRIAGE, ("ld", "l", 0), ""),
    ("register", Duty.FINDINGS, ("rg", "l"), ""),
    ("ledger", Duty.FIGURES, ("lg", "s", "-", "-"), ""),
    ("invite", Duty.INVITE, ("iv", "l", 0), ""),
    ("campaign", Duty.FIGURES, ("cm", "s"), ""),
    ("campaign", Duty.CAMPAIGN, ("cm", "s"), ""),
    ("officials", Duty.APPOINT, ("of", "l", 0), ""),
)
SAFETY_COMMANDS = ("report", "hotline", "cards", "family", "law", "help", "cancel", "language", "privacy")


def commands_of(words: Words, caller: Caller | None) -> tuple[tuple[str, str], ...]:
    """The command menu by role, in the order Telegram shows it."""
    names = ["start"]
    if caller is not None and caller.official is not None:
        names += [name for name, duty in OFFICIAL_COMMANDS if caller.official.may(duty)]
    if caller is not None and any(post.role in WALKERS for post in caller.posts):
        names += ["check", "hazards", "my", "year", "invite"]
    if caller is not None and caller.posts:
        names += ["campaign", "today"]
    if caller is not None:
        names += ["my", "quiz", "settings", "stop"]
    return tuple((name, words.label(f"command.{name}")) for name in dict.fromkeys((*names, *SAFETY_COMMANDS)))


def locale_of(language: str) -> str:
    """The language of somebody who has chosen none: Chinese unless their Telegram speaks English."""
    return "en" if language.lower().startswith("en") else "zh-CN"


async def home(turn: Turn, scene: Scene) -> Reply:
    """The main menu, by role. Nothing in progress is lost by coming here."""
    words, caller = scene.words, scene.caller
    if caller is None:
        rows: Rows = (
            (Button(words.label("menu.begin"), press("en", "consent"), style="primary"),),
            *_safety_rows(words),
        )
        return show(turn, words("replies/home/stranger"), rows)
    text = words(
        "replies/home/menu",
        name=caller.contact.name,
        posts=[{"enterprise": post.enterprise_name, "role": post.role} for post in caller.posts],
        official=caller.official,
    )
    return show(turn, text, (*await _held_rows(scene, caller), *_rows(words, caller)))


async def _held_rows(scene: Scene, caller: Caller) -> Rows:
    """After a restore, the first thing that an official who may decide on it sees."""
    if caller.official is None or not may_decide(caller.official):
        return ()
    held = await releasing.held(scene.desk)
    if held is None:
        return ()
    return ((Button(scene.words.label("hold.menu", count=held.count), press("hd", "l"), style="danger"),),)


def _safety_rows(words: Words) -> Rows:
    return (
        (_button(words, "report", "rp", "new"),),
        (_button(words, "hotline", "hl", "n"), _button(words, "cards", "hl", "c")),
        (_button(words, "family", "hh", "s"),),
    )


def _button(words: Words, key: str, *said: object, style: str = "") -> Button:
    return Button(words.label(f"menu.{key}"), press(*said), style=style)


def _rows(words: Words, caller: Caller) -> Rows:
    rows: list[tuple[Button, ...]] = []
    walks = any(post.role in WALKERS for post in caller.posts)
    if walks:
        hazards = _button(words, "hazards", "hz", "l", 0, style="primary")
        rows.append((_button(words, "check", "in", "new", style="primary"), hazards))
        rows.append((_button(words, "campaign", "cp", "s"), _button(words, "my", "my", "l", 0)))
        rows.append((_button(words, "invite", "iv", "l", 0),))
        rows.append((_button(words, "liaison", "lz", "e"),))
    if caller.official is not None:
        rows.extend(_official_rows(words, caller.official))
    if caller.posts and not walks:
        rows.append((_button(words, "my", "my", "l", 0), _button(words, "campaign", "cp", "s")))
    if not caller.posts and caller.official is None:
        rows.append((_button(words, "join", "en", "phone", style="primary"),))
    rows.append((_button(words, "quiz", "qz", "s"), _button(words, "law", "lw", "s")))
    rows.extend(_safety_rows(words))
    # Two by two: four in a row leave a phone no room for their names.
    rows.append((_button(words, "settings", "st"), _button(words, "privacy", "pr", "show")))
    rows.append((_button(words, "language", "la", "choose"), _button(words, "help", "help")))
    return tuple(rows)


def _official_rows(words: Words, official: Official) -> Rows:
    """Two by two, what the office entails."""
    entailed = [one for one in OFFICIAL_BUTTONS if official.may(one[1])]
    # Either of two duties leads to the campaign.
    buttons = tuple(dict.fromkeys(_button(words, key, *said, style=style) for key, _, said, style in entailed))
    if official.role in KINDS:
        buttons = (*buttons, _button(words, "visits", "ov", "l", 0))
    return tuple(buttons[at : at + 2] for at in range(0, len(buttons), 2))


async def help_(turn: Turn, scene: Scene) -> Reply:
    """What the bot can do for this person, and how to reach a human."""
    caller = scene.caller
    text = scene.words(
        "replies/home/help",
        is_walker=caller is not None and any(post.role in WALKERS for post in caller.posts),
        is_official=caller is not None and caller.official is not None,
    )
    return show(turn, text, back_rows(scene.words))


async def cancel(turn: Turn, scene: Scene) -> Reply:
    """Stop waiting for a free message. What was answered before stays answered."""
    if scene.caller is None or not scene.meaning:
        return show(turn, scene.words("replies/home/nothing_to_cancel"), back_rows(scene.words))
    was_inspecting = scene.subject.startswith("inspection:")
    await standing.expect(scene.desk, scene.caller.contact.id, "")
    rows: Rows = ((home_button(scene.words),),)
    if was_inspecting:
        rows = ((_go_on(scene), home_button(scene.words)),)
    return show(turn, scene.words("replies/home/cancelled", was_inspecting=was_inspecting), rows)


async def unknown_command(turn: Turn, scene: Scene) -> Reply:
    """A command nobody knows; it is said back escaped, so that a typing mistake can be seen."""
    name = turn.said.name[:32] if isinstance(turn.said, Command) else ""
    return Reply((Say(scene.words("replies/home/unknown_command", name=name), back_rows(scene.words)),))


async def not_understood(turn: Turn, scene: Scene) -> Reply:
    """A message that nothing waits for: a hint and the way to the menu, never silence."""
    rows: Rows = back_rows(scene.words)
    is_photo = False
    if is_walking := scene.caller is not None and scene.subject.startswith("inspection:"):
        rows = ((_go_on(scene), *rows[0]),)
    elif is_photo := isinstance(turn.said, Photo):
        rows = ((_button(scene.words, "report", "rp", "new"),), *rows)
    text = scene.words("replies/home/not_understood", is_walking=is_walking, is_photo=is_photo)
    return Reply((Say(text, rows),))


def _go_on(scene: Scene) -> Button:
    """Back to the walk that the person stands in."""
    return Button(scene.words.label("inspection.go_on"), press("in", "go", scene.subject.split(":")[1]))
