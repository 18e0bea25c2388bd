"""安全答题 — /quiz → topics → five polls, each after the answer to the last → what was wrong and why → again."""

from __future__ import annotations

from datetime import time, timedelta

from domain.contact import StalePress
from domain.quiz import DAILY_HOURS, QUESTIONS_A_SET, bars
from handlers import quiz_cards as cards
from handlers.screen import back_rows, home_button, show
from handlers.turn import Button, Press, Reply, Rows, Say, Scene, Turn, Voted, press
from outreach import standing
from outreach.quizzes import asking, polling, practising, quizzing, revising
from outreach.quizzes.quizzing import Quiz

MEANING = "quiz.answer"
# A second tap on the same button within this time does not send the question once more.
DOUBLE_TAP_FOR = timedelta(seconds=10)


async def show_quiz(turn: Turn, scene: Scene) -> Reply:
    """The question that waits, or the topics to choose from."""
    going = await quizzing.open_set(scene.desk, scene.known.contact.id)
    if going is None or going.next is None:
        return await _topics(turn, scene)
    text = scene.words("replies/quiz/going", number=going.next.position, total=len(going.asked))
    return show(turn, text, _other_rows(scene)) + await _ask(scene, going)


async def _topics(turn: Turn, scene: Scene) -> Reply:
    words, contact = scene.words, scene.known.contact
    suiting = {question.topic for question in await quizzing.suiting(scene.desk, scene.known.posts)}
    topics = [topic for topic in scene.desk.catalogue.topics.values() if topic.id in suiting]
    named = [
        Button(words.label("quiz.topic", icon=topic.icon, title=topic.title), press("qz", "b", topic.id))
        for topic in topics
    ]
    hour = await practising.hour_of(scene.desk, contact.id)
    daily = words.label("quiz.daily") if hour is None else words.label("quiz.daily_at", at=f"{hour:%H:%M}")
    rows: Rows = (
        (Button(words.label("quiz.mix"), press("qz", "b", ""), style="primary"),),
        *(tuple(named[at : at + 2]) for at in range(0, len(named), 2)),
        (Button(daily, press("qz", "t")), home_button(words)),
    )
    due = await quizzing.wrong_and_due(scene.desk, contact.id)
    return _show(turn, words("replies/quiz/topics", count=QUESTIONS_A_SET, due=due), rows)


def _show(turn: Turn, text: str, rows: Rows, toast: str = "") -> Reply:
    """In place, but not in place of a result."""
    if isinstance(turn.said, Press) and turn.said.words[-1] == cards.KEEP:
        return Reply((Say(text, rows),), toast)
    return show(turn, text, rows, toast=toast)


def _other_rows(scene: Scene) -> Rows:
    return ((Button(scene.words.label("quiz.other"), press("qz", "l")), home_button(scene.words)),)


