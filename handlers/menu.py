"""总机 — hands each turn to its talk; with the list of lines the only place that knows all talks."""

from __future__ import annotations

from domain.authority import Duty
from domain.contact import StalePress
from domain.refusal import Refusal
from handlers import (
    acknowledgement,
    duties,
    enrolment,
    group_quiz,
    home,
    inspection,
    plan_steps,
    quiz,
    register,
    report,
)
from handlers.lines import (
    AGAIN,
    ASKED_AGAIN,
    COMMANDS,
    FILE_MEANINGS,
    MEANINGS,
    OPEN_COMMANDS,
    OPEN_PRESSES,
    PRESSES,
    Talk,
)
from handlers.turn import (
    Caller,
    Command,
    Document,
    FileFetcher,
    Location,
    Photo,
    Press,
    Reachability,
    Reply,
    Say,
    Scene,
    SharedPhone,
    Text,
    Turn,
    Voted,
)
from outreach import calling
from outreach.calling import Known
from outreach.desk import Desk
from outreach.people import enrolling
from outreach.reports import drafts


async def caller_for(turn: Turn, desk: Desk) -> Caller | None:
    """The contact who speaks, with posts and office; None for somebody who has not agreed to anything yet."""
    return _entitled(desk, await calling.who(desk, turn.person.id))


def _entitled(desk: Desk, known: Known | None) -> Caller | None:
    # A changed privacy notice is agreed to anew: until then this is somebody who has agreed to nothing.
    if known is None or known.contact.consent_version < desk.office.privacy.version:
        return None
    return Caller(known.contact, known.posts, known.official)


def foresee(turn: Turn, desk: Desk) -> None:
    """Say what the answer to this turn will read first, as far as the turn itself tells."""
    desk.foresee(calling.asked(turn.person.id), drafts.asked(desk, turn.person.id))
    if isinstance(turn.said, Press) and turn.said.talk == "in":
        inspection.foresee(turn.said, desk)


async def scene_for(turn: Turn, desk: Desk, prepared: object = None) -> Scene:
    """Who speaks, in which language, and what their next free message means."""
    person_id = turn.person.id
    found, sealed = await desk.ask(calling.asked(person_id), drafts.asked(desk, person_id))
    known = calling.known(desk, found)
    caller = _entitled(desk, known)
    if known is None or caller is None:
        return Scene(desk, desk.office.texts.words(home.locale_of(turn.person.language)), None, prepared)
    stands, words = known.stands, desk.office.texts.words(caller.contact.locale)
    draft = drafts.opened(desk, person_id, sealed)
    if drafts.listens(draft, stands):
        meaning, subject = report.MEANING, ""
    else:
        meaning, subject = stands.meaning, stands.subject
    return Scene(
        desk, words, caller, prepared, meaning, subject, stands.card_message_id, draft.card if draft else None
    )  # fmt: skip


async def prepare(turn: Turn, caller: Caller | None, fetch: FileFetcher) -> object:
    """What must be done outside the transaction, such as fetching and reading a workbook; a Refusal is returned."""
    official = caller.official if caller else None
    if isinstance(turn.said, Document) and official is not None and official.may(Duty.REGISTER):
        try:
            return await register.prepare(turn.said, fetch)
        except Refusal as refusal:
            return refusal
    return None


