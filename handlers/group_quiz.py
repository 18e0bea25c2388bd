"""群里答题 — /quiz by a group's admin → one poll for everybody → the numbers, for whoever asks."""

from __future__ import annotations

from domain.contact import StalePress
from domain.quiz import NotGroupAdmin
from handlers import quiz_cards as cards
from handlers.turn import Button, Command, Press, Reply, Say, Scene, Turn, press
from outreach.quizzes import asking, polling


def asks(turn: Turn) -> bool:
    """Whether this is the command that only an admin of the group may give."""
    return not turn.is_private and isinstance(turn.said, Command) and turn.said.name == "quiz"


def concerns(turn: Turn) -> bool:
    """Whether something said in a group belongs to this talk."""
    return asks(turn) or (not turn.is_private and isinstance(turn.said, Press) and turn.said.words[:2] == ("qz", "g"))


async def answer(turn: Turn, scene: Scene) -> Reply:
    """A question for an admin, the numbers for anybody. `scene.prepared` is Telegram's word that they are one."""
    if isinstance(turn.said, Press):
        return await _tally(turn, scene)
    if scene.prepared is not True:
        raise NotGroupAdmin
    return await _asked(scene, await asking.ask(scene.desk, turn.person.chat_id))


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """For an update that took effect before: the question, if the group never got it."""
    if isinstance(turn.said, Press):
        return await _tally(turn, scene)
    question = await asking.last_asked(scene.desk, turn.person.chat_id)
    if question is None or await polling.asked_at(scene.desk, f"group:{question.id}") is not None:
        return Reply()
    return await _asked(scene, question)


async def _asked(scene: Scene, group: asking.GroupQuestion) -> Reply:
    question = await asking.question_of(scene.desk, group)
    if question is None:
        raise StalePress
    poll = cards.group_poll(scene.words, group.asked, question, f"group:{group.id}")
    numbers = Button(scene.words.label("quiz.result"), press("qz", "g", group.id))
    return Reply((poll, Say(scene.words("replies/quiz/group"), ((numbers,),))))


async def _tally(turn: Turn, scene: Scene) -> Reply:
    assert isinstance(turn.said, Press)
    tally = await asking.tally(scene.desk, turn.said.number(2), turn.person.chat_id)
    text = scene.words.plain(
        "replies/quiz/tally", answers=tally.answers, right=tally.right, contacts=tally.contacts,
        share=100 * tally.right // tally.answers if tally.answers else 0,
    )  # fmt: skip
    return Reply(toast=text, alert=True)
