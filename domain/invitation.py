"""邀请 — who may invite whom, and how many cards a sheet holds at most."""

from enum import StrEnum

from domain.contact import Role
from domain.refusal import Refusal

# A sheet of 2,000 is 250 pages and takes about 14 s to set; a larger district prints by street.
SHEET_LIMIT = 2000


class Scope(StrEnum):
    """Which enterprises a sheet is printed for: all, or those where nobody holds the post yet."""

    ALL = "all"
    VACANT = "vacant"


class NothingToPrint(Refusal):
    """No enterprise is left to print an invitation for."""


class SheetTooLong(Refusal):
    """More enterprises than one sheet may hold. Facts: `count`, `limit`."""


class MayNotInvite(Refusal):
    """Only officials, principals and safety officers hand out invitations."""


def invitable_by(holder: Role) -> tuple[Role, ...]:
    """The posts to which the holder of one may invite at their own enterprise.

    Inviting somebody to one's own post is how it is handed over.
    """
    match holder:
        case Role.PRINCIPAL:
            return (Role.SAFETY_OFFICER, Role.EMPLOYEE, Role.PRINCIPAL)
        case Role.SAFETY_OFFICER:
            return (Role.EMPLOYEE, Role.SAFETY_OFFICER)
        case Role.EMPLOYEE:
            return ()
