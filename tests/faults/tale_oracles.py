"""神谕(故事集) — what must hold of reports, quizzes and notices to many after every death and every recovery."""

from __future__ import annotations

import re
from collections import Counter

from outreach.delivery.aftermath import MOST_SENDS
from tests.faults.oracles import STATES, at_death, at_rest
from tests.faults.scene import NAMES, Finding, Scene, sendings, stored_picture
from tests.stage import CAST

NUMBER = re.compile(r"JB[A-Z0-9]{8}(?:-\d{4})?")


@at_death
@at_rest
def audience_is_conserved(scene: Scene) -> Finding:
    """O1: audience = queued + claimed + retry + sent + refused + unknown + skipped, person by person."""
    audiences = {
        row[0]: row[1:]
        for row in scene.ground.rows(
            "SELECT b.id, b.state, b.recipients, (SELECT count(*) FROM recipients r WHERE r.broadcast_id = b.id)"
            " FROM broadcasts b"
        )
    }
    states: dict[int, Counter[str]] = {id_: Counter() for id_ in audiences}
    for id_, state, count in scene.ground.rows(
        "SELECT broadcast_id, state, count(*) FROM deliveries WHERE kind = 'broadcast' GROUP BY broadcast_id, state"
    ):
        states[id_][state] = count
    for id_, (state, audience, people) in audiences.items():
        is_out = state in ("approved", "recalled")
        wanted = audience if is_out else 0
        counted = sum(states[id_][one] for one in STATES)
        if not wanted == counted == people:
            yield f"notice {id_}, {state}: audience {wanted}, {people} people, {dict(states[id_])}"
    lacking = scene.number(
        "SELECT count(*) FROM recipients r LEFT JOIN deliveries d ON d.broadcast_id = r.broadcast_id"
        " AND d.contact_id = r.contact_id AND d.kind = 'broadcast' WHERE d.id IS NULL"
    )
    if lacking:
        yield f"{lacking} of the audience have no row that says what became of theirs"


@at_rest
def audience_as_confirmed(scene: Scene) -> Finding:
    """O2: exactly those whom the official confirmed, reminded as often as the official asked for."""
    pressed = scene.step.pressed
    if (people := scene.number("SELECT count(*) FROM recipients")) != pressed.audience:
        yield f"{people} recipients instead of {pressed.audience}"
    if (rounds := scene.number("SELECT COALESCE(sum(chased), 0) FROM broadcasts")) != pressed.chased:
        yield f"{rounds} rounds of reminders instead of {pressed.chased}"


@at_rest
def nobody_is_skipped_silently(scene: Scene) -> Finding:
    """O6: whoever was to get it has it before their eyes, or their row says why not."""
    sends = sendings(scene)
    for chat_id, text, state, reason in scene.ground.rows(
        "SELECT c.chat_id, d.text, d.state, d.reason FROM deliveries d JOIN contacts c ON c.id = d.contact_id"
        " WHERE d.broadcast_id IS NOT NULL"
    ):
        is_said = (state in ("unknown", "refused") and reason) or (state, reason) == ("skipped", "recalled")
        if not sends[chat_id, text] and not is_said:
            yield f"{chat_id} never got it, and the row says {state} {reason}"
        if sends[chat_id, text] and state == "refused":
            yield f"{chat_id} got it, and the row says {state} {reason}"


@at_rest
def whoever_is_gone_is_marked(scene: Scene) -> Finding:
    """O8: who has blocked the bot is marked once, and nobody else is."""
    told = {
        row[0]
        for row in scene.ground.rows("SELECT contact_id FROM deliveries WHERE reason IN ('contact_gone', 'blocked')")
    }
    marked = {row[0] for row in scene.ground.rows("SELECT id FROM contacts WHERE is_reachable = FALSE")}
    if marked != told:
        yield f"marked as gone {sorted(marked)}, found to be gone {sorted(told)}"


