"""职权表 — every command, button, awaited message and deep link, what it names, and who may; written by hand.

It is the test's own word on who may do what, kept apart from the code it judges.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from domain.authority import Duty
from domain.contact import Role
from handlers.turn import Command, Location, Photo, Press, Said, SharedPhone, Text, Voted
from tests.authority.world import ENTERPRISES, GONE, GUESSED, OWN, STATIONED, STREETS, Someone, Thing

Rule = Callable[[Someone, Thing, str], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be said to the bot.

    said: with `{id}`, `{other}` and `{person}` to fill in. kind: of the things it names, "" for none.
    quiet: who may not is answered like somebody who guessed, without a refusal. standing: what the bot waits for from
    the caller at that moment. draft: whether the caller is in the middle of a report. reveals: the link itself is the
    right to see what it shows. succeeds: whether somebody must be able to do it as the world stands.
    own_past: what a caller may read because it was theirs once.
    """

    said: str
    kind: str
    may: Rule
    quiet: bool = False
    standing: tuple[str, str] = ("", "")
    draft: bool = False
    reveals: bool = False
    succeeds: bool = True
    own_past: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.said.split(":"))


def anyone(who: Someone, what: Thing, place: str) -> bool:
    return True


def contact(who: Someone, what: Thing, place: str) -> bool:
    return who.is_contact


def newcomer(who: Someone, what: Thing, place: str) -> bool:
    return not who.is_contact


def owner(who: Someone, what: Thing, place: str) -> bool:
    return what.owner == who.name


def walker(who: Someone, what: Thing, place: str) -> bool:
    return who.walks(what.at)


def own_walk(who: Someone, what: Thing, place: str) -> bool:
    return owner(who, what, place) and walker(who, what, place)


def any_walker(who: Someone, what: Thing, place: str) -> bool:
    return any(who.walks(at) for at in who.posts)


def any_walker_or(wanted: Duty) -> Rule:
    return lambda who, what, place: any_walker(who, what, place) or duty(wanted)(who, what, place)


def insider(who: Someone, what: Thing, place: str) -> bool:
    return bool(who.posts) or who.office is not None


def duty(wanted: Duty) -> Rule:
    """An official with that duty, whatever it is about."""
    return lambda who, what, place: who.has(wanted)


def there(wanted: Duty) -> Rule:
    """An official with that duty for the very enterprise or street."""
    return lambda who, what, place: place != GUESSED and who.may(wanted, what.at)


def either(*rules: Rule) -> Rule:
    return lambda who, what, place: any(rule(who, what, place) for rule in rules)


def both(*rules: Rule) -> Rule:
    return lambda who, what, place: all(rule(who, what, place) for rule in rules)


def existing(who: Someone, what: Thing, place: str) -> bool:
    return place not in (GONE, GUESSED)


def good_link(who: Someone, what: Thing, place: str) -> bool:
    # The spent one let the principal in: a second tap on it is no fault of theirs.
    return place in ENTERPRISES or (place == GONE and who.posts.get(OWN) is Role.PRINCIPAL)


def appoints(who: Someone, what: Thing, place: str) -> bool:
    """The head of the very street."""
    return place != GUESSED and who.has(Duty.APPOINT) and who.street == STREETS.get(what.at)


def received(who: Someone, what: Thing, place: str) -> bool:
    return isinstance(what.other, frozenset) and who.name in what.other


def entered(who: Someone, what: Thing, place: str) -> bool:
    """What was entered of an enterprise, by those who answer for it; what was taken back is its author's."""
    if place == GONE:
        return owner(who, what, place)
    return walker(who, what, place) or there(Duty.CAMPAIGN)(who, what, place)


def finds(wanted: bool) -> Rule:
    """Those who open hazards on the spot in the very street: who decides about them, or experts."""
    roles = ("head", "officer") if wanted else ("expert",)
    return lambda who, what, place: (
        place not in (GONE, GUESSED) and who.may(Duty.FINDINGS, what.at) and who.office is not None
        and who.office.value in roles
    )  # fmt: skip


def finder(who: Someone, what: Thing, place: str) -> bool:
    return who.office is not None and who.office.value in ("head", "officer", "expert")


def stationed(who: Someone, what: Thing, place: str) -> bool:
    """The official who is paired with the enterprise."""
    return STATIONED.get(what.at) == who.name


def inspects(who: Someone, what: Thing, place: str) -> bool:
    """Those who inspect in the very street, of whatever kind."""
    return finds(True)(who, what, place) or finds(False)(who, what, place)


concerned = either(walker, there(Duty.FINDINGS))
inviter = either(any_walker, duty(Duty.INVITE))
inviter_there = either(walker, there(Duty.INVITE))
served = either(walker, there(Duty.TRIAGE))
drafting = both(owner, duty(Duty.NOTICE))
planning = both(owner, duty(Duty.PLANS))
NOMINATION = ("officials.name", "expert|0||||新专家")

