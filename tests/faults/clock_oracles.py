"""神谕(钟) — what must hold of plans, reminders and what the calendar brings, after every death and every recovery."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from tests.faults.oracles import at_death, at_rest
from tests.faults.scene import NAMES, Finding, Scene, instant, sendings

SHANGHAI = ZoneInfo("Asia/Shanghai")
# What the clock says of its own accord.
PUSHES = "('digest', 'campaign_day', 'daily_question')"
PUSHED = f"(d.kind IN {PUSHES} OR d.kind LIKE 'reminder_%')"
WEEK = timedelta(days=7)
QUIET_FROM, QUIET_UNTIL = time(21), time(8)


@at_death
@at_rest
def asked_once_a_day(scene: Scene) -> Finding:
    """R1: of one thing one person is reminded once for one day, and no enterprise is asked twice for it."""
    for about, contact, day, count in scene.ground.rows(
        "SELECT about, contact_id, occurs_on, count(*) FROM reminders GROUP BY about, contact_id, occurs_on"
        " HAVING count(*) > 1"
    ):
        yield f"{contact} has {count} reminders of {about} for {day}"
    for plan, enterprise, day, count in scene.ground.rows(
        "SELECT plan_id, enterprise_id, occurs_on, count(*) FROM occurrences"
        " GROUP BY plan_id, enterprise_id, occurs_on HAVING count(*) > 1"
    ):
        yield f"plan {plan} asks {enterprise} {count} times for {day}"
    for person, count in pushes(scene).items():
        if count > scene.step.pressed.pushed.get(person, 0):
            yield f"{person} was told {count} times, not {scene.step.pressed.pushed.get(person, 0)}"


@at_rest
def told_once_after_all(scene: Scene) -> Finding:
    """R2: whatever was slept through, each is told exactly once, or the row says that it may not have arrived."""
    told, wanted = pushes(scene), scene.step.pressed.pushed
    doubtful = {
        NAMES.get(row[0], row[0])
        for row in scene.ground.rows(
            "SELECT c.person_id FROM deliveries d JOIN contacts c ON c.id = d.contact_id"
            f" WHERE d.state = 'unknown' AND {PUSHED}"
        )
    }
    for person in sorted(set(told) | set(wanted)):
        if told.get(person, 0) != wanted.get(person, 0) and person not in doubtful:
            yield f"{person} was told {told.get(person, 0)} times instead of {wanted.get(person, 0)}"


@at_death
@at_rest
def nothing_goes_out_at_night(scene: Scene) -> Finding:
    """R3: in quiet hours nobody is told anything of the clock's own accord."""
    local = scene.step.at.astimezone(SHANGHAI).time()
    if QUIET_UNTIL <= local < QUIET_FROM:
        return
    for person, count in pushes(scene).items():
        if count > scene.clean.pushed.get(person, 0):
            yield f"{person} was told at {local:%H:%M}"


@at_death
@at_rest
def unsent_is_scheduled(scene: Scene) -> Finding:
    """R6: an active plan knows when it looks again, what is asked has its reminder, what was told has its message."""
    for (id_,) in scene.ground.rows("SELECT id FROM plans WHERE state = 'active' AND next_look_at IS NULL"):
        yield f"plan {id_} is active and is never looked at again"
    for id_, contact in scene.ground.rows(
        "SELECT o.id, p.contact_id FROM occurrences o JOIN posts p ON p.enterprise_id = o.enterprise_id"
        " AND p.until_at IS NULL AND p.role = 'safety_officer' WHERE o.state = 'open' AND NOT EXISTS"
        " (SELECT 1 FROM reminders r WHERE r.about = 'occurrence:' || o.id AND r.contact_id = p.contact_id)"
    ):
        yield f"what is asked as {id_} has no reminder for {contact}"
    for about, key in scene.ground.rows(
        "SELECT about, delivery_key FROM reminders r WHERE state = 'told'"
        " AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.key = r.delivery_key)"
    ):
        yield f"{about} counts as told in {key}, and there is no such message"
    for about, reason in scene.ground.rows("SELECT about, reason FROM reminders WHERE state = 'skipped'"):
        if not reason:
            yield f"{about} is skipped without a reason"


@at_rest
def nothing_due_is_left(scene: Scene) -> Finding:
    """R6: after the sweeps nothing of today is due any more, and each plan has asked for the latest day it should."""
    for table in ("plans", "reminders"):
        state = "active" if table == "plans" else "waiting"
        for id_, at in scene.ground.rows(f"SELECT id, next_look_at FROM {table} WHERE state = '{state}'"):
            if instant(at) <= scene.step.at:
                yield f"{table} {id_} has been due since {at}"
    today = scene.step.at.astimezone(SHANGHAI).date()
    for id_, from_on, asked_on in scene.ground.rows(
        "SELECT id, from_on, asked_on FROM plans WHERE state = 'active' AND rhythm = 'weekly'"
    ):
        first = date.fromisoformat(str(from_on))
        latest = first + WEEK * ((today - first) // WEEK)
        if str(asked_on) != str(latest):
            yield f"plan {id_} asked for {asked_on} and not for {latest}"


def pushes(scene: Scene) -> dict[str, int]:
    """How often each was told something of the clock's own accord."""
    sends, counts = sendings(scene), dict[str, int]()
    for person, chat, text in scene.ground.rows(
        "SELECT DISTINCT c.person_id, c.chat_id, d.text FROM deliveries d JOIN contacts c ON c.id = d.contact_id"
        f" WHERE {PUSHED}"
    ):
        if sends[chat, text]:
            name = str(NAMES.get(person, person))
            counts[name] = counts.get(name, 0) + sends[chat, text]
    return counts
