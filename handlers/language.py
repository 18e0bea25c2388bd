"""语言 — /language → a button → everything from now on in that language, or in Chinese where it has no words."""

from __future__ import annotations

from handlers import home
from handlers.screen import home_button, show
from handlers.turn import Button, Press, Reply, Scene, Turn, press
from outreach.people import enrolling


async def choose(turn: Turn, scene: Scene) -> Reply:
    """One button per language, each written in itself."""
    texts = scene.desk.office.texts
    names = [Button(texts.words(locale).label("language.name"), press("la", "set", locale)) for locale in texts.locales]
    return show(turn, scene.words("replies/home/language"), (tuple(names), (home_button(scene.words),)))


async def press_language(turn: Turn, scene: Scene) -> Reply:
    """Show the choice, or take it. For somebody who has agreed to nothing yet nothing is stored."""
    assert isinstance(turn.said, Press)
    if turn.said.verb != "set":
        return await choose(turn, scene)
    locale = turn.said.words[2]
    words = scene.desk.office.texts.words(locale)
    caller = scene.caller
    if caller is not None:
        await enrolling.set_locale(scene.desk, caller.contact.id, words.locale)
    shown = await home.home(turn, Scene(scene.desk, words, caller))
    return Reply(shown.says, toast=words.label("language.chosen"), commands=home.commands_of(words, caller))
