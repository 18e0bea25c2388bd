"""神谕 — what must be so after every death and every recovery; by these names planted mistakes are caught."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from outreach.delivery.aftermath import MOST_SENDS
from tests.faults.holdings import difference
from tests.faults.scene import NAMES, Finding, Scene, instant, last_reply, notices, stored_picture
from tests.faults.story import SHOP

# What is put off beyond this is not left over: its hour has not come.
LONGEST_LIFE = timedelta(hours=1)
STATES = {"queued", "claimed", "retry", "sent", "refused", "unknown", "skipped"}


AT_DEATH: list[Callable[[Scene], Finding]] = []
AT_REST: list[Callable[[Scene], Finding]] = []


def at_death(oracle: Callable[[Scene], Finding]) -> Callable[[Scene], Finding]:
    AT_DEATH.append(oracle)
    return oracle


def at_rest(oracle: Callable[[Scene], Finding]) -> Callable[[Scene], Finding]:
    AT_REST.append(oracle)
    return oracle


def violations(scene: Scene, oracles: list[Callable[[Scene], Finding]]) -> list[tuple[str, str]]:
    """What every oracle has to say: its name and one sentence."""
    scene.look_again()
    return [(oracle.__name__, words) for oracle in oracles for words in oracle(scene)]


INVARIANT = re.compile(r"\b[AIOR]\d+(?=[:,])")


def invariants() -> dict[str, set[str]]:
    """The invariants that oracles speak for, each with the names of those oracles."""
    found: dict[str, set[str]] = {}
    for oracle in AT_DEATH + AT_REST:
        for invariant in INVARIANT.findall((oracle.__doc__ or "")[:12]):
            found.setdefault(invariant, set()).add(oracle.__name__)
    return found


def named(oracle: str) -> str:
    """An oracle's name and the invariants it speaks for."""
    spoken = sorted(invariant for invariant, names in invariants().items() if oracle in names)
    return f"{oracle} ({', '.join(spoken)})" if spoken else oracle


@at_death
@at_rest
def acknowledged_is_durable(scene: Scene) -> Finding:
    """I1: what Telegram believes we have took effect for good."""
    if lost := (scene.telegram.confirmed_ids() & scene.clean.ids) - scene.seen:
        yield f"acknowledged and lost: {sorted(lost)}"


@at_death
def effect_goes_with_id(scene: Scene) -> Finding:
    """I2: the id of an update and its effect are there together or not at all."""
    seen, held = frozenset(scene.seen), scene.held()
    may_hold = scene.clean.by_seen.get(seen)
    if may_hold is None:
        yield f"no such set of ids was ever there: {sorted(seen - scene.clean.before)}"
    elif held not in may_hold:
        yield f"with ids {sorted(seen - scene.clean.before)}: {difference(held, may_hold[-1])}"


@at_death
def said_after_commit(scene: Scene) -> Finding:
    """I7: nobody is told what is not yet so."""
    told = len(scene.telegram.calls()) - scene.calls_before
    taken = len(scene.seen - scene.clean.before)
    needed = scene.clean.needed[:told]
    if needed and taken < max(needed):
        yield f"{told} things were said when {taken} updates had taken effect, not {max(needed)}"


@at_death
def claimed_before_sent(scene: Scene) -> Finding:
    """O3: whoever is called about a notice has it claimed, so that a death leaves it in sight."""
    for one in notices(scene):
        if one.sends > one.attempts and one.state in ("queued", "retry"):
            yield f"{one.key} went out as {one.state}"


@at_death
@at_rest
def sent_at_most_once(scene: Scene) -> Finding:
    """O4: a notice is sent once; what may have been sent before a death is not sent again unless it is urgent."""
    for one in notices(scene):
        if one.sends > (MOST_SENDS if one.is_urgent else 1):
            yield f"{one.key} went out {one.sends} times and is {one.state}"


@at_death
@at_rest
def notices_are_conserved(scene: Scene) -> Finding:
    """O1: every notice is in exactly one known state."""
    states = Counter(row[0] for row in scene.ground.rows("SELECT state FROM deliveries"))
    if strange := set(states) - STATES:
        yield f"unknown states {strange}"
    if scene.number("SELECT count(*) FROM deliveries") != scene.number("SELECT count(DISTINCT key) FROM deliveries"):
        yield "a key is there twice"


@at_rest
def notices_are_settled(scene: Scene) -> Finding:
    """O6: no silent loss. Sent means sent; anything else says why."""
    later = {key for key, due_at in scene.ground.rows("SELECT key, due_at FROM deliveries WHERE state = 'queued'")
             if instant(due_at) > scene.step.at + LONGEST_LIFE}  # fmt: skip
    for one in notices(scene):
        if one.state in ("queued", "claimed", "retry") and one.key not in later:
            yield f"{one.key} is still {one.state}"
        if one.state == "sent" and not one.sends:
            yield f"{one.key} counts as sent and never was"
    for key, state, reason in scene.ground.rows("SELECT key, state, reason FROM deliveries"):
        if state in ("refused", "unknown", "skipped") and not reason:
            yield f"{key} is {state} without a reason"


