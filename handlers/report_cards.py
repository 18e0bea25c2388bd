"""报隐患卡片 — what each moment of a report looks like; all of it discreet: no row remembers that it was shown."""

from __future__ import annotations

from content.texts import Words
from domain.contact import Post
from domain.report import PHOTOS_PER_REPORT, Draft, ReportState
from handlers.inspection_cards import short
from handlers.screen import back_rows, below, home_button
from handlers.turn import Button, Press, Reply, Rows, Say, Turn
from handlers.turn import press as data
from outreach.reports.following import OwnReport
from outreach.reports.reporting import Submitted


def discreet(turn: Turn, text: str, rows: Rows, *, card: bool = True) -> Reply:
    """A card whose message id is kept in the sealed draft, if anywhere."""
    return Reply((Say(text, rows, edit=isinstance(turn.said, Press), card=card),), is_discreet=True)


def _button(words: Words, key: str, *said: object, style: str = "") -> Button:
    return Button(words.label(f"report.{key}"), data("rp", *said), style=style)


def card(turn: Turn, words: Words, draft: Draft, where: str, *, makes_places: bool) -> Reply:
    """The draft: what was said so far and, once there is something, the two ways to submit it."""
    place = _button(words, "change_place" if where else "say_place", "w")
    why = _button(words, "difference", "d")
    leave: tuple[Button, ...] = (_button(words, "drop", "no"), home_button(words))
    if draft.is_empty:
        rows: list[tuple[Button, ...]] = [(place,), (why,), (_button(words, "mine", "l"),)]
        if makes_places:
            rows.append((Button(words.label("places.make"), data("pq", "l", 0)),))
        return discreet(turn, words("replies/report/ask", where=where), (*rows, leave))
    text = words("replies/report/ready", draft=draft, where=where, more=PHOTOS_PER_REPORT - len(draft.photos))
    submit = (
        _button(words, "anonymous", "a", style="primary"),
        _button(words, "named", "n", style="primary"),
    )
    return discreet(turn, text, (submit, (place, why), leave))


def ask_where(turn: Turn, words: Words, draft: Draft, where: str, posts: tuple[Post, ...]) -> Reply:
    """Where it is: a word, a shared location, the own enterprise, or nothing at all."""
    own = {post.enterprise_id: post.enterprise_name for post in posts}
    rows: list[tuple[Button, ...]] = [
        (Button(short(name), data("rp", "e", id)),) for id, name in own.items() if id != draft.enterprise_id
    ]
    rows.append((_button(words, "no_place", "x"), _button(words, "back", "c")))
    return discreet(turn, words("replies/report/where", where=where, photos=len(draft.photos)), tuple(rows))


def difference(turn: Turn, words: Words) -> Reply:
    """匿名 and 实名, told truthfully."""
    return discreet(turn, words("replies/report/difference"), ((_button(words, "back", "c"),),))


def warn(turn: Turn, words: Words, *, is_own: bool, is_few: bool) -> Reply:
    """The own employer, or one of which few are in the chat: what no name may mean there, before it is done."""
    rows = (
        (_button(words, "anonymous_still", "aa", style="primary"),),
        (_button(words, "named_after_all", "n"), _button(words, "back", "c")),
    )
    return discreet(turn, words("replies/report/warn", is_own=is_own, is_few=is_few), rows)


def ask_who(turn: Turn, words: Words, draft: Draft, name: str) -> Reply:
    """A real name and a number; or just this chat."""
    rows = ((_button(words, "only_here", "nn"),), (_button(words, "back", "c"),))
    return discreet(turn, words("replies/report/who", name=name, photos=len(draft.photos)), rows)


def submitted(turn: Turn, words: Words, made: Submitted) -> Reply:
    """The number, at once; a receipt follows."""
    rows: list[tuple[Button, ...]] = [(_button(words, "add", "m", made.id),)]
    if not made.is_named:
        rows.append((_button(words, "sever", "k", made.id),))
    return discreet(turn, words("replies/report/submitted", made=made), (*rows, (home_button(words),)))


def addition(turn: Turn, words: Words, draft: Draft, number: str, *, is_new: bool = False) -> Reply:
    """What is to be added to a report that was made; a fresh one goes below the notice that asked for it."""
    rows: list[tuple[Button, ...]] = []
    if not draft.is_empty:
        rows.append((_button(words, "submit_addition", "s", style="primary"),))
    rows.append((_button(words, "no_addition", "no"), home_button(words)))
    reply = discreet(turn, words("replies/report/addition", draft=draft, number=number), tuple(rows))
    return below(reply) if is_new else reply


def status(turn: Turn, words: Words, own: OwnReport, *, by_receipt: bool = False) -> Reply:
    """What became of a report."""
    rows: list[tuple[Button, ...]] = []
    if not by_receipt:
        rows.append((_button(words, "add", "m", own.id),))
        if own.has_route:
            rows.append((_button(words, "sever", "k", own.id),))
        agree = (_button(words, "satisfied", "ok", own.id),) if own.may_agree else ()
        if own.may_dispute:
            rows.insert(0, (*agree, _button(words, "dispute", "not", own.id)))
    text = words("replies/report/status", own=own, by_receipt=by_receipt)
    said = Say(text, (*rows, *back_rows(words)))
    return Reply((said,), is_discreet=True)


def ask_dispute(turn: Turn, words: Words, own: OwnReport) -> Reply:
    """What is still wrong, for a press: no word of an anonymous reporter has to be typed for it."""
    rows = [(_button(words, f"dispute_{at}", "not", own.id, at),) for at in (1, 2, 3)]
    return discreet(turn, words("replies/report/dispute", own=own), (*rows, (_button(words, "look", "o", own.id),)))


def ask_sever(turn: Turn, words: Words, own: OwnReport) -> Reply:
    """Cutting the way back cannot be undone, so it is asked about."""
    if not own.has_route:
        return status(turn, words, own)
    rows = ((_button(words, "sever_yes", "kk", own.id, style="danger"),), (_button(words, "sever_no", "o", own.id),))
    return discreet(turn, words("replies/report/sever", own=own), rows)


def own_list(turn: Turn, words: Words, found: tuple[tuple[int, str, ReportState], ...]) -> Reply:
    """The caller's named reports; of anonymous ones there is no list."""
    rows = [
        (Button(f"{number} · {words.label(f'report_state.{state}')}", data("rp", "o", id)),)
        for id, number, state in found
    ]
    text = words("replies/report/own_list", count=len(found))
    return discreet(turn, text, (*rows, (_button(words, "back", "new"), home_button(words))))
