"""纸面 — what leaves the chat on paper: the inspection record as PDF, invitations as QR sheets and cards, posters."""

from content.papers.invitation import InvitationEntry, invitation_card, invitation_sheet
from content.papers.matrix import MatrixPaper, MatrixRow, matrix_picture
from content.papers.placard import card_picture, lesson_picture
from content.papers.poster import place_poster
from content.papers.record import InspectionPaper, PaperFinding, PaperItem, inspection_record

__all__ = [
    "InspectionPaper",
    "InvitationEntry",
    "MatrixPaper",
    "MatrixRow",
    "PaperFinding",
    "PaperItem",
    "card_picture",
    "inspection_record",
    "invitation_card",
    "invitation_sheet",
    "lesson_picture",
    "matrix_picture",
    "place_poster",
]
