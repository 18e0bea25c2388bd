"""程序步骤装载 — procedure.toml: the steps of an official inspection, each with the words of the law that ask it."""

from content.loading.entry import Entry
from content.loading.page import Page
from domain.visit import ProcedureStep, VisitKind

PROCEDURE = "procedure.toml"


def read_procedure(page: Page) -> tuple[ProcedureStep, ...]:
    """The steps in file order, which is the order in which they are taken.

    Raises:
        ContentFault: a flawed field, an unknown kind, or an id given twice.
    """
    whole = Entry(page, page.table)
    whole.must_hold_only("step")
    found: dict[str, ProcedureStep] = {}
    for entry in whole.entries("step"):
        entry.must_hold_only("id", "title", "plain", "kinds", "basis")
        step = ProcedureStep(
            entry.text("id"), entry.text("title"), entry.text("plain"), entry.choices("kinds", VisitKind),
            entry.bases(),
        )  # fmt: skip
        if step.id in found:
            raise entry.fault("fault-twice", "id", id=step.id)
        found[step.id] = step
    return tuple(found.values())
