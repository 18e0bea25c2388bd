"""登记 — link → privacy notice → transfer abroad → phone or somebody who vouches → post; or a code → office."""

from __future__ import annotations

import re

from domain.contact import InvitationSpent, NotYourOwnPhone, NotYours, PhoneNotOnRegister, StalePress
from domain.refusal import Refusal
from handlers import home, report
from handlers.screen import back_rows, home_button, show
from handlers.turn import Button, Caller, Command, Keys, Press, Reply, Said, Say, Scene, SharedPhone, Turn, press
from outreach import standing
from outreach.people import appointing, enrolling, inviting, vouching
from outreach.people.inviting import Opened

PAYLOAD = re.compile(r"[oi]-[A-Za-z0-9_-]{8,40}|r-[a-z0-9]{0,32}")
# A place's code; bare, it is a report from nowhere in particular.
REPORT = re.compile(r"r-[a-z0-9]{0,32}")


async def start(turn: Turn, scene: Scene) -> Reply:
    """/start, alone or from a deep link. Again is the main menu, never an error."""
    payload = turn.said.rest if isinstance(turn.said, Command) else ""
    if scene.caller is not None and REPORT.fullmatch(payload):
        return await report.open_at(turn, scene, payload[2:])
    if scene.caller is not None:
        # Whoever speaks can be reached, whatever an earlier send came to.
        await enrolling.set_reachable(scene.desk, turn.person.id, True)
    if not PAYLOAD.fullmatch(payload):
        if scene.caller is not None:
            await standing.expect(scene.desk, scene.caller.contact.id, "")
        return await home.home(turn, scene)
    if scene.caller is None:
        return _consent(turn, scene, payload)
    return await _open(turn, scene, scene.caller, payload)


async def ask_consent(turn: Turn, scene: Scene) -> Reply:
    """Somebody who has agreed to nothing wants what must be stored; a hazard can be reported right after."""
    said = turn.said
    reports = (isinstance(said, Command) and said.name == "report") or (isinstance(said, Press) and said.talk == "rp")
    return _consent(turn, scene, "r-" if reports else "")


def _consent(turn: Turn, scene: Scene, payload: str) -> Reply:
    privacy = scene.desk.office.privacy
    text = scene.words("replies/privacy/consent", office=privacy.office, version=privacy.version)
    return _ask(turn, scene, text, "agree", payload)


def _consent_abroad(turn: Turn, scene: Scene, payload: str) -> Reply:
    """What goes abroad is agreed to by itself, with a button of its own: 个人信息保护法 article 39."""
    text = scene.words("replies/privacy/abroad", office=scene.desk.office.privacy.office)
    return _ask(turn, scene, text, "abroad", payload)


def _ask(turn: Turn, scene: Scene, text: str, verb: str, payload: str) -> Reply:
    # The link rides in the button: before the person agrees nothing about them is stored, not even that.
    words = scene.words
    agree = Button(words.label(f"enrolment.{verb}"), press("en", verb, payload), style="success")
    hotline = Button(words.label("menu.hotline"), press("hl", "n"))
    disagree = Button(words.label("enrolment.disagree"), press("en", "not"))
    return show(turn, text, ((agree,), (hotline, disagree)))


async def press_enrolment(turn: Turn, scene: Scene) -> Reply:
    """The buttons of this talk."""
    assert isinstance(turn.said, Press)
    said = turn.said
    match said.verb:
        case "consent":
            return _consent(turn, scene, "") if scene.caller is None else await home.home(turn, scene)
        case "agree" if scene.caller is None:
            return _consent_abroad(turn, scene, ":".join(said.words[2:]))
        case "agree" | "abroad":
            return await _agree(turn, scene, ":".join(said.words[2:]))
        case "not":
            return show(turn, scene.words("replies/enrolment/disagreed"), back_rows(scene.words))
    if scene.caller is None:
        return _consent(turn, scene, "")
    match said.verb:
        case "phone":
            return await _ask_phone(scene, scene.caller, "")
        case "ask":
            return await _ask_voucher(turn, scene, scene.caller, said.words[2])
        case "ok" | "no":
            return await _decide(turn, scene, scene.caller, said)
    raise StalePress


