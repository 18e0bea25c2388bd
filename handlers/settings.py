"""提醒设置 — /settings → quiet hours, the hour, one digest a day; /stop → sure? → stopped, and the way back."""

from __future__ import annotations

import json

from domain.contact import StalePress
from domain.reminder import DAILY_HOURS, QUIET_CHOICES
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Rows, Say, Scene, Turn, press
from outreach.reminders import matters, wishing


async def show_settings(turn: Turn, scene: Scene) -> Reply:
    """What this person has asked for, and how much of the week's budget is used."""
    words = scene.words
    stands = await wishing.standing(scene.desk, scene.known.contact.id)
    wishes = stands.wishes
    text = words("replies/settings/show", wishes=wishes, told=stands.told_this_week)
    if wishes.is_stopped:
        return show(turn, text, ((_come_back(scene),), (home_button(words),)))
    bundle = Button(
        words.label("settings.bundle_off" if wishes.is_bundled else "settings.bundle_on"),
        press("st", "b", 0 if wishes.is_bundled else 1),
    )
    rows: Rows = (
        (
            Button(words.label("settings.quiet"), press("st", "q")),
            Button(words.label("settings.hour"), press("st", "h")),
        ),
        (bundle,),
        (Button(words.label("settings.stop"), press("st", "s")), home_button(words)),
    )
    return show(turn, text, rows)


async def ask_stop(turn: Turn, scene: Scene) -> Reply:
    """/stop is asked once more, because it says what still comes and what does not."""
    words, contact = scene.words, scene.known.contact
    if (await wishing.standing(scene.desk, contact.id)).wishes.is_stopped:
        return show(turn, words("replies/settings/stopped"), ((_come_back(scene),), (home_button(words),)))
    sure = Button(words.label("settings.stop_yes"), press("st", "sy"), style="danger")
    return show(turn, words("replies/settings/stop"), ((sure,), (_back(scene), home_button(words))))


async def press_settings(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk."""
    assert isinstance(turn.said, Press)
    said, words, desk, contact_id = turn.said, scene.words, scene.desk, scene.known.contact.id
    saved = words.label("settings.saved")
    match said.verb:
        case "":
            return await show_settings(turn, scene)
        case "q":
            return await _quiet_choices(turn, scene)
        case "qc":
            await wishing.choose_quiet(desk, contact_id, said.number(2))
            return await show_settings(turn, scene) + Reply(toast=saved)
        case "h":
            return await _hour_choices(turn, scene)
        case "hc":
            await wishing.choose_hour(desk, contact_id, said.number(2))
            return await show_settings(turn, scene) + Reply(toast=saved)
        case "b":
            await wishing.bundle(desk, contact_id, said.number(2) == 1)
            return await show_settings(turn, scene) + Reply(toast=saved)
        case "s":
            return await ask_stop(turn, scene)
        case "sy":
            await wishing.stop(desk, contact_id)
            return show(turn, words("replies/settings/stopped"), ((_come_back(scene),), (home_button(words),)))
        case "r":
            await wishing.come_back(desk, contact_id)
            return show(turn, words("replies/settings/back"), ((_back(scene), home_button(words)),))
        case "o":
            return await _bring(scene, said.number(2))
    raise StalePress


async def _quiet_choices(turn: Turn, scene: Scene) -> Reply:
    words = scene.words
    now = wishing.quiet_choice((await wishing.standing(scene.desk, scene.known.contact.id)).wishes.quiet)
    buttons = []
    for at, quiet in enumerate(QUIET_CHOICES):
        label = words.label("settings.quiet_choice", start=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}")
        buttons.append(Button(_marked(scene, label, at == now), press("st", "qc", at)))
    rows = (tuple(buttons[:2]), tuple(buttons[2:]), (_back(scene), home_button(words)))
    return show(turn, words("replies/settings/quiet"), rows)


async def _hour_choices(turn: Turn, scene: Scene) -> Reply:
    words = scene.words
    now = (await wishing.standing(scene.desk, scene.known.contact.id)).wishes.daily_hour
    buttons = [
        Button(_marked(scene, words.label("settings.clock", hour=hour), hour == now), press("st", "hc", hour))
        for hour in DAILY_HOURS
    ]
    rows = (tuple(buttons[:3]), tuple(buttons[3:]), (_back(scene), home_button(words)))
    return show(turn, words("replies/settings/hour"), rows)


async def _bring(scene: Scene, delivery_id: int) -> Reply:
    """A notice that was only named: sent after all, or shown again with its own buttons."""
    row = await matters.bring(scene.desk, scene.known.contact, delivery_id)
    if row is None:
        return Reply()
    rows = tuple(tuple(Button(label, data) for label, data in line) for line in json.loads(row.buttons))
    return Reply((Say(row.text, rows),))


def _marked(scene: Scene, label: str, is_chosen: bool) -> str:
    return scene.words.label("settings.chosen") + label if is_chosen else label


def _back(scene: Scene) -> Button:
    return Button(scene.words.label("settings.back"), press("st"))


def _come_back(scene: Scene) -> Button:
    return Button(scene.words.label("settings.come_back"), press("st", "r"), style="primary")
