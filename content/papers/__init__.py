"""纸面 — what leaves the chat on paper: the inspection record as PDF, invitations as QR sheets and cards, posters."""

from content.papers.invitation import InvitationEntry, invitation_card, invitation_sheet
from content.papers.poster import place_poster
from content.papers.record import InspectionPaper, PaperFinding, PaperItem, inspection_record

__all__ = [
    "InspectionPaper",
    "InvitationEntry",
    "PaperFinding",
    "PaperItem",
    "inspection_record",
    "invitation_card",
    "invitation_sheet",
    "place_poster",
]
