"""职权把关 — which duty each button, command and awaited message of an official belongs to, asked in one place.

The deeds ask again wherever something changes. Somebody who also holds a post at an enterprise keeps, in the talks
that are for both, what the post entitles them to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.authority import Duty, DutyLacking
from handlers.turn import Command, Document, Press, Said, Scene
from outreach.inspections import proxying


@dataclass(frozen=True, slots=True)
class Desired:
    """What a talk's buttons need: `all` unless the verb is named. `is_shared`: enterprises use the talk too."""

    all: Duty
    verbs: Mapping[str, Duty] = field(default_factory=dict)
    is_shared: bool = False


# By the first word of a button's data.
PRESSES: dict[str, Desired] = {
    "fi": Desired(Duty.FINDINGS),
    "hz": Desired(Duty.FINDINGS, is_shared=True),
    "os": Desired(Duty.FINDINGS),
    "ov": Desired(Duty.FINDINGS),
    "me": Desired(Duty.TRIAGE),
    "ld": Desired(Duty.TRIAGE, is_shared=True),
    "hq": Desired(Duty.FINDINGS, dict.fromkeys(("b", "bn", "bnn", "bt", "btt", "bu", "bv"), Duty.TRIAGE)),
    "rg": Desired(Duty.FINDINGS, {"ok": Duty.REGISTER, "no": Duty.REGISTER, "x": Duty.FIGURES}),
    "lg": Desired(Duty.FIGURES),
    "wr": Desired(Duty.FIGURES, dict.fromkeys(("w", "r", "rr"), Duty.NOTICE)),
    "iv": Desired(Duty.INVITE, is_shared=True),
    "pq": Desired(Duty.INVITE, is_shared=True),
    "tr": Desired(Duty.TRIAGE),
    "bc": Desired(Duty.NOTICE, dict.fromkeys(("l", "v", "who", "wp", "xl"), Duty.FIGURES)),
    "pl": Desired(Duty.PLANS, dict.fromkeys(("l", "o", "t"), Duty.FINDINGS)),
    "cm": Desired(Duty.FINDINGS, dict.fromkeys(("p", "x"), Duty.FIGURES)),
    "of": Desired(Duty.APPOINT),
    "ow": Desired(Duty.FINDINGS, dict.fromkeys(("k", "s", "m", "c", "y", "u"), Duty.APPOINT)),
    "lz": Desired(Duty.ANSWER, is_shared=True),
    "sn": Desired(Duty.REGISTER),
    "hd": Desired(Duty.NOTICE),
    "fb": Desired(Duty.REGISTER),
}
COMMANDS: dict[str, str] = {
    "findings": "fi", "hazards": "hz", "papers": "ld", "register": "rg", "ledger": "lg",
    "invite": "iv", "reports": "tr", "officials": "of",
}  # fmt: skip
# By the first word of what a free message means.
MEANINGS: dict[str, Desired] = {
    "broadcast": Desired(Duty.NOTICE),
    "triage": Desired(Duty.TRIAGE),
    "invitations": Desired(Duty.INVITE, is_shared=True),
    "places": Desired(Duty.INVITE, is_shared=True),
    "officials": Desired(Duty.APPOINT),
    "fallback": Desired(Duty.REGISTER),
    "ladder": Desired(Duty.TRIAGE, is_shared=True),
    "hazard": Desired(Duty.FINDINGS, is_shared=True),
    "hazard_queue": Desired(Duty.FINDINGS),
    "measure": Desired(Duty.TRIAGE),
    "liaison": Desired(Duty.ANSWER, is_shared=True),
    "on_the_spot": Desired(Duty.FINDINGS),
    "visit": Desired(Duty.FINDINGS),
    "plans": Desired(Duty.PLANS),
    "ledger": Desired(Duty.FIGURES),
    "roundup": Desired(Duty.FIGURES),
}


def wanted(said: Said, meaning: str) -> tuple[Duty, bool] | None:
    """The duty that this belongs to when an official does it, and whether enterprises do it too; None for none."""
    match said:
        case Command(name="notice"):
            return Duty.FIGURES, False
        case Command(name=name):
            found = PRESSES.get(COMMANDS.get(name, ""))
            return (found.all, found.is_shared) if found else None
        case Press() as press:
            found = PRESSES.get(press.talk)
            return (found.verbs.get(press.verb, found.all), found.is_shared) if found else None
    found = MEANINGS.get(meaning.partition(".")[0])
    if found is not None:
        return found.all, found.is_shared
    if isinstance(said, Document) and not meaning:
        return Duty.REGISTER, False
    return None


async def with_proxy(said: Said, scene: Scene) -> Scene:
    """The scene of an inspection that an official walks for a shop without an account; any other scene as it is."""
    caller = scene.caller
    if caller is None or caller.official is None:
        return scene
    enterprise_id = inspection_id = None
    if isinstance(said, Press) and said.talk == "in" and said.verb not in ("", "new"):
        by_enterprise = said.verb in ("e", "c")
        number = said.number(2)
        enterprise_id, inspection_id = (number, None) if by_enterprise else (None, number)
    elif not isinstance(said, Press | Command) and scene.subject.startswith("inspection:"):
        inspection_id = int(scene.subject.split(":")[1])
    else:
        return scene
    posts = await proxying.with_proxy(
        scene.desk, caller.contact, caller.posts, caller.official, enterprise_id=enterprise_id,
        inspection_id=inspection_id,
    )  # fmt: skip
    return replace(scene, caller=replace(caller, posts=posts))


def fit(said: Said, scene: Scene) -> Scene:
    """The scene as this caller's office entitles them to play it.

    Raises DutyLacking for an official whose office does not entail what they want.
    """
    caller = scene.caller
    if caller is None or caller.official is None:
        return scene
    asked = wanted(said, scene.meaning)
    if asked is None or caller.official.may(asked[0]):
        return scene
    duty, is_shared = asked
    if is_shared and caller.posts:
        return replace(scene, caller=replace(caller, official=None))
    raise DutyLacking(role=caller.official.role, duty=duty)
