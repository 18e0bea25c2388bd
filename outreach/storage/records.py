"""记录 — every record in one place, for migrations and for tests that must see the whole schema."""

from outreach.storage.alerts import AlertRecord, AlertWordRecord
from outreach.storage.base import Record
from outreach.storage.boards import BoardRecord
from outreach.storage.broadcasts import BroadcastRecord, RecipientRecord
from outreach.storage.campaigns import ActivityPhotoRecord, ActivityRecord, CampaignDayRecord
from outreach.storage.enterprises import EnterpriseRecord, RegisterDraftRecord
from outreach.storage.fallbacks import FallbackAddressRecord, FallbackRecord
from outreach.storage.hazards import HazardCardRecord, HazardPhotoRecord, HazardRecord, HazardStepRecord
from outreach.storage.inspections import (
    AnswerRecord,
    ChecklistEditionRecord,
    FindingRecord,
    InspectionRecord,
    PhotoRecord,
)
from outreach.storage.intake import QuarantineRecord, SeenUpdateRecord
from outreach.storage.journal_links import JournalLinkRecord
from outreach.storage.ladder import BlacklistingRecord, InterviewRecord, LadderPaperRecord, ObjectionRecord
from outreach.storage.laws import LawArticleRecord, LawRecord
from outreach.storage.liaisons import LiaisonRecord, LiaisonWordRecord
from outreach.storage.measures import HazardMeasureRecord
from outreach.storage.notices import DeliveryRecord, PauseRecord
from outreach.storage.ownerships import OwnershipRecord
from outreach.storage.people import (
    ContactRecord,
    CounterRecord,
    EnrolmentRequestRecord,
    InvitationRecord,
    JournalRecord,
    OfficialCodeRecord,
    OfficialRecord,
    PostRecord,
    StandingRecord,
)
from outreach.storage.plans import OccurrenceRecord, PlanRecord, ReminderRecord, WishRecord
from outreach.storage.polls import PollRecord
from outreach.storage.pulses import PulseRecord
from outreach.storage.quizzes import (
    DailyQuestionRecord,
    GroupAnswerRecord,
    GroupQuestionRecord,
    MemoryRecord,
    QuestionEditionRecord,
    QuizQuestionRecord,
    QuizRecord,
)
from outreach.storage.reports import (
    LetterRecord,
    PlaceRecord,
    ReportDraftRecord,
    ReportPhotoRecord,
    ReportRecord,
    ReportWordRecord,
)
from outreach.storage.roundups import RoundupAskRecord, RoundupRecord
from outreach.storage.speakers import SpeakerRecord
from outreach.storage.uploads import UploadRecord
from outreach.storage.visits import (
    VisitAnswerRecord,
    VisitCardRecord,
    VisitPartyRecord,
    VisitRecord,
    VisitTakingRecord,
)

__all__ = [
    "ActivityPhotoRecord",
    "ActivityRecord",
    "AlertRecord",
    "AlertWordRecord",
    "AnswerRecord",
    "BlacklistingRecord",
    "BoardRecord",
    "BroadcastRecord",
    "CampaignDayRecord",
    "ChecklistEditionRecord",
    "ContactRecord",
    "CounterRecord",
    "DailyQuestionRecord",
    "DeliveryRecord",
    "EnrolmentRequestRecord",
    "EnterpriseRecord",
    "FallbackAddressRecord",
    "FallbackRecord",
    "FindingRecord",
    "GroupAnswerRecord",
    "GroupQuestionRecord",
    "HazardCardRecord",
    "HazardMeasureRecord",
    "HazardPhotoRecord",
    "HazardRecord",
    "HazardStepRecord",
    "InspectionRecord",
    "InterviewRecord",
    "InvitationRecord",
    "JournalLinkRecord",
    "JournalRecord",
    "LadderPaperRecord",
    "LawArticleRecord",
    "LawRecord",
    "LetterRecord",
    "LiaisonRecord",
    "LiaisonWordRecord",
    "MemoryRecord",
    "ObjectionRecord",
    "OccurrenceRecord",
    "OfficialCodeRecord",
    "OfficialRecord",
    "OwnershipRecord",
    "PauseRecord",
    "PhotoRecord",
    "PlaceRecord",
    "PlanRecord",
    "PollRecord",
    "PostRecord",
    "PulseRecord",
    "QuarantineRecord",
    "QuestionEditionRecord",
    "QuizQuestionRecord",
    "QuizRecord",
    "RecipientRecord",
    "Record",
    "RegisterDraftRecord",
    "ReminderRecord",
    "ReportDraftRecord",
    "ReportPhotoRecord",
    "ReportRecord",
    "ReportWordRecord",
    "RoundupAskRecord",
    "RoundupRecord",
    "SeenUpdateRecord",
    "SpeakerRecord",
    "StandingRecord",
    "UploadRecord",
    "VisitAnswerRecord",
    "VisitCardRecord",
    "VisitPartyRecord",
    "VisitRecord",
    "VisitTakingRecord",
    "WishRecord",
]
