"""分机表 — the talk behind each command, button and awaited message, and which of them are open to anybody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers import (
    acknowledgement,
    board,
    broadcast,
    campaign,
    campaign_matrix,
    enrolment,
    fallback,
    findings,
    hazard,
    hazard_asking,
    hazard_queue,
    hold,
    home,
    hotline,
    household,
    inspection,
    invitations,
    ladder,
    ladder_replies,
    language,
    law,
    ledger,
    liaison,
    measures,
    mine,
    officials,
    on_the_spot,
    owners,
    places,
    plan_steps,
    plans,
    privacy,
    quiz,
    register,
    report,
    roundup,
    settings,
    stationing,
    triage,
    visit,
    yearly,
)
from handlers.turn import Reply, Scene, Turn

Talk = Callable[[Turn, Scene], Awaitable[Reply]]

COMMANDS: dict[str, Talk] = {
    "start": enrolment.start,
    "help": home.help_,
    "cancel": home.cancel,
    "menu": home.home,
    "hotline": hotline.numbers,
    "cards": hotline.cards,
    "family": household.begin,
    "law": law.consult,
    "language": language.choose,
    "privacy": privacy.show,
    "check": inspection.choose,
    "my": mine.show_mine,
    "quiz": quiz.show_quiz,
    "findings": findings.show_findings,
    "hazards": hazard_queue.show_queue,
    "papers": ladder.show_papers,
    "report": report.begin,
    "reports": triage.show_reports,
    "register": register.show,
    "ledger": ledger.show_ledger,
    "notice": broadcast.show_list,
    "invite": invitations.show,
    "plans": plans.show_plans,
    "campaign": campaign_matrix.show_campaign,
    "today": campaign.show_today,
    "year": yearly.show_year,
    "officials": officials.show_officials,
    "settings": settings.show_settings,
    "stop": settings.ask_stop,
}

# The first word of a button's data.
PRESSES: dict[str, Talk] = {
    "home": home.home,
    "help": home.help_,
    "hl": hotline.press,
    "hh": household.press,
    "lw": law.press_law,
    "la": language.press_language,
    "pr": privacy.press,
    "en": enrolment.press_enrolment,
    "in": inspection.press_inspection,
    "my": mine.press_mine,
    "yr": yearly.press_year,
    "qz": quiz.press_quiz,
    "fi": findings.press_findings,
    "hz": hazard.press_hazard,
    "os": on_the_spot.press_on_the_spot,
    "ov": visit.press_visit,
    "me": measures.press_measure,
    "ld": ladder.press_ladder,
    "bd": board.press_board,
    "hq": hazard_queue.press_queue,
    "rp": report.press_report,
    "tr": triage.press_triage,
    "pq": places.press_places,
    "rg": register.press,
    "lg": ledger.press_ledger,
    "wr": roundup.press_roundup,
    "bc": broadcast.press,
    "ak": acknowledgement.press,
    "iv": invitations.press,
    "pl": plans.press_plans,
    "cp": campaign.press_campaign,
    "cm": campaign_matrix.press_matrix,
    "of": officials.press_officials,
    "ow": owners.press_owners,
    "lz": liaison.press_liaison,
    "sn": stationing.press_stationing,
    "hd": hold.press_hold,
    "fb": fallback.press_fallback,
    "st": settings.press_settings,
}

# What a free message means, as the record of where the contact stands says.
MEANINGS: dict[str, Talk] = {
    "inspection.note": inspection.take_note,
    "inspection.photo": inspection.take_photo,
    "inspection.skip": inspection.take_skip_reason,
    "invitations.part": invitations.take_part,
    "broadcast.body": broadcast.take_body,
    "broadcast.more": broadcast.take_more,
    "broadcast.moment": broadcast.take_moment,
    "broadcast.count": broadcast.take_count,
    quiz.MEANING: quiz.take_words,
    report.MEANING: report.take,
    triage.REASON: triage.take_reason,
    triage.QUESTION: triage.take_question,
    places.NAME: places.take_name,
    officials.MEANING: officials.take_name,
    campaign.MEANING: campaign.take,
    law.MEANING: law.take_words,
    fallback.MEANING: fallback.take_address,
    hazard.PHOTO: hazard.take_photo,
    hazard_asking.WORDS: hazard.take_words,
    measures.WORDS: measures.take_words,
    liaison.WORDS: liaison.take_words,
    on_the_spot.NAME: on_the_spot.take_name,
    on_the_spot.NEW: on_the_spot.take_new,
    on_the_spot.MORE: on_the_spot.take_more,
    visit.NAME: visit.take_name,
    ladder.WORDS: ladder.take_words,
    ladder_replies.ANSWER: ladder_replies.take_answer,
    ladder_replies.SAID: ladder.take_said,
    hazard_queue.WORDS: hazard_queue.take_words,
    plan_steps.DAY: plan_steps.take_day,
    ledger.DAY: ledger.take_day,
    roundup.ASK: roundup.take_words,
    roundup.REMARK: roundup.take_words,
}

# Where a file is what is waited for; anywhere else a workbook from an official is the register.
FILE_MEANINGS = frozenset(MEANINGS) - {
    "invitations.part", "broadcast.moment", "broadcast.count", officials.MEANING, law.MEANING, fallback.MEANING,
    hazard_asking.WORDS, hazard_queue.WORDS, ladder.WORDS, on_the_spot.NAME, measures.WORDS, ladder_replies.SAID,
    plan_steps.DAY, visit.NAME, ledger.DAY, roundup.ASK, roundup.REMARK,
}  # fmt: skip

# Commands that only look, so they are simply answered again.
ASKED_AGAIN = frozenset({
    "hotline", "cards", "family", "law", "help", "menu", "language", "privacy", "my", "quiz", "findings", "hazards",
    "papers", "reports", "register", "ledger", "notice", "invite", "plans", "campaign", "today", "officials",
    "settings", "stop",
})  # fmt: skip

# What anybody may do before agreeing to the privacy notice: nothing is stored by these.
OPEN_COMMANDS = frozenset(
    {"start", "help", "cancel", "menu", "hotline", "cards", "family", "law", "language", "privacy"}
)
OPEN_PRESSES = frozenset({"home", "help", "hl", "hh", "lw", "la", "pr", "en"})

# Whose an update is that took effect before, and how that talk says where the person stands; the first that says yes.
AGAIN: tuple[tuple[Callable[[Turn, Scene], bool], Talk], ...] = (
    (ladder.concerns, ladder.show_again),
    (measures.concerns, measures.show_again),
    (liaison.concerns, liaison.show_again),
    (stationing.concerns, stationing.show_again),
    (owners.concerns, owners.show_again),
    (visit.concerns, visit.show_again),
    (on_the_spot.concerns, on_the_spot.show_again),
    (hazard.concerns, hazard.show_again),
    (hazard_queue.concerns, hazard_queue.show_again),
    (broadcast.concerns, broadcast.show_again),
)