async def _agree(turn: Turn, scene: Scene, payload: str) -> Reply:
    person, desk = turn.person, scene.desk
    is_new = scene.caller is None
    if is_new:
        locale = home.locale_of(person.language)
        contact = await enrolling.agree(
            desk, person.id, person.chat_id, person.name, locale, desk.office.privacy.version
        )
        posts = await enrolling.posts_of(desk, contact.id)
        scene = Scene(desk, scene.words, Caller(contact, posts, await appointing.official_of(desk, contact.id)))
    assert scene.caller is not None
    done = show(turn, scene.words("replies/enrolment/agreed"))
    if PAYLOAD.fullmatch(payload):
        try:
            async with desk.session.begin_nested():
                return done + await _open(turn, scene, scene.caller, payload)
        except Refusal as no:
            if not is_new:
                raise
            # The consent just given stands, whatever has become of the link meanwhile.
            return done + Reply((Say(scene.words(no.moment, **no.facts), back_rows(scene.words)),))
    if not scene.caller.posts and scene.caller.official is None:
        return done + await _ask_phone(scene, scene.caller, "")
    return done + _menu_message(await home.home(turn, scene))


async def _open(turn: Turn, scene: Scene, caller: Caller, payload: str) -> Reply:
    if REPORT.fullmatch(payload):
        return await report.open_at(turn, scene, payload[2:], is_below=True)
    if payload.startswith("o-"):
        official = await appointing.take_office(scene.desk, caller.contact, payload[2:])
        text = scene.words("replies/enrolment/office_taken", official=official)
        now = Caller(caller.contact, caller.posts, official)
        menu = await home.home(turn, Scene(scene.desk, scene.words, now))
        if scene.meaning == "enrolment.phone":
            await standing.expect(scene.desk, caller.contact.id, "")
        # Whoever was asked for their number before is not asked any longer.
        told = Reply((Say(text, close_keys=True),), commands=home.commands_of(scene.words, now))
        return told + _menu_message(menu)
    opened = await inviting.open_invitation(scene.desk, payload, caller.posts)
    held = caller.post_at(opened.enterprise_id)
    if held is not None and held.role is opened.role:
        text = scene.words("replies/enrolment/already", enterprise=opened.enterprise_name, role=opened.role)
        return Reply((Say(text, back_rows(scene.words)),))
    if opened.has_phone_on_register:
        if caller.contact.phone:
            return await _bind(turn, scene, caller, caller.contact.phone, payload, opened)
        return await _ask_phone(scene, caller, payload)
    return _offer_voucher(scene, opened, payload)


async def _ask_phone(scene: Scene, caller: Caller, payload: str) -> Reply:
    await standing.expect(scene.desk, caller.contact.id, "enrolment.phone", payload)
    words = scene.words
    said = [Say(words("replies/enrolment/ask_phone"), ask_phone=words.label("enrolment.share_phone"))]
    if payload:
        ask = Button(words.label("enrolment.ask_voucher"), press("en", "ask", payload))
        said.append(Say(words("replies/enrolment/or_voucher"), ((ask,), (home_button(words),))))
    return Reply(tuple(said))


async def show_again(turn: Turn, scene: Scene) -> Reply | None:
    """Where somebody stands on their way in, after an update that took effect before; None when they are in."""
    caller, desk = scene.known, scene.desk
    if scene.meaning == "enrolment.phone":
        return await _ask_phone(scene, caller, scene.subject)
    said = turn.said
    if isinstance(said, Press) and said.talk == "en" and said.verb in ("ok", "no"):
        try:
            decided = await vouching.decision_of(desk, caller.contact, said.number(2))
        except (NotYours, ValueError):
            return None
        return show(turn, scene.words("replies/enrolment/decided", request=decided), back_rows(scene.words))
    payload = _payload(said)
    if not payload.startswith("i-"):
        return None
    try:
        opened = await inviting.open_invitation(desk, payload)
    except InvitationSpent:
        return None
    held = caller.post_at(opened.enterprise_id)
    if held is not None and held.role is opened.role:
        return None
    told = await vouching.asked(desk, caller.contact, opened.enterprise_id, opened.role)
    if told is not None:
        text = scene.words("replies/enrolment/asked", enterprise=opened.enterprise_name, told=told)
        return show(turn, text, back_rows(scene.words))
    return _offer_voucher(scene, opened, payload)