@at_rest
def read_as_pressed(scene: Scene) -> Finding:
    """Every 已阅 counts once, and is written down once."""
    read = [
        NAMES.get(row[0], row[0])
        for row in scene.ground.rows(
            "SELECT c.person_id FROM deliveries d JOIN contacts c ON c.id = d.contact_id"
            " WHERE d.acknowledged_at IS NOT NULL"
        )
    ]
    if sorted(read) != sorted(scene.step.pressed.read):
        yield f"read by {read}, pressed by {sorted(scene.step.pressed.read)}"
    lines = scene.number("SELECT count(*) FROM journal WHERE happened = 'BroadcastAcknowledged'")
    if lines != len(scene.step.pressed.read):
        yield f"{len(scene.step.pressed.read)} people pressed and {lines} lines say so"


@at_rest
def card_ends_with_true_figures(scene: Scene) -> Finding:
    """The card with the progress comes to rest on what the rows say."""
    for id_, state, chat, message in scene.ground.rows(
        "SELECT id, state, progress_chat_id, progress_message_id FROM broadcasts WHERE approved_at IS NOT NULL"
    ):
        rows = scene.ground.rows(
            "SELECT acknowledged_at IS NOT NULL, state IN ('refused', 'skipped'), recalled_at IS NOT NULL"
            f" FROM deliveries WHERE broadcast_id = {id_} AND kind = 'broadcast'"
        )
        read, gone = sum(bool(row[0]) for row in rows), sum(bool(row[1]) and not row[0] for row in rows)
        wanted = [f"已阅 {read}/{len(rows)}", f"没按已阅 {len(rows) - read - gone} 人", f"收不到 {gone} 人"]
        wanted += [f"{sum(bool(row[2]) for row in rows)} 人的消息已改成"] if state == "recalled" else ["已发完"]
        shown = scene.telegram.words_at(chat, message) if message else ""
        if lacking := [words for words in wanted if words not in shown]:
            yield f"the card lacks {lacking}: {shown!r}"


@at_rest
def what_is_taken_back_says_so(scene: Scene) -> Finding:
    """O12: after a recall every message that is known to have arrived says 已撤回, and its row says when."""
    for state, recalled_at, message, chat in scene.ground.rows(
        "SELECT d.state, d.recalled_at, d.message_id, c.chat_id FROM deliveries d"
        " JOIN broadcasts b ON b.id = d.broadcast_id JOIN contacts c ON c.id = d.contact_id"
        " WHERE b.state = 'recalled'"
    ):
        if state != "sent" or message is None:
            continue
        shown = scene.telegram.words_at(chat, message)
        if recalled_at is None or "已撤回" not in shown:
            yield f"{chat} still reads {shown[:40]!r}, and the row says {recalled_at}"


@at_rest
def reports_as_made(scene: Scene) -> Finding:
    """I8: a report is there once, with all its photos, whatever became of them; nothing of it lies about as a draft."""
    rows = scene.ground.rows(
        "SELECT r.what, r.is_named, (SELECT count(*) FROM report_photos p WHERE p.report_id = r.id),"
        " (SELECT count(*) FROM report_photos p WHERE p.report_id = r.id AND p.state = 'failed') FROM reports r"
    )
    made = sorted((what, bool(is_named), photos, failed) for what, is_named, photos, failed in rows)
    if made != sorted(scene.step.pressed.reports):
        yield f"{made} instead of {sorted(scene.step.pressed.reports)}"
    added = tuple(row[0] for row in scene.ground.rows("SELECT text FROM report_words ORDER BY place"))
    if added != scene.step.pressed.additions:
        yield f"added {added} instead of {scene.step.pressed.additions}"
    for state, sha256 in scene.ground.rows("SELECT state, sha256 FROM report_photos"):
        if state == "stored":
            yield from stored_picture(scene, sha256)
        elif state == "pending":
            yield "a photo of a report is pending for ever"


@at_death
@at_rest
def a_report_comes_whole(scene: Scene) -> Finding:
    """With a report come its receipt and the word to the official, in one transaction; twice neither."""
    for id_, number in scene.ground.rows("SELECT id, number FROM reports"):
        receipts = scene.number(f"SELECT count(*) FROM letters WHERE key = 'report_receipt:{id_}'")
        receipts += scene.number(f"SELECT count(*) FROM deliveries WHERE key = 'report_receipt:{id_}'")
        told = scene.number(f"SELECT count(*) FROM deliveries WHERE kind = 'report_came' AND key LIKE 'report:{id_}:%'")
        if (receipts, told) != (1, 1):
            yield f"{number} has {receipts} receipts and {told} officials were told"


