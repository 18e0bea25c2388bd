"""神谕(备用渠道) — what must hold of notices to enterprises' groups after every death and every recovery."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from outreach.delivery.aftermath import MOST_SENDS
from tests.faults.clock_oracles import QUIET_FROM, QUIET_UNTIL, SHANGHAI
from tests.faults.oracles import LONGEST_LIFE, STATES, at_death, at_rest
from tests.faults.scene import Finding, Scene, instant

WAITING = ("queued", "claimed", "retry")


class Forward(NamedTuple):
    """A notice to a group: its row, and how often it came there."""

    key: str
    enterprise: str
    state: str
    reason: str
    attempts: int
    is_urgent: bool
    due_at: object
    came: int


def forwards(scene: Scene) -> list[Forward]:
    came = Counter(scene.telegram.posts())
    rows = scene.ground.rows(
        "SELECT f.key, e.name, f.state, f.reason, f.attempts, f.is_urgent, f.due_at, f.title, f.text FROM fallbacks f"
        " JOIN enterprises e ON e.id = f.enterprise_id ORDER BY f.id"
    )
    return [Forward(*row[:7], came[row[1], row[7], row[8]]) for row in rows]


@at_death
@at_rest
def forwarded_at_most_once(scene: Scene) -> Finding:
    """O4: a group is told of a notice once; once more only of an urgent one that may not have come."""
    for one in forwards(scene):
        if one.came > (MOST_SENDS if one.is_urgent else 1):
            yield f"{one.enterprise} was told of {one.key} {one.came} times, and the row says {one.state}"


@at_death
@at_rest
def forwards_are_conserved(scene: Scene) -> Finding:
    """O1: of each notice and enterprise there is one row in one known state; nothing comes to a group without one."""
    rows = forwards(scene)
    if strange := {one.state for one in rows} - STATES:
        yield f"unknown states {strange}"
    twice = "SELECT key FROM fallbacks GROUP BY broadcast_id, enterprise_id, key HAVING count(*) > 1"
    if doubled := scene.ground.rows(twice):
        yield f"there twice: {doubled}"
    if (came := len(scene.telegram.posts())) != sum(one.came for one in rows):
        yield f"{came} messages came to groups, and the rows know of {sum(one.came for one in rows)}"


@at_death
def claimed_before_forwarded(scene: Scene) -> Finding:
    """O3: whatever came to a group was claimed before, so that a death leaves it in sight."""
    for one in forwards(scene):
        if one.came > one.attempts and one.state in ("queued", "retry"):
            yield f"{one.key} came to {one.enterprise} as {one.state}"


@at_rest
def forwards_are_settled(scene: Scene) -> Finding:
    """O6: no silent loss. Sent means that it came; anything else says why, and nothing that is due is left."""
    for one in forwards(scene):
        if one.state in WAITING and instant(one.due_at) <= scene.step.at + LONGEST_LIFE:
            yield f"{one.key} is still {one.state}"
        if one.state == "sent" and not one.came:
            yield f"{one.key} counts as sent and never came to {one.enterprise}"
        if one.state in ("refused", "unknown", "skipped") and not one.reason:
            yield f"{one.key} is {one.state} without a reason"


@at_rest
def groups_heard_as_due(scene: Scene) -> Finding:
    """O8: where nobody can be reached, nobody is there or nobody has read it, the group is told, and no other group.

    A routine notice that may have come there is not sent again: then the row says so.
    """
    came = Counter(group for group, _, _ in scene.telegram.posts())
    doubtful = Counter(one.enterprise for one in forwards(scene) if one.state == "unknown" and not one.came)
    for group in sorted(came | Counter(scene.step.pressed.forwarded)):
        if came[group] + doubtful[group] != scene.step.pressed.forwarded.get(group, 0):
            yield f"{group} was told {came[group]} times, not {scene.step.pressed.forwarded.get(group, 0)}"


@at_death
@at_rest
def no_group_is_woken(scene: Scene) -> Finding:
    """R3: a routine notice comes to no group at night."""
    local = scene.step.at.astimezone(SHANGHAI)
    if not QUIET_UNTIL <= local.time() < QUIET_FROM and len(scene.telegram.posts()) > scene.clean.posted:
        yield f"a group was told at {local:%H:%M}"