@at_rest
def everything_is_taken(scene: Scene) -> Finding:
    """All that was done reached us and is confirmed, and nothing waits."""
    if waiting := scene.telegram.waiting_ids():
        yield f"still waiting: {waiting}"
    if missing := scene.clean.ids - scene.seen:
        yield f"never taken: {sorted(missing)}"


@at_rest
def nothing_is_quarantined(scene: Scene) -> Finding:
    for (fault,) in scene.ground.rows("SELECT fault FROM quarantine"):
        yield fault


@at_rest
def verdicts_as_pressed(scene: Scene) -> Finding:
    pressed = scene.step.pressed
    rows = scene.ground.rows("SELECT verdict, note FROM answers ORDER BY id")
    verdicts = {number: row[0] for number, row in enumerate(rows, 1)}
    notes = {number: row[1] for number, row in enumerate(rows, 1) if row[1]}
    if verdicts != pressed.verdicts:
        yield f"{verdicts} instead of {pressed.verdicts}"
    if notes != pressed.notes:
        yield f"{notes} instead of {pressed.notes}"


@at_rest
def photos_as_sent(scene: Scene) -> Finding:
    """I8: a photo is stored whole or failed and said so; none is forgotten, none is there twice."""
    rows = scene.ground.rows(
        "SELECT a.id, p.state, p.sha256 FROM photos p JOIN answers a ON a.id = p.answer_id ORDER BY p.id"
    )
    order = [row[0] for row in scene.ground.rows("SELECT id FROM answers ORDER BY id")]
    kept = Counter(order.index(answer) + 1 for answer, _, _ in rows)
    failed = Counter(order.index(answer) + 1 for answer, state, _ in rows if state == "failed")
    if kept != scene.step.pressed.photos or failed != scene.step.pressed.broken:
        yield f"{dict(kept)}, failed {dict(failed)}; sent {scene.step.pressed.photos}"
    for _, state, sha256 in rows:
        if state == "pending":
            yield "a photo is pending for ever"
        elif state == "stored":
            yield from stored_picture(scene, sha256)
    told = scene.number("SELECT count(*) FROM deliveries WHERE key LIKE 'photo_failed:%'")
    if told != sum(failed.values()):
        yield f"{sum(failed.values())} photos failed and {told} people were told"


@at_rest
def one_submission(scene: Scene) -> Finding:
    wanted = scene.step.pressed.submitted
    numbers = scene.ground.rows("SELECT number FROM inspections WHERE submitted_at IS NOT NULL")
    if len(numbers) != wanted:
        yield f"{len(numbers)} submissions instead of {wanted}"
    used = scene.number("SELECT COALESCE(sum(value), 0) FROM counters WHERE series LIKE 'inspection:%'")
    if used != wanted:
        yield f"{used} numbers were given out for {wanted} submissions"


@at_rest
def one_finding_per_fail(scene: Scene) -> Finding:
    fails = [number for number, verdict in scene.step.pressed.verdicts.items() if verdict == "fail"]
    wanted = len(fails) if scene.step.pressed.submitted else 0
    if (found := scene.number("SELECT count(*) FROM findings")) != wanted:
        yield f"{found} findings for {wanted} failed items"


@at_rest
def posts_as_enrolled(scene: Scene) -> Finding:
    rows = scene.ground.rows(
        "SELECT c.person_id, p.role FROM posts p JOIN contacts c ON c.id = p.contact_id"
        f" JOIN enterprises e ON e.id = p.enterprise_id WHERE e.name = '{SHOP}'"
    )
    posts = sorted((NAMES[person], role) for person, role in rows)
    if posts != sorted(scene.step.pressed.posts):
        yield f"{posts} instead of {sorted(scene.step.pressed.posts)}"


@at_rest
def journal_once(scene: Scene) -> Finding:
    """留痕: every happening is written down once."""
    lines, wanted = Counter(scene.held()["journal"]), Counter(scene.clean.held["journal"])
    if lines != wanted:
        yield f"too many {list((lines - wanted).elements())}, missing {list((wanted - lines).elements())}"


@at_rest
def same_in_the_end(scene: Scene) -> Finding:
    """Whoever comes back from a death holds what they would hold had nobody died."""
    held = scene.held()
    if held != scene.clean.held:
        yield difference(held, scene.clean.held)


@at_rest
def nobody_is_left_in_silence(scene: Scene) -> Finding:
    for who in sorted(scene.step.actors):
        if not scene.telegram.is_answered(who):
            yield f"{who} had no answer"


@at_rest
def what_is_shown_is_current(scene: Scene) -> Finding:
    """The card that the person looks at is the one of where they stand, and they can go on from it."""
    for who, wanted in scene.clean.last_reply.items():
        shown = last_reply(scene.ground, scene.telegram, who)
        if shown != wanted and not (scene.step.or_shown and scene.step.or_shown in shown[0]):
            yield f"{who} looks at {shown[0][:60]!r} {shown[1]}, not at {wanted[0][:60]!r} {wanted[1]}"
    # A routine notice that may have gone out is not sent again (O5): then its button may be missing.
    is_certain = not any(one.state == "unknown" for one in notices(scene))
    if is_certain and scene.step.then is not None:
        who, labels = scene.step.then
        if not any(scene.telegram.has_button(who, label) for label in labels):
            yield f"{who} has no button {labels}"
