"""A letter to somebody nobody knows: sent once, after a kill at most twice, and it leaves no instant behind."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from outreach.delivery.courier import RESEND_FOR, RETRY_FOR, Courier
from outreach.delivery.outcomes import Kind, Outcome
from outreach.delivery.pacing import Pacer
from outreach.delivery.taking import LEASE_FOR
from outreach.delivery.telegram.gateway import Attachment, Gateway
from outreach.desk import Office
from outreach.storage.reports import LetterRecord
from outreach.storage.sealing import KEY_BYTES, HourlyCount, Seal, SealBroken
from tests.conftest import SetClock
from tests.outreach.reported import REPORTER, report, street


@dataclass
class Post(Gateway):
    """Telegram's side: answers in turn, then always sent."""

    answers: list[Outcome | Exception] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)

    async def send(
        self, chat_id: int, text: str, buttons: str, attachment: Attachment | None, media_kind: str = "",
        media_file_id: str = "",
    ) -> Outcome:  # fmt: skip
        self.sent.append((chat_id, text))
        answer = self.answers.pop(0) if self.answers else Outcome(Kind.SENT)
        if isinstance(answer, Exception):
            raise answer
        return answer


def courier(office: Office, post: Post, seal: Seal | None = None) -> Courier:
    return Courier(
        office.engine, post, seal or office.seal, office.letter_bell, office.clock, Pacer(1000, per_chat=False)
    )


async def letter(office: Office) -> LetterRecord:
    async with office.desk() as desk:
        return (await desk.session.scalars(select(LetterRecord))).one()


async def reported(office: Office) -> None:
    there = await street(office)
    await report(office, there.liu, shop=there.shop)


async def test_a_letter_is_sent_once_to_the_sealed_chat(office: Office) -> None:
    await reported(office)
    post = Post()
    assert await courier(office, post).turn()
    assert not await courier(office, post).turn()
    assert [chat for chat, _ in post.sent] == [REPORTER]
    row = await letter(office)
    assert (row.state, row.due_at) == ("sent", None)


async def test_a_letter_held_by_a_killed_process_goes_once_more_and_never_a_third_time(
    office: Office, clock: SetClock
) -> None:
    await reported(office)
    post = Post([RuntimeError("killed"), RuntimeError("killed")])
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await courier(office, post).turn()
        assert not await courier(office, post).turn()
        clock.advance(seconds=LEASE_FOR.total_seconds() + 1)
    await courier(office, post).turn()
    row = await letter(office)
    assert (len(post.sent), row.state, row.reason, row.due_at) == (2, "unknown", "killed", None)


@pytest.mark.parametrize(
    ("outcomes", "waits", "sends", "state"),
    [
        ([Outcome(Kind.NOT_SENT)] * 3, [RETRY_FOR.total_seconds()] * 3, 4, "sent"),
        ([Outcome(Kind.AMBIGUOUS, "no_answer")], [RESEND_FOR.total_seconds()], 2, "sent"),
        ([Outcome(Kind.AMBIGUOUS, "no_answer")] * 2, [RESEND_FOR.total_seconds()] * 2, 2, "unknown"),
        ([Outcome(Kind.CONTACT_GONE, "blocked")], [3600.0], 1, "refused"),
        ([Outcome(Kind.FLOOD, seconds=40)], [41.0], 2, "sent"),
    ],
)
async def test_what_comes_of_a_send(
    office: Office, clock: SetClock, outcomes: list[Outcome], waits: list[float], sends: int, state: str
) -> None:
    await reported(office)
    post = Post(list(outcomes))
    await courier(office, post).turn()
    for wait in waits:
        clock.advance(seconds=wait)
        await courier(office, post).turn()
    assert (len(post.sent), (await letter(office)).state) == (sends, state)


async def test_without_the_route_key_a_letter_goes_nowhere(office: Office) -> None:
    await reported(office)
    post = Post()
    await courier(office, post, Seal(b"\0" * KEY_BYTES)).turn()
    assert post.sent == []
    assert (await letter(office)).reason == "no_route"


def test_a_seal_opens_for_its_key_and_its_purpose_only() -> None:
    seal, other = Seal(b"a" * KEY_BYTES), Seal(b"b" * KEY_BYTES)
    sealed = seal.close("route:1", {"chat_id": 5})
    assert seal.open("route:1", sealed) == {"chat_id": 5}
    assert seal.close("route:1", {"chat_id": 5}) != sealed
    assert len(seal.close("route:1", {"chat_id": 5_000_000})) == len(sealed)
    for opener, about, text in ((seal, "route:2", sealed), (other, "route:1", sealed), (seal, "route:1", "x"),
                                (seal, "route:1", sealed[:-8] + "AAAAAAA=")):  # fmt: skip
        with pytest.raises(SealBroken):
            opener.open(about, text)
    assert seal.mark("a", 1) == seal.mark("a", 1) != other.mark("a", 1)


def test_what_somebody_did_is_forgotten_with_the_hour() -> None:
    counts = HourlyCount()
    assert [counts.add(1, at) for at in (0, 10, 3599, 3600)] == [1, 2, 3, 1]
    assert counts.add(2, 3601) == 1