async def press_quiz(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk."""
    assert isinstance(turn.said, Press)
    said, contact = turn.said, scene.known.contact
    match said.verb:
        case "s":
            return await show_quiz(turn, scene)
        case "l":
            return await _topics(turn, scene)
        case "b":
            return await _begin(turn, scene, said.words[2])
        case "go":
            return await _again(scene, await quizzing.quiz_of(scene.desk, contact, said.number(2)))
        case "r":
            return await _result(scene, await quizzing.quiz_of(scene.desk, contact, said.number(2)))
        case "d":
            return await _again(scene, await quizzing.begin_daily(scene.desk, contact, scene.known.posts))
        case "t":
            return await _hours(turn, scene)
        case "h":
            return await _choose_hour(turn, scene, said.words[2])
    raise StalePress


async def _begin(turn: Turn, scene: Scene, topic_id: str) -> Reply:
    topic = scene.desk.catalogue.topics.get(topic_id)
    if topic is None and topic_id:
        raise StalePress
    contact = scene.known.contact
    quiz, is_new = await quizzing.begin(scene.desk, contact, scene.known.posts, topic_id)
    if not is_new and quiz.next is not None:
        asked_at = await polling.asked_at(scene.desk, cards.subject(quiz, quiz.next))
        if asked_at is not None and scene.desk.now - asked_at < DOUBLE_TAP_FOR:
            return Reply(toast=scene.words.label("quiz.begun_already"))
    await standing.expect(scene.desk, contact.id, MEANING, f"quiz:{quiz.id}")
    text = scene.words("replies/quiz/begun", title=topic.title if topic else "", total=len(quiz.asked))
    return _show(turn, text, _other_rows(scene)) + await _ask(scene, quiz)


async def _ask(scene: Scene, quiz: Quiz) -> Reply:
    """The question that is next, as a poll."""
    assert quiz.next is not None
    question = quizzing.question_for(scene.desk, quiz, quiz.next)
    if question is None:
        raise StalePress
    return Reply((cards.poll(scene.words, quiz, quiz.next, question),))


async def _again(scene: Scene, quiz: Quiz) -> Reply:
    """The question where a quiz stands, or its result."""
    return await _result(scene, quiz) if quiz.next is None else await _ask(scene, quiz)


async def _result(scene: Scene, quiz: Quiz) -> Reply:
    desk, caller = scene.desk, scene.known
    memories = await revising.memories_of(desk, caller.contact.id)
    questions = desk.catalogue.questions
    rank = await quizzing.rank(desk, caller.contact, caller.posts)
    return Reply((cards.result(scene.words, quiz, quiz.questions, bars(questions, memories), rank),))


async def take_vote(turn: Turn, scene: Scene) -> Reply:
    """An answer to a poll, wherever it stands. Whoever is no contact is counted in a group and told nothing."""
    assert isinstance(turn.said, Voted)
    poll = await polling.poll_of(scene.desk, turn.said.poll_id)
    contact_id = scene.caller.contact.id if scene.caller else None
    if not turn.said.chosen:
        return Reply()
    kind, _, rest = poll.subject.partition(":") if poll is not None else ("", "", "")
    if kind == "group":
        await asking.count(scene.desk, int(rest), turn.said.chosen, contact_id)
        return Reply()
    if contact_id is None:
        return Reply()
    if poll is None or kind != "quiz" or poll.contact_id != contact_id:
        # Sent, but not remembered because of a kill in between: which question it was cannot be told any more.
        going = await quizzing.open_set(scene.desk, contact_id)
        if going is None:
            return Reply()
        return Reply((Say(scene.words("replies/quiz/not_noted")),)) + await _ask(scene, going)
    quiz_id, position = rest.split(":")
    return await _answered(scene, int(quiz_id), int(position), turn.said.chosen)


async def _answered(scene: Scene, quiz_id: int, position: int, places: tuple[int, ...]) -> Reply:
    words, contact = scene.words, scene.known.contact
    given = await quizzing.answer(scene.desk, contact, quiz_id, position, places)
    if not given.is_counted:
        if given.asked.is_answered and not given.quiz.is_over:
            return Reply((Say(words("replies/quiz/once")),))
        return Reply((Say(words("replies/quiz/late"), _other_rows(scene)),))
    told = Reply(cards.basis(words, given.quiz.questions[given.asked.question_id]))
    if given.quiz.next is None and scene.meaning == MEANING and given.quiz.daily_on is None:
        await standing.expect(scene.desk, contact.id, "")
    return told + await _again(scene, given.quiz)


async def take_words(turn: Turn, scene: Scene) -> Reply:
    """Words where a poll waits for a tap: the question once more, so that a poll that was lost is no dead end."""
    going = await quizzing.open_set(scene.desk, scene.known.contact.id)
    if going is None or going.next is None:
        await standing.expect(scene.desk, scene.known.contact.id, "")
        return await _topics(turn, scene)
    text = scene.words("replies/quiz/going", number=going.next.position, total=len(going.asked))
    return Reply((Say(text, _other_rows(scene)),)) + await _ask(scene, going)


async def show_again(turn: Turn, scene: Scene) -> Reply:
    """For an update that took effect before: the question that waits, said once and not sent twice, or the result."""
    if scene.caller is None:
        # Somebody who has not agreed yet, or a vote in a group.
        return Reply()
    contact, quiz = scene.caller.contact, None
    if isinstance(turn.said, Voted):
        poll = await polling.poll_of(scene.desk, turn.said.poll_id)
        if poll is not None and poll.subject.startswith("group:"):
            return Reply()
        if poll is not None and poll.contact_id == contact.id:
            quiz = await quizzing.quiz_of(scene.desk, contact, int(poll.subject.split(":")[1]))
    if quiz is None or quiz.is_over:
        quiz = await quizzing.open_set(scene.desk, contact.id) or quiz
    quiz = quiz or await quizzing.latest(scene.desk, contact.id)
    if quiz is None:
        return await _topics(turn, scene)
    if quiz.next is None or await polling.asked_at(scene.desk, cards.subject(quiz, quiz.next)) is None:
        return await _again(scene, quiz)
    repeat = Button(scene.words.label("quiz.repeat"), press("qz", "go", quiz.id))
    text = scene.words("replies/quiz/waiting", number=quiz.next.position)
    return Reply((Say(text, ((repeat,), *back_rows(scene.words))),))


async def _hours(turn: Turn, scene: Scene, toast: str = "") -> Reply:
    words = scene.words
    chosen = await practising.hour_of(scene.desk, scene.known.contact.id)
    hours = tuple(
        Button(
            words.label("quiz.chosen_hour", at=f"{hour:%H:%M}") if hour == chosen else f"{hour:%H:%M}",
            press("qz", "h", f"{hour:%H%M}"),
        )
        for hour in DAILY_HOURS
    )
    rows: Rows = (hours, (Button(words.label("quiz.off"), press("qz", "h", "off")),), _back(scene))
    return _show(turn, words("replies/quiz/hours", at=f"{chosen:%H:%M}" if chosen else ""), rows, toast)


def _back(scene: Scene) -> tuple[Button, ...]:
    return (Button(scene.words.label("quiz.back"), press("qz", "l")), home_button(scene.words))


async def _choose_hour(turn: Turn, scene: Scene, word: str) -> Reply:
    hours: dict[str, time | None] = {f"{hour:%H%M}": hour for hour in DAILY_HOURS}
    hours["off"] = None
    hour = hours[word]
    await practising.choose_hour(scene.desk, scene.known.contact.id, hour)
    words = scene.words
    toast = words.label("quiz.hour_off") if hour is None else words.label("quiz.hour_set", at=f"{hour:%H:%M}")
    return await _hours(turn, scene, toast)