def _payload(said: Said) -> str:
    """The link that a /start or a button of this talk carries."""
    carried = ""
    if isinstance(said, Command) and said.name == "start":
        carried = said.rest
    elif isinstance(said, Press) and said.talk == "en" and said.verb in ("agree", "abroad", "ask"):
        carried = ":".join(said.words[2:])
    return carried if PAYLOAD.fullmatch(carried) else ""


async def take_phone(turn: Turn, scene: Scene) -> Reply:
    """The person shared a contact card: only their own counts, and Telegram says whether it is."""
    assert isinstance(turn.said, SharedPhone) and scene.caller is not None
    if not turn.said.is_own:
        raise NotYourOwnPhone
    payload = scene.subject if scene.meaning == "enrolment.phone" else ""
    opened = await inviting.open_invitation(scene.desk, payload) if payload else None
    return await _bind(turn, scene, scene.caller, turn.said.phone, payload, opened)


async def _bind(turn: Turn, scene: Scene, caller: Caller, phone: str, payload: str, opened: Opened | None) -> Reply:
    desk, words = scene.desk, scene.words
    await standing.expect(desk, caller.contact.id, "")
    try:
        posts = await enrolling.bind_by_phone(desk, caller.contact, phone, opened.invitation_id if opened else None)
    except PhoneNotOnRegister:
        # Said here and not raised: the number they shared is kept, so that it is not asked for twice.
        told = Reply((Say(words("replies/enrolment/phone_unknown"), close_keys=True),))
        if opened is not None:
            return told + _offer_voucher(scene, opened, payload)
        return told + _menu_message(await home.home(turn, scene))
    facts = [{"enterprise": post.enterprise_name, "role": post.role} for post in posts]
    now = Caller(caller.contact, posts, caller.official)
    text = words("replies/enrolment/bound", posts=facts)
    bound = Reply((Say(text, close_keys=True),), commands=home.commands_of(words, now))
    menu = await home.home(turn, Scene(desk, words, now))
    if opened is not None and not any(post.enterprise_id == opened.enterprise_id for post in posts):
        is_news = set(posts) != set(caller.posts)
        return (bound if is_news else Reply()) + _offer_voucher(scene, opened, payload)
    return bound + _menu_message(menu)


def _offer_voucher(scene: Scene, opened: Opened, payload: str) -> Reply:
    words = scene.words
    ask = Button(words.label("enrolment.ask_voucher"), press("en", "ask", payload), style="primary")
    text = words("replies/enrolment/offer_voucher", enterprise=opened.enterprise_name, role=opened.role)
    return Reply((Say(text, ((ask,), (home_button(words),))),))


async def _ask_voucher(turn: Turn, scene: Scene, caller: Caller, payload: str) -> Reply:
    opened = await inviting.open_invitation(scene.desk, payload)
    await standing.expect(scene.desk, caller.contact.id, "")
    told = await vouching.ask(scene.desk, caller.contact, opened.enterprise_id, opened.role, opened.invitation_id)
    text = scene.words("replies/enrolment/asked", enterprise=opened.enterprise_name, told=told)
    if scene.meaning == "enrolment.phone":
        # Only a new message can take away the key that shares the number.
        return Reply((Keys(), Say(text, close_keys=True)))
    return show(turn, text, back_rows(scene.words))


async def _decide(turn: Turn, scene: Scene, caller: Caller, said: Press) -> Reply:
    decided = await vouching.decide(
        scene.desk, caller.contact, caller.posts, caller.official, said.number(2), said.verb == "ok"
    )
    return show(turn, scene.words("replies/enrolment/decided", request=decided), back_rows(scene.words))


def _menu_message(menu: Reply) -> Reply:
    """The menu as a new message below what was just said."""
    return Reply(tuple(Say(said.text, said.rows) for said in menu.says if isinstance(said, Say)))
