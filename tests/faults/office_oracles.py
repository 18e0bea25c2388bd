"""神谕(官方) — what must hold of visits, named owners and stationed officials after every death and every recovery."""

from __future__ import annotations

import json
from collections import Counter

from tests.faults.oracles import at_death, at_rest
from tests.faults.scene import NAMES, Finding, Scene, sendings

# How often a visit changed: somebody came along, a list was chosen, a part taken, an item answered, a hazard found, it
# ended. Its version counts them from 1, and of all of them there are rows.
CHANGES = (
    "SELECT v.number, v.version, (SELECT count(*) FROM visit_parties p WHERE p.visit_id = v.id)"
    " + CASE WHEN v.edition_id IS NULL THEN 0 ELSE 1 END"
    " + (SELECT count(*) FROM visit_takings t WHERE t.visit_id = v.id)"
    " + (SELECT count(*) FROM visit_answers a WHERE a.visit_id = v.id)"
    " + (SELECT count(*) FROM hazards h WHERE h.visit_id = v.id)"
    " + CASE WHEN v.finished_at IS NULL THEN 0 ELSE 1 END FROM visits v"
)


@at_death
@at_rest
def no_visit_is_half_there(scene: Scene) -> Finding:
    """Whoever began a visit takes part in it, whoever answered took that part, and each change counted once."""
    for number, version, changes in scene.ground.rows(CHANGES):
        if version != changes:
            yield f"{number} is at version {version}, and its rows tell of {changes} changes"
    for number in scene.ground.rows(
        "SELECT number FROM visits v WHERE NOT EXISTS (SELECT 1 FROM visit_parties p WHERE p.visit_id = v.id"
        " AND p.official_id = v.begun_by)"
    ):
        yield f"whoever began {number} takes no part in it"
    for number, part in scene.ground.rows(
        "SELECT v.number, a.part FROM visit_answers a JOIN visits v ON v.id = a.visit_id WHERE NOT EXISTS"
        " (SELECT 1 FROM visit_takings t WHERE t.visit_id = a.visit_id AND t.part = a.part"
        " AND t.official_id = a.official_id)"
    ):
        yield f"in {number} part {part} was answered by somebody who never took it"


@at_death
@at_rest
def a_finding_becomes_one_hazard(scene: Scene) -> Finding:
    """What one official found at one item is one hazard, and the answer names it."""
    for number, hazards, named in scene.ground.rows(
        "SELECT v.number, (SELECT count(*) FROM hazards h WHERE h.visit_id = v.id),"
        " (SELECT count(DISTINCT a.hazard_id) FROM visit_answers a WHERE a.visit_id = v.id) FROM visits v"
    ):
        if hazards != named:
            yield f"{hazards} hazards were opened in {number}, and its answers name {named}"


@at_rest
def visits_as_pressed(scene: Scene) -> Finding:
    """Nothing that was acknowledged is lost, and nothing is there twice."""
    pressed = scene.step.pressed
    for what, sql, wanted in (
        ("visits", "SELECT count(*) FROM visits", pressed.visits),
        ("answers", "SELECT count(*) FROM visit_answers", pressed.answered),
        ("hazards found in visits", "SELECT count(*) FROM hazards WHERE visit_id IS NOT NULL", pressed.found),
        ("visits that ended", "SELECT count(*) FROM visits WHERE state = 'finished'", pressed.finished),
    ):
        if (found := scene.number(sql)) != wanted:
            yield f"{found} {what} instead of {wanted}"


@at_death
@at_rest
def a_record_goes_to_each_once(scene: Scene) -> Finding:
    """O2: the record of a visit is for whoever took part and who is responsible there, once it ended and not before."""
    for id_, number, is_over, parties in scene.ground.rows(
        "SELECT id, number, state = 'finished', (SELECT count(*) FROM visit_parties p WHERE p.visit_id = v.id)"
        " + (SELECT count(*) FROM posts s WHERE s.enterprise_id = v.enterprise_id AND s.until_at IS NULL"
        " AND s.role IN ('principal', 'safety_officer')) FROM visits v"
    ):
        told = scene.number(f"SELECT count(*) FROM deliveries WHERE key LIKE 'visit:{id_}:record:%'")
        if told != (parties if is_over else 0):
            yield f"{told} records of {number} go out, and {parties if is_over else 0} people are to have one"


@at_rest
def every_card_of_a_visit_follows(scene: Scene) -> Finding:
    """Whatever screen of a visit is before somebody's eyes shows the visit as it is.

    Whoever found something is told so below the screen, which follows with the next change.
    """
    lag = scene.step.pressed.found
    for number, version, person, shown, next_look_at in scene.ground.rows(
        "SELECT v.number, v.version, c.person_id, k.shown, k.next_look_at FROM visit_cards k"
        " JOIN visits v ON v.id = k.visit_id JOIN contacts c ON c.id = k.contact_id"
    ):
        if shown < version - lag * (NAMES[person] in scene.step.actors) or next_look_at is not None:
            yield f"{NAMES[person]} looks at {number} as it was at {shown}, and it is at {version}"


@at_death
@at_rest
def owners_are_named_together(scene: Scene) -> Finding:
    """Named for many at once is named for all of them or for none, and so is taking it back."""
    named = [bool(row[0]) for row in scene.ground.rows("SELECT ended_at IS NULL FROM ownerships")]
    if len(set(named)) > 1:
        yield f"of {len(named)} owners who were named together {sum(named)} are in force"
    told = [
        json.loads(facts) if isinstance(facts, str) else facts
        for (facts,) in scene.ground.rows("SELECT facts FROM journal WHERE happened = 'OwnersNamed'")
    ]
    if (wanted := sum(len(facts["enterprises"]) for facts in told)) != len(named):
        yield f"{len(named)} owners are named, and the journal tells of {wanted}"


@at_rest
def owners_as_pressed(scene: Scene) -> Finding:
    """Each enterprise has one owner of that trade for as long as it was not taken back."""
    wanted = scene.step.pressed.owned
    if (found := scene.number("SELECT count(*) FROM ownerships WHERE ended_at IS NULL")) != wanted:
        yield f"{found} enterprises have an owner instead of {wanted}"


@at_death
@at_rest
def words_have_their_readers(scene: Scene) -> Finding:
    """O1: of each word between the two there is one message to the other side, never none and never two."""
    for id_, readers in scene.ground.rows(
        "SELECT w.id, (SELECT count(*) FROM deliveries d WHERE d.key LIKE 'liaison_word:' || w.id || ':%')"
        " FROM liaison_words w"
    ):
        if readers != 1:
            yield f"word {id_} goes to {readers} readers"


@at_rest
def words_as_written(scene: Scene) -> Finding:
    """What was written through a pair is kept once, in order; what counts as sent came to the other side once."""
    rows = scene.ground.rows(
        "SELECT w.text, w.file_id <> '', c.chat_id, d.text, d.state FROM liaison_words w"
        " JOIN deliveries d ON d.key LIKE 'liaison_word:' || w.id || ':%' JOIN contacts c ON c.id = d.contact_id"
        " ORDER BY w.id"
    )
    if (kept := tuple((text, bool(photo)) for text, photo, *_ in rows)) != scene.step.pressed.relayed:
        yield f"{kept} instead of {scene.step.pressed.relayed}"
    came = sendings(scene)
    for (chat, words), number in Counter((row[2], row[3]) for row in rows if row[4] == "sent").items():
        if came[chat, words] != number:
            yield f"{words[:40]!r} came to {chat} {came[chat, words]} times and counts as sent {number} times"