BUTTONS: tuple[Entry, ...] = (
    Entry("home", "", anyone),
    Entry("help", "", anyone),
    Entry("hl:n", "", anyone),
    Entry("hl:c", "", anyone),
    Entry("hl:k:burns", "", anyone),
    Entry("hl:p:burns", "", anyone),
    Entry("hl:g", "", anyone),
    Entry("hl:g:reward", "", anyone),
    Entry("hh:s", "", anyone),
    Entry("hh:v:1:", "", anyone),
    Entry("hh:v:1:pfapfapf", "", anyone),
    Entry("lw:s", "", anyone),
    Entry("yr:l:0", "", any_walker),
    Entry("yr:e:{id}", "enterprise", walker),
    Entry("yr:d:{id}:fire-check", "enterprise", walker),
    Entry("lw:a:9dca810c:41:0", "", anyone),
    Entry("lw:c:dust-no-vent", "", anyone),
    Entry("la:set:zh-CN", "", anyone),
    Entry("pr:show", "", anyone),
    Entry("pr:basis", "", anyone),
    Entry("pr:export", "", contact, quiet=True, own_past=(("former employee", ENTERPRISES[OWN]),)),
    Entry("pr:erase", "", contact, quiet=True),
    Entry("pr:gone:{id}:{day}", "contact", owner, quiet=True),
    Entry("en:consent", "", anyone),
    Entry("en:agree:", "", anyone),
    # Whoever agrees is heard, whatever has become of the link.
    Entry("en:agree:{other}", "i-link", either(good_link, newcomer), reveals=True),
    Entry("en:abroad:", "", anyone),
    Entry("en:abroad:{other}", "i-link", either(good_link, newcomer), reveals=True),
    Entry("en:not", "", anyone),
    Entry("en:phone", "", contact),
    Entry("en:ask:{other}", "i-link", both(contact, good_link), reveals=True),
    Entry("en:ok:{id}", "request", inviter_there),
    Entry("en:no:{id}", "request", inviter_there),
    Entry("in:new", "", any_walker),
    Entry("in:e:{id}", "enterprise", walker),
    Entry("in:c:{id}:catering", "enterprise", walker),
    Entry("in:go:{id}", "walk", own_walk),
    Entry("in:at:{id}:1", "walk", own_walk),
    Entry("in:v:{id}:3:p", "walk", own_walk),
    Entry("in:h:{id}:3:how", "walk", own_walk),
    Entry("in:n:{id}:1", "walk", own_walk),
    Entry("in:d:{id}:2", "walk", own_walk),
    Entry("in:s:{id}:2:?", "walk", own_walk),
    Entry("in:s:{id}:2:w", "walk", own_walk),
    Entry("in:s:{id}:2:1", "walk", own_walk),
    Entry("in:sum:{id}", "walk", own_walk),
    Entry("in:save:{id}", "walk", own_walk),
    Entry("in:x:{id}", "walk", own_walk),
    Entry("in:xx:{id}", "walk", own_walk),
    Entry("in:ok:{id}", "walk", own_walk, succeeds=False),
    Entry("in:go:{id}", "record", own_walk, succeeds=False),
    Entry("in:xx:{id}", "record", own_walk, succeeds=False),
    Entry("my:l:0", "", insider),
    Entry("my:f:{id}", "finding", walker),
    Entry("my:o:{id}", "record", both(existing, either(walker, there(Duty.FINDINGS)))),
    Entry("my:pdf:{id}", "record", both(existing, either(walker, there(Duty.FINDINGS)))),
    Entry("my:o:{id}", "walk", lambda who, what, place: False, succeeds=False),
    Entry("qz:s", "", contact),
    Entry("qz:l", "", contact),
    Entry("qz:b:", "", contact),
    Entry("qz:d", "", contact),
    Entry("qz:t", "", contact),
    Entry("qz:h:off", "", contact),
    Entry("qz:go:{id}", "quiz", owner),
    Entry("qz:r:{id}", "quiz", owner),
    Entry("fi:l:0", "", duty(Duty.FINDINGS)),
    Entry("fi:in:{id}:0", "record", there(Duty.FINDINGS), quiet=True),
    Entry("fi:o:{id}", "finding", there(Duty.FINDINGS)),
    Entry("fi:ph:{id}", "finding", there(Duty.FINDINGS)),
    Entry("hz:l:0", "", any_walker_or(Duty.FINDINGS)),
    Entry("hz:o:{id}", "hazard", concerned),
    Entry("hz:h:{id}", "hazard", concerned),
    Entry("hz:ph:{id}", "rectified hazard", concerned),
    Entry("hz:ps:{id}", "ordered hazard", walker),
    Entry("hz:s:{id}:1:order", "hazard", there(Duty.TRIAGE)),
    Entry("hz:d:{id}:1:order:2026-07-01", "hazard", there(Duty.TRIAGE)),
    Entry("hz:s:{id}:1:regrade", "hazard", there(Duty.TRIAGE)),
    Entry("hz:g:{id}:1:regrade:major", "hazard", there(Duty.TRIAGE)),
    Entry("hz:p:{id}:1:return:1", "hazard", there(Duty.TRIAGE)),
    Entry("hz:s:{id}:1:hand_over", "hazard", there(Duty.TRIAGE)),
    Entry("hz:c:{id}:1:regrade:9", "hazard", there(Duty.TRIAGE), succeeds=False),
    Entry("hz:u:{id}:1", "hazard", concerned, succeeds=False),
    Entry("hz:o:{id}:@:a--:0", "hazard", concerned),
    Entry("hz:s:{id}:1:merge", "hazard", there(Duty.TRIAGE)),
    Entry("hz:m:{id}:1:merge:{id}", "hazard", there(Duty.TRIAGE), succeeds=False),
    Entry("hz:mm:{id}:1:merge:{id}", "hazard", there(Duty.TRIAGE), succeeds=False),
    Entry("hz:s:{id}:1:follow", "hazard", there(Duty.TRIAGE)),
    Entry("hz:f:{id}:1:follow:0", "hazard", there(Duty.TRIAGE)),
    Entry("hz:s:{id}:1:unit", "reported hazard", there(Duty.TRIAGE)),
    Entry("hz:n:{id}:1:unit:{enterprise}", "reported hazard", there(Duty.TRIAGE)),
    Entry("hq:h", "", duty(Duty.FINDINGS)),
    Entry("hq:l:a--:0", "", duty(Duty.FINDINGS)),
    Entry("hq:l:a--:0:隐患", "", duty(Duty.FINDINGS)),
    Entry("hq:l:a--.e{id}:0", "enterprise", duty(Duty.FINDINGS)),
    Entry("hq:f:a--", "", duty(Duty.FINDINGS)),
    *(Entry(f"hq:d:a--:{side}:0", "", duty(Duty.FINDINGS)) for side in "gsptef"),
    Entry("hq:q:a--", "", duty(Duty.FINDINGS)),
    Entry("hq:o:a--:0:{id}", "hazard", there(Duty.FINDINGS)),
    Entry("hq:b:o--", "", duty(Duty.TRIAGE)),
    Entry("hq:bn:o--", "", duty(Duty.TRIAGE)),
    Entry("hq:bnn:o--:0", "", duty(Duty.TRIAGE)),
    Entry("hq:bt:a--", "", duty(Duty.TRIAGE)),
    Entry("hq:btt:a--:1", "", duty(Duty.TRIAGE)),
    Entry("hq:bu:1", "", duty(Duty.TRIAGE), succeeds=False),
    Entry("hq:bv:1", "", duty(Duty.TRIAGE), succeeds=False),
    Entry("hq:n:a--:0:0", "", duty(Duty.FINDINGS)),
    Entry("hz:s:{id}:2:rectify", "ordered hazard", walker),
    Entry("hz:s:{id}:2:cost", "ordered hazard", walker),
    Entry("hz:s:{id}:2:ask_time", "ordered hazard", walker),
    Entry("hz:d:{id}:2:ask_time:2026-07-01", "ordered hazard", walker),
    Entry("hz:p:{id}:2:ask_time:1:2026-07-01", "ordered hazard", walker),
    Entry("hz:s:{id}:3:recheck", "rectified hazard", there(Duty.TRIAGE)),
    Entry("hz:p:{id}:3:send_back:1:2026-07-01", "rectified hazard", there(Duty.TRIAGE)),
    Entry("os:c:0", "", finder),
    Entry("os:n:{id}:official", "enterprise", finds(True)),
    Entry("os:n:{id}:joint", "enterprise", finds(True)),
    Entry("os:n:{id}:expert", "enterprise", finds(False)),
    Entry("os:n:{id}:cross", "enterprise", finds(False)),
    Entry("os:n:{id}:self", "enterprise", lambda who, what, place: False, succeeds=False),
    Entry("os:o:{id}", "hazard", there(Duty.TRIAGE)),
    Entry("os:v:{id}", "visit", inspects),
    Entry("ov:l:0", "", finder),
    Entry("ov:u:0", "", finder),
    Entry("ov:m:{id}", "visit", inspects, succeeds=False),
    Entry("ov:mm:{id}", "visit", inspects, succeeds=False),
    Entry("ov:n:{id}", "enterprise", inspects),
    Entry("ov:b:{id}:guidance", "enterprise", finds(True)),
    Entry("ov:b:{id}:expert", "enterprise", finds(False)),
    Entry("ov:o:{id}", "visit", inspects),
    Entry("ov:s:{id}", "visit", inspects),
    Entry("ov:y:{id}", "visit", inspects),
    Entry("ov:c:{id}", "visit", inspects),
    Entry("ov:a:{id}", "visit", inspects),
    Entry("ov:f:{id}", "visit", inspects),
    Entry("ov:p:{id}:1", "visit", inspects),
    Entry("ov:i:{id}:1:0", "visit", inspects),
    Entry("ov:k:{id}:certificate", "visit", inspects),
    Entry("ov:t:{id}:2:0", "visit", inspects),
    Entry("ov:v:{id}:1:0:p", "visit", inspects),
    Entry("ov:w:{id}:1:0", "visit", inspects),
    Entry("ov:z:{id}", "visit", inspects),
    Entry("ov:g:0:{id}", "hazard", concerned),
    Entry("ov:cc:{id}:catering", "visit", inspects, succeeds=False),
    Entry("ov:aa:{id}:987654", "visit", inspects, succeeds=False),
    Entry("ov:j:{id}", "visit", inspects),
    Entry("ov:q:{id}", "visit", inspects, succeeds=False),
    Entry("ov:x:{id}", "visit", inspects, succeeds=False),
    Entry("ov:e:{id}", "visit", inspects),
    Entry("ov:r:{id}", "visit", inspects, succeeds=False),
    Entry("ov:h:0", "", contact),
    Entry("me:l:{id}", "hazard", there(Duty.TRIAGE)),
    Entry("me:k:{id}:stop_use", "hazard", there(Duty.TRIAGE)),
    Entry("me:x:{id}:987654", "hazard", there(Duty.TRIAGE), succeeds=False),
    Entry("me:xx:{id}:987654", "hazard", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:l:0", "", any_walker_or(Duty.TRIAGE)),
    Entry("ld:o:{id}", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:o:{id}", "served paper", served),
    Entry("ld:w:{id}", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:w:{id}", "served paper", served),
    Entry("ld:e:{id}", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:t:{id}:1:0", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:m:{id}", "meeting paper", there(Duty.TRIAGE)),
    Entry("ld:d:{id}:1:202606030930", "meeting paper", there(Duty.TRIAGE)),
    Entry("ld:p:{id}:1", "naming paper", there(Duty.TRIAGE)),
    Entry("ld:r:{id}:1", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:rr:{id}:1", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:rr:{id}:1", "naming paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:rr:{id}:1", "meeting paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:u:{id}:1", "served paper", there(Duty.TRIAGE)),
    Entry("ld:a:{id}", "served paper", walker),
    Entry("ld:an:{id}", "served paper", walker),
    Entry("ld:ah:{id}:1", "served paper", walker, succeeds=False),
    Entry("ld:ap:{id}", "served paper", served),
    Entry("ld:y:{id}:1", "answered paper", there(Duty.TRIAGE)),
    Entry("ld:n:{id}:1", "answered paper", there(Duty.TRIAGE)),
    Entry("ld:q:{id}:0", "served paper", served),
    Entry("ld:ia:{id}", "held paper", served),
    Entry("ld:iy:{id}", "held paper", there(Duty.TRIAGE)),
    Entry("ld:is:{id}", "held paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:k:{id}", "sanction paper", served),
    Entry("ld:ka:{id}:1", "sanction paper", served),
    Entry("ld:ky:{id}:1", "sanction paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:kd:{id}:1", "sanction paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:kr:{id}:1", "sanction paper", there(Duty.TRIAGE), succeeds=False),
    Entry("ld:x:{id}:1", "drafted paper", there(Duty.TRIAGE)),
    Entry("ld:xx:{id}:1", "drafted paper", there(Duty.TRIAGE)),
    Entry("rg:l", "", duty(Duty.FINDINGS)),
    Entry("rg:t", "", duty(Duty.FINDINGS)),
    Entry("rg:x", "", duty(Duty.FIGURES)),
    Entry("rg:ls:0", "", duty(Duty.FINDINGS)),
    Entry("rg:e:{id}:0", "enterprise", there(Duty.FINDINGS)),
    Entry("rg:ok:{id}", "register", both(owner, duty(Duty.REGISTER))),
    Entry("rg:no:{id}", "", duty(Duty.REGISTER)),
    *(Entry(f"ow:l:{kind}:0", "", duty(Duty.FINDINGS)) for kind in "xat"),
    Entry("ow:e:{id}", "enterprise", there(Duty.FINDINGS)),
    Entry("ow:k:{id}:t", "enterprise", there(Duty.APPOINT)),
    Entry("ow:s:{id}:t:0", "enterprise", there(Duty.APPOINT)),
    Entry("ow:m:t", "", duty(Duty.APPOINT)),
    Entry("ow:c:t:1", "", duty(Duty.APPOINT)),
    Entry("ow:y:t:1:2", "", duty(Duty.APPOINT)),
    Entry("lz:e", "", any_walker),
    Entry("lz:d", "", contact),
    Entry("lz:l:0", "", duty(Duty.ANSWER)),
    Entry("lz:w:{id}", "enterprise", either(walker, stationed)),
    Entry("lz:p:{id}:0", "enterprise", either(walker, stationed)),
    Entry("lz:ph:{id}:0", "enterprise", either(walker, stationed)),
    Entry("sn:o:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("sn:k:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("sn:u:{id}:1", "enterprise", there(Duty.REGISTER)),
    Entry("sn:y:{id}:1:-", "enterprise", there(Duty.REGISTER)),
    Entry("sn:q:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("sn:qq:{id}:1", "enterprise", there(Duty.REGISTER)),
    Entry("ow:u:1", "", duty(Duty.APPOINT), succeeds=False),
    Entry("lg:s:-:-", "", duty(Duty.FIGURES)),
    Entry("lg:s:20260531:0", "", duty(Duty.FIGURES), succeeds=False),
    Entry("lg:w:-", "", duty(Duty.FIGURES)),
    Entry("lg:y", "", duty(Duty.FIGURES)),
    Entry("lg:x", "", duty(Duty.FIGURES)),
    Entry("lg:r:found:-:-:-:-:0", "", duty(Duty.FIGURES)),
    Entry("bd:e", "", any_walker),
    Entry("bd:o:{id}:0", "enterprise", walker),
    Entry("bd:p:{id}:0", "enterprise", walker),
    Entry("bd:ok:{id}", "board", lambda who, what, place: who.posts.get(what.at) is Role.PRINCIPAL),
    Entry("wr:l", "", duty(Duty.FIGURES)),
    *(
        Entry(said, "roundup", there(Duty.FIGURES))
        for said in (
            "wr:o:{id}", "wr:n:{id}:open:0", "wr:f:{id}:pdf", "wr:f:{id}:docx", "wr:u:{id}", "wr:a:{id}:0", "wr:t:{id}",
            "wr:e:{id}",
        )
    ),
    Entry("wr:k:{id}", "roundup ask", there(Duty.FIGURES)),
    Entry("wr:d:{id}:20260604", "roundup ask", there(Duty.FIGURES)),
    Entry("wr:x:{id}", "roundup ask", there(Duty.FIGURES)),
    Entry("wr:w:{id}:units", "roundup", there(Duty.NOTICE)),
    Entry("wr:r:{id}", "roundup", there(Duty.NOTICE)),
    Entry("wr:rr:{id}:5", "roundup", there(Duty.NOTICE), succeeds=False),
    Entry("iv:l:0", "", inviter),
    Entry("iv:f:字号:0", "", inviter),
    Entry("iv:find", "", duty(Duty.INVITE)),
    Entry("iv:e:{id}", "enterprise", inviter_there),
    Entry("iv:q:{id}:employee", "enterprise", inviter_there),
    Entry("iv:q:{id}:safety_officer", "enterprise", inviter_there),
    Entry("iv:s", "", duty(Duty.INVITE)),
    Entry("iv:c:safety_officer:all", "", duty(Duty.INVITE)),
    Entry("iv:y:safety_officer:all:123", "", duty(Duty.INVITE)),
    Entry("pq:l:0", "", inviter),
    Entry("pq:e:{id}", "enterprise", inviter_there),
    Entry("pq:n:{id}", "enterprise", inviter_there),
    Entry("pq:w:{id}", "enterprise", inviter_there),
    Entry("pq:p:{id}", "place", inviter_there),
    Entry("pq:x:{id}", "place", inviter_there),
    Entry("rp:new", "", contact),
    Entry("rp:l", "", contact),
    Entry("rp:no", "", contact),
    Entry("rp:o:{id}", "report", owner),
    Entry("rp:o:{id}", "named report", owner),
    Entry("rp:m:{id}", "report", owner),
    Entry("rp:m:{id}", "named report", owner),
    Entry("rp:k:{id}", "report", owner),
    Entry("rp:ok:{id}", "report", owner, succeeds=False),
    Entry("rp:not:{id}", "report", owner),
    Entry("rp:not:{id}:1", "named report", owner, succeeds=False),
    Entry("rp:kk:{id}", "report", owner),
    Entry("rp:kk:{id}", "named report", owner, succeeds=False),
    Entry("rp:c", "", contact, draft=True),
    Entry("rp:w", "", contact, draft=True),
    Entry("rp:x", "", contact, draft=True),
    Entry("rp:d", "", contact, draft=True),
    Entry("rp:a", "", contact, draft=True),
    Entry("rp:aa", "", contact, draft=True),
    Entry("rp:n", "", contact, draft=True),
    Entry("rp:nn", "", contact, draft=True),
    Entry("rp:s", "", contact, draft=True, succeeds=False),
    Entry("rp:e:{id}", "enterprise", lambda who, what, place: what.at in who.posts, draft=True),
    Entry("tr:l:0", "", duty(Duty.TRIAGE)),
    Entry("tr:d:0", "", duty(Duty.TRIAGE)),
    Entry("tr:o:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:o:{id}", "named report", there(Duty.TRIAGE)),
    Entry("tr:ph:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:g:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:g:{id}", "named report", there(Duty.TRIAGE)),
    Entry("tr:G:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:GG:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:r:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:rr:{id}:1", "report", there(Duty.TRIAGE)),
    Entry("tr:m:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:mm:{id}:{twin}", "report", there(Duty.TRIAGE)),
    Entry("tr:mm:{twin}:{id}", "report", there(Duty.TRIAGE)),
    Entry("tr:q:{id}", "report", there(Duty.TRIAGE)),
    Entry("bc:l:0", "", duty(Duty.FIGURES)),
    Entry("bc:new", "", duty(Duty.NOTICE)),
    Entry("bc:d:{id}", "draft", drafting),
    Entry("bc:body:{id}", "draft", drafting),
    Entry("bc:to:{id}", "draft", drafting),
    Entry("bc:c:{id}:industry:0", "draft", drafting),
    Entry("bc:c:{id}:unacknowledged_of:0", "draft", drafting),
    Entry("bc:s:{id}:industry:-", "draft", drafting),
    Entry("bc:wh:{id}", "draft", drafting),
    Entry("bc:at:{id}:now", "draft", drafting),
    Entry("bc:typ:{id}", "draft", drafting),
    Entry("bc:dy:{id}", "draft", drafting),
    Entry("bc:ds:{id}:3", "draft", drafting),
    Entry("bc:ur:{id}:1", "draft", drafting),
    Entry("bc:no:{id}", "draft", drafting),
    Entry("bc:p:{id}", "draft", drafting),
    Entry("bc:t:{id}:123", "draft", drafting),
    Entry("bc:ok:{id}:4:{other}", "draft", drafting),
    Entry("bc:ask:{id}", "draft", drafting),
    Entry("bc:v:{id}", "draft", drafting, succeeds=False),
    Entry("bc:rc:{id}", "draft", drafting, succeeds=False),
    Entry("bc:ry:{id}", "draft", drafting, succeeds=False),
    Entry("bc:ch:{id}:0", "draft", drafting, succeeds=False),
    Entry("bc:xl:{id}", "draft", drafting, succeeds=False),
    Entry("bc:who:{id}:silent:0", "draft", drafting, succeeds=False),
    Entry("bc:w:{id}", "draft", drafting, succeeds=False),
    Entry("bc:back:{id}", "draft", drafting, succeeds=False),
    Entry("bc:a:{id}", "asked", drafting),
    Entry("bc:w:{id}", "asked", there(Duty.NOTICE)),
    Entry("bc:back:{id}", "asked", there(Duty.NOTICE)),
    Entry("bc:v:{id}", "sent", there(Duty.FIGURES)),
    Entry("bc:who:{id}:silent:0", "sent", there(Duty.FIGURES)),
    Entry("bc:wp:{id}:silent:0", "sent", there(Duty.FIGURES)),
    Entry("bc:xl:{id}", "sent", there(Duty.FIGURES)),
    Entry("bc:ch:{id}:0", "sent", there(Duty.NOTICE)),
    Entry("bc:rc:{id}", "sent", there(Duty.NOTICE)),
    Entry("bc:ry:{id}", "sent", there(Duty.NOTICE)),
    Entry("bc:rn:{id}", "", duty(Duty.NOTICE)),
    Entry("fb:e:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("fb:n:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("fb:x:{id}", "enterprise", there(Duty.REGISTER)),
    Entry("fb:xx:{id}", "enterprise", there(Duty.REGISTER)),
    # What a restore held back concerns everybody: for officials of the whole area, and there is none in this world.
    *(
        Entry(said, "", lambda who, what, place: False, succeeds=False)
        for said in ("hd:l", "hd:o:notices", "hd:a:all:1", "hd:u:all:1", "hd:ay:all:1", "hd:uy:all:1", "hd:ry:0")
    ),
    Entry("ak:{id}", "sent", received),
    Entry("ak:{id}:c", "sent", received),
    Entry("ak:{id}", "draft", lambda who, what, place: False, succeeds=False),
    Entry("pl:l:0", "", duty(Duty.FINDINGS)),
    Entry("pl:n", "", duty(Duty.PLANS)),
    Entry("pl:c:catering", "", duty(Duty.PLANS)),
    Entry("pl:i:{id}:catering", "plan draft", planning),
    Entry("pl:w:{id}:{enterprise}:s", "plan draft", planning),
    Entry("pl:a:{id}", "plan draft", planning),
    Entry("pl:r:{id}:weekly", "plan draft", planning),
    Entry("pl:r:{id}:workdays:k", "plan draft", planning),
    Entry("pl:f:{id}:20260608", "plan draft", planning),
    Entry("pl:u:{id}:20260630", "plan draft", planning),
    Entry("pl:d:{id}:20261001", "plan draft", planning),
    Entry("pl:ty:{id}", "plan draft", planning),
    Entry("pl:x:{id}:20261001:-3", "plan draft", planning),
    Entry("pl:m:{id}", "plan draft", planning),
    Entry("pl:mm:{id}:principal", "plan draft", planning),
    Entry("pl:ok:{id}", "plan draft", planning),
    Entry("pl:o:{id}", "plan draft", lambda who, what, place: False, succeeds=False),
    Entry("pl:a:{id}", "plan", planning, succeeds=False),
    Entry("pl:o:{id}", "plan", there(Duty.FINDINGS)),
    Entry("pl:t:{id}:0", "plan", there(Duty.FINDINGS)),
    Entry("pl:p:{id}", "plan", there(Duty.PLANS)),
    Entry("pl:re:{id}", "plan", there(Duty.PLANS), succeeds=False),
    Entry("pl:e:{id}", "plan", there(Duty.PLANS)),
    Entry("pl:ee:{id}", "plan", there(Duty.PLANS)),
    Entry("cp:s", "", insider),
    Entry("cp:t", "", contact),
    Entry("cp:p:one-strip-only", "", contact),
    Entry("cp:n:safety-lecture:{id}", "enterprise", either(walker, there(Duty.CAMPAIGN))),
    Entry("cp:n:park-drill:{id}", "enterprise", there(Duty.CAMPAIGN)),
    Entry("cp:o:{id}", "activity", entered),
    Entry("cp:x:{id}", "activity", entered),
    Entry("cp:xx:{id}", "activity", entered),
    Entry("cp:ok:{id}", "activity", entered, succeeds=False),
    Entry("cp:d:{id}:2026-06-01", "activity", entered, succeeds=False),
    Entry("cp:o:{id}", "activity draft", own_walk),
    Entry("cp:d:{id}:2026-06-01", "activity draft", own_walk),
    Entry("cp:c:{id}:t", "activity draft", own_walk),
    Entry("cp:r:{id}:asked", "activity draft", own_walk),
    Entry("cp:b:{id}:content", "activity draft", own_walk),
    Entry("cp:ph:{id}", "activity draft", own_walk),
    Entry("cp:ok:{id}", "activity draft", own_walk),
    Entry("cp:x:{id}", "activity draft", own_walk),
    Entry("cp:xx:{id}", "activity draft", own_walk),
    Entry("cm:s", "", duty(Duty.FINDINGS)),
    Entry("cm:w:0", "", duty(Duty.FINDINGS)),
    Entry("cm:r:safety-lecture:-:0", "", duty(Duty.FINDINGS)),
    Entry("cm:p:-", "", duty(Duty.FIGURES)),
    Entry("cm:x:-", "", duty(Duty.FIGURES)),
    Entry("of:l:0", "", duty(Duty.APPOINT)),
    Entry("of:n", "", duty(Duty.APPOINT)),
    Entry("of:o:{id}", "official", appoints),
    Entry("of:re:{id}", "official", appoints, succeeds=False),
    Entry("of:e:{id}", "official", appoints),
    Entry("of:ee:{id}", "official", appoints),
    Entry("of:r:expert", "", duty(Duty.APPOINT), standing=NOMINATION),
    Entry("of:p:{id}:s", "enterprise", lambda who, what, place: who.has(Duty.APPOINT) and who.street == STREETS.get(
        what.at), standing=NOMINATION),
    Entry("of:i:-", "", duty(Duty.APPOINT), standing=NOMINATION),
    Entry("of:u:-", "", duty(Duty.APPOINT), standing=NOMINATION),
    Entry("of:w", "", duty(Duty.APPOINT), standing=NOMINATION),
    Entry("of:ok", "", duty(Duty.APPOINT), standing=NOMINATION),
    Entry("st", "", contact),
    Entry("st:q", "", contact),
    Entry("st:qc:0", "", contact),
    Entry("st:h", "", contact),
    Entry("st:hc:9", "", contact),
    Entry("st:b:1", "", contact),
    Entry("st:s", "", contact),
    Entry("st:sy", "", contact),
    Entry("st:r", "", contact),
    Entry("st:o:{id}", "delivery", owner),
)  # fmt: skip

COMMANDS: tuple[Entry, ...] = (
    *(Entry(name, "", anyone) for name in ("start", "help", "cancel", "menu", "law")),
    *(Entry(name, "", anyone) for name in ("hotline", "cards", "family", "language", "privacy")),
    Entry("check", "", any_walker),
    Entry("year", "", any_walker),
    Entry("my", "", insider),
    Entry("quiz", "", contact),
    Entry("settings", "", contact),
    Entry("stop", "", contact),
    Entry("campaign", "", insider),
    Entry("today", "", contact),
    Entry("findings", "", duty(Duty.FINDINGS)),
    Entry("hazards", "", any_walker_or(Duty.FINDINGS)),
    Entry("papers", "", any_walker_or(Duty.TRIAGE)),
    Entry("plans", "", duty(Duty.FINDINGS)),
    Entry("register", "", duty(Duty.FINDINGS)),
    Entry("register 字号", "", duty(Duty.FINDINGS)),
    Entry("ledger", "", duty(Duty.FIGURES)),
    Entry("notice", "", duty(Duty.FIGURES)),
    Entry("invite", "", inviter),
    Entry("invite 字号", "", inviter),
    Entry("reports", "", duty(Duty.TRIAGE)),
    Entry("officials", "", duty(Duty.APPOINT)),
    Entry("report", "", contact),
    Entry("report {other}", "report", owner),
    Entry("report {other}", "named report", owner),
    Entry("report {other}", "receipt", lambda who, what, place: who.is_contact and place == OWN, reveals=True),
)  # fmt: skip

LINKS: tuple[Entry, ...] = (
    Entry("start {other}", "i-link", good_link, reveals=True),
    Entry("start {other}", "o-link", lambda who, what, place: who.is_contact and place == OWN, reveals=True),
    # A code on a wall shows where it hangs to whoever stands before it; any other begins one of nowhere.
    Entry("start {other}", "place", anyone, reveals=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waited:
    """A free message while the bot waits for one; its subject names the thing."""

    entry: Entry
    said: Said


PHOTO = Photo("photo-of-somebody", "unique-of-somebody", 1000, "", None)
WORDS = Text("三个字")

WAITED: tuple[Waited, ...] = (
    Waited(Entry("", "walk", own_walk, standing=("inspection.note", "inspection:{id}:1")), WORDS),
    Waited(Entry("", "walk", own_walk, standing=("inspection.photo", "inspection:{id}:2")), PHOTO),
    Waited(Entry("", "walk", own_walk, standing=("inspection.skip", "inspection:{id}:2")), WORDS),
    Waited(Entry("", "", inviter, standing=("invitations.part", "")), Text("字号")),
    Waited(Entry("", "draft", drafting, standing=("broadcast.body", "broadcast:{id}")), WORDS),
    Waited(Entry("", "draft", drafting, standing=("broadcast.body", "broadcast:{id}")), PHOTO),
    Waited(Entry("", "draft", drafting, standing=("broadcast.more", "broadcast:{id}")), PHOTO),
    Waited(Entry("", "draft", drafting, standing=("broadcast.moment", "broadcast:{id}")), Text("6月20日 10:00")),
    Waited(Entry("", "asked", there(Duty.NOTICE), standing=("broadcast.count", "broadcast:{id}:{other}")), Text("4")),
    Waited(Entry("", "", contact, standing=("quiz.answer", "quiz:1")), WORDS),
    Waited(Entry("", "", contact, draft=True, standing=("report", "")), WORDS),
    Waited(Entry("", "", contact, draft=True, standing=("report", "")), PHOTO),
    Waited(Entry("", "", contact, draft=True, standing=("report", "")), Location(29.8, 121.5)),
    Waited(Entry("", "report", there(Duty.TRIAGE), standing=("triage.reason", "report:{id}")), WORDS),
    Waited(Entry("", "report", there(Duty.TRIAGE), standing=("triage.question", "report:{id}")), WORDS),
    Waited(Entry("", "enterprise", inviter_there, standing=("places.name", "enterprise:{id}")), WORDS),
    Waited(Entry("", "", duty(Duty.APPOINT), standing=("officials.name", "")), Text("新专家")),
    Waited(Entry("", "activity draft", own_walk, standing=("campaign.record", "{id}:content")), WORDS),
    Waited(Entry("", "activity draft", own_walk, standing=("campaign.record", "{id}:photo")), PHOTO),
    Waited(Entry("", "", contact, standing=("law.words", "")), WORDS),
    Waited(
        Entry("", "enterprise", there(Duty.REGISTER), standing=("fallback.address", "enterprise:{id}")),
        Text(f"https://oapi.dingtalk.com/robot/send?access_token={'a1' * 16}"),
    ),
    Waited(Entry("", "plan draft", planning, standing=("plans.day", "plan:{id}")), Text("2026-10-01")),
    Waited(Entry("", "", duty(Duty.FINDINGS), standing=("hazard_queue.words", "queue:a--")), WORDS),
    Waited(Entry("", "hazard", there(Duty.TRIAGE), standing=("hazard.words", "hazard:{id}:1:return::")), WORDS),
    Waited(Entry("", "ordered hazard", walker, standing=("hazard.photo", "hazard:{id}")), PHOTO),
    Waited(Entry("", "ordered hazard", walker, standing=("hazard.photo", "hazard:{id}")), WORDS),
    Waited(Entry("", "", duty(Duty.FIGURES), standing=("ledger.day", "")), Text("5月31日")),
    Waited(
        Entry("", "hazard", there(Duty.TRIAGE), standing=("measure.words", "measure:{id}:stop_use")),
        Text("停用〔2026〕1号\n后厨液化气间停止使用"),
    ),
    Waited(Entry("", "enterprise", either(walker, stationed), standing=("liaison.words", "enterprise:{id}")), WORDS),
    Waited(Entry("", "enterprise", either(walker, stationed), standing=("liaison.words", "enterprise:{id}")), PHOTO),
    Waited(Entry("", "", finder, standing=("on_the_spot.name", "")), Text("字号")),
    Waited(Entry("", "enterprise", finds(True), standing=("on_the_spot.new", "{id}:official")), WORDS),
    Waited(Entry("", "enterprise", finds(False), standing=("on_the_spot.new", "{id}:expert")), PHOTO),
    Waited(Entry("", "visit", inspects, standing=("on_the_spot.new", "1:official:{id}")), WORDS),
    Waited(Entry("", "", finder, standing=("visit.name", "")), Text("字号")),
    Waited(Entry("", "hazard", there(Duty.TRIAGE), standing=("on_the_spot.more", "spot:{id}")), WORDS),
    Waited(Entry("", "hazard", there(Duty.TRIAGE), standing=("on_the_spot.more", "spot:{id}")), PHOTO),
    Waited(Entry("", "drafted paper", there(Duty.TRIAGE), standing=("ladder.words", "ladder:{id}:1:facts")), WORDS),
    Waited(Entry("", "served paper", walker, standing=("ladder.answer", "ladder:{id}")), WORDS),
    Waited(Entry("", "served paper", walker, standing=("ladder.answer", "ladder:{id}")), PHOTO),
    Waited(Entry("", "served paper", walker, standing=("ladder.said", "ladder:{id}:object")), WORDS),
    Waited(Entry("", "held paper", there(Duty.TRIAGE), standing=("ladder.said", "ladder:{id}:attendees")), WORDS),
    Waited(Entry("", "sanction paper", there(Duty.TRIAGE), standing=("ladder.said", "ladder:{id}:ground0")), WORDS),
    Waited(
        Entry("", "roundup", there(Duty.FIGURES), standing=("roundup.ask", "roundup:{id}:0")), Text("某单位：整改到位")
    ),
    Waited(Entry("", "roundup", there(Duty.FIGURES), standing=("roundup.remark", "roundup:{id}")), WORDS),
    # A vote belongs to whoever the poll was put to.
    Waited(Entry("", "poll", owner, quiet=True), Voted("{other}", (0,))),
    # Nothing is waited for.
    Waited(Entry("", "", anyone), WORDS),
    Waited(Entry("", "", anyone), PHOTO),
    Waited(Entry("", "", anyone), Location(29.8, 121.5)),
    Waited(Entry("", "", lambda who, what, place: False, succeeds=False), SharedPhone("+8613800000000", False)),
)  # fmt: skip


def said_by(entry: Entry, text: str) -> Said:
    """The button or command with everything filled in."""
    if entry in BUTTONS:
        return Press("query", tuple(text.split(":")), 77)
    name, _, rest = text.partition(" ")
    return Command(name, rest)