async def answer(turn: Turn, scene: Scene) -> Reply:
    """Let the talk that this turn belongs to answer it. Raises Refusal for an expected no."""
    if not turn.is_private:
        if group_quiz.concerns(turn):
            return await group_quiz.answer(turn, scene)
        return Reply((Say(scene.words("replies/home/private_only")),))
    scene = await _as_entitled(turn, scene)
    match turn.said:
        case Voted():
            return await quiz.take_vote(turn, scene)
        case Reachability(is_reachable=reachable):
            await enrolling.set_reachable(scene.desk, turn.person.id, reachable, "blocked")
            return Reply()
        case Command(name="cancel") if scene.meaning == report.MEANING:
            return await report.drop(turn, scene)
        case Command(name=name):
            if name not in COMMANDS:
                return await home.unknown_command(turn, scene)
            return await _gated(COMMANDS[name], name in OPEN_COMMANDS, turn, scene)
        case Press() as press:
            if press.talk not in PRESSES:
                raise StalePress
            try:
                return await _gated(PRESSES[press.talk], press.talk in OPEN_PRESSES, turn, scene)
            except (ValueError, IndexError, KeyError):
                # A button is a claim: data that no button of ours ever had is refused like an old one.
                raise StalePress from None
        case SharedPhone():
            return await _gated(enrolment.take_phone, False, turn, scene)
        case Document() if scene.caller and scene.caller.official and scene.meaning not in FILE_MEANINGS:
            return await register.take_workbook(turn, scene)
        case Location() if scene.meaning == report.MEANING:
            return await report.take(turn, scene)
        case Text() | Photo() | Document() if scene.meaning in MEANINGS and scene.caller:
            return await MEANINGS[scene.meaning](turn, scene)
        case Photo() if scene.caller and await inspection.is_spare(turn, scene):
            return await inspection.pass_over(turn, scene)
    return await home.not_understood(turn, scene)


async def _as_entitled(turn: Turn, scene: Scene) -> Scene:
    """The scene with what the caller's office entails, and no more. Raises DutyLacking, StalePress."""
    try:
        return await duties.with_proxy(turn.said, duties.fit(turn.said, scene))
    except ValueError:
        raise StalePress from None


async def where_now(turn: Turn, scene: Scene) -> Reply:
    """For an update that took effect before: where the person stands now, never a second effect, never silence."""
    if isinstance(turn.said, Reachability):
        return Reply()
    if not turn.is_private:
        return await group_quiz.show_again(turn, scene) if group_quiz.concerns(turn) else Reply()
    if isinstance(turn.said, Voted) or (isinstance(turn.said, Press) and turn.said.talk == "qz"):
        return await quiz.show_again(turn, scene)
    if scene.caller is None:
        # Nothing was stored about them, so nothing can happen twice: their link or question is answered afresh.
        return await answer(turn, scene)
    scene = await _as_entitled(turn, scene)
    if scene.meaning == report.MEANING or (isinstance(turn.said, Press) and turn.said.talk == "rp"):
        return await report.show_again(turn, scene)
    if isinstance(turn.said, Press) and turn.said.talk == "ak":
        # The menu must not take the place of the notice that was pressed; twice is once there anyway.
        return await acknowledgement.press(turn, scene)
    if scene.meaning == plan_steps.DAY and isinstance(turn.said, Text):
        return await plan_steps.take_day(turn, scene)
    for concerns, show_again in AGAIN:
        if concerns(turn, scene):
            return await show_again(turn, scene)
    if isinstance(turn.said, Command) and turn.said.name in ASKED_AGAIN:
        return await COMMANDS[turn.said.name](turn, scene)
    if (submitted := await inspection.show_submitted(turn, scene)) is not None:
        return submitted
    if scene.subject.startswith("inspection:"):
        return await inspection.show_again(turn, scene)
    if (on_the_way := await enrolment.show_again(turn, scene)) is not None:
        return on_the_way
    if scene.caller is not None and scene.subject.startswith("quiz:"):
        return await quiz.show_again(turn, scene)
    return await home.home(turn, scene)


async def refuse(turn: Turn, scene: Scene, refusal: Refusal) -> Reply:
    """Say an expected no in words: as an alert for a button, as a message otherwise."""
    text = scene.words(refusal.moment, **refusal.facts)
    if isinstance(turn.said, Press):
        return Reply(toast=scene.words.plain(refusal.moment, **refusal.facts)[:200], alert=True)
    return Reply((Say(text, home.back_rows(scene.words) if turn.is_private else ()),))


async def _gated(talk: Talk, is_open: bool, turn: Turn, scene: Scene) -> Reply:
    if scene.caller is None and not is_open:
        return await enrolment.ask_consent(turn, scene)
    return await talk(turn, scene)