@at_death
@at_rest
def told_numbers_stand(scene: Scene) -> Finding:
    """I7: a number that somebody was told is the number of a report that is there."""
    known = {row[0] for row in scene.ground.rows("SELECT number FROM reports")}
    for chat_id, text in sendings(scene):
        if lost := set(NUMBER.findall(text or "")) - known:
            yield f"{chat_id} was told {sorted(lost)}, and there is no such report"


@at_death
@at_rest
def nobody_stands_beside_it(scene: Scene) -> Finding:
    """A1, A3: beside an anonymous report are no contact, no exact time, no open file id, no line of the journal."""
    for id_, number, contact_id, who, reported_at in scene.ground.rows(
        "SELECT id, number, contact_id, who, reported_at FROM reports WHERE is_named = FALSE"
    ):
        if contact_id is not None or who:
            yield f"{number} names {contact_id} {who}"
        if not re.search(r" \d\d:00:00", str(reported_at)):
            yield f"{number} was made at {reported_at}"
        for is_sealed, file_id, state in scene.ground.rows(
            f"SELECT is_sealed, file_id, state FROM report_photos WHERE report_id = {id_}"
        ):
            if not is_sealed or (state != "pending" and file_id):
                yield f"a photo of {number} is {state} and has kept its file id"
        for (happened,) in scene.ground.rows(f"SELECT happened FROM journal WHERE subject = 'report:{id_}'"):
            yield f"the journal says of {number}: {happened}"


@at_rest
def letters_are_settled(scene: Scene) -> Finding:
    """A letter comes to rest, is sent at most once more than one that may have gone, and keeps no instant."""
    people = set(CAST.values())
    sends = sendings(scene)
    for key, text, state, due_at in scene.ground.rows("SELECT key, text, state, due_at FROM letters"):
        count = sum(sends[person, text] for person in people)
        if state in ("queued", "claimed") or due_at is not None:
            yield f"{key} is still {state}, due {due_at}"
        if (state == "sent" and not count) or count > MOST_SENDS:
            yield f"{key} went out {count} times and is {state}"


@at_death
@at_rest
def answers_count_once(scene: Scene) -> Finding:
    """An answer and what is remembered of it are there together; a set is over exactly when it is answered."""
    asked = scene.ground.rows("SELECT quiz_id, is_right FROM quiz_questions")
    right, wrong = (sum(answer is not None and bool(answer) is kind for _, answer in asked) for kind in (True, False))
    counted = scene.ground.rows("SELECT COALESCE(sum(times_right), 0), COALESCE(sum(times_wrong), 0) FROM memories")[0]
    if tuple(counted) != (right, wrong):
        yield f"{right} right and {wrong} wrong answers, remembered as {tuple(counted)}"
    for id_, is_finished in scene.ground.rows("SELECT id, finished_at IS NOT NULL FROM quizzes"):
        if bool(is_finished) is not all(answer is not None for quiz_id, answer in asked if quiz_id == id_):
            yield f"quiz {id_} counts as {'over' if is_finished else 'open'} and is not"


@at_rest
def votes_as_given(scene: Scene) -> Finding:
    """Every vote is the answer to the question under which it was given."""
    rows = scene.ground.rows(
        "SELECT is_right FROM quiz_questions WHERE answered_at IS NOT NULL ORDER BY quiz_id, position"
    )
    if (votes := tuple(bool(row[0]) for row in rows)) != scene.step.pressed.votes:
        yield f"{votes} instead of {scene.step.pressed.votes}"


@at_rest
def the_open_poll_is_known(scene: Scene) -> Finding:
    """The newest poll before somebody's eyes can be answered: it is remembered what it asks."""
    for who in sorted(scene.step.actors):
        poll = scene.telegram.open_poll(who)
        if poll and not scene.number(f"SELECT count(*) FROM polls WHERE poll_id = '{poll}'"):
            yield f"{who} has a poll of which nobody knows what it asks"
