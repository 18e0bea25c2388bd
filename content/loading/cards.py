"""应急卡装载 — one file per emergency card under cards/, named like its id."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.emergency import EmergencyCard


def read_card(page: Page) -> EmergencyCard:
    """The emergency card of one page.

    Raises:
        ContentFault: a field is missing, unknown or of the wrong kind, or there is no step.
    """
    entry = Entry(page, page.table)
    entry.must_hold_only("id", "title", "icon", "steps", "never", "call", "trained_note", "basis", "source")
    if not (steps := entry.texts("steps")):
        raise entry.fault("fault-missing-field", "steps", field="steps")
    return EmergencyCard(
        id=entry.text("id"),
        title=entry.text("title"),
        icon=entry.text("icon"),
        steps=steps,
        never=entry.texts("never"),
        call=entry.texts("call"),
        trained_note=entry.text_or_none("trained_note"),
        basis=entry.bases(),
        source=entry.text("source"),
    )
