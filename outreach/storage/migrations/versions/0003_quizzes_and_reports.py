"""Quizzes, hazard reports and the places they come from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "group_questions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("strangers_right", BIG, nullable=False),
        sa.Column("strangers_wrong", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_group_questions"),
    )
    op.create_index("ix_group_questions_chat_id", "group_questions", ["chat_id"], unique=False)
    op.create_table(
        "letters",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_letters"),
        sa.UniqueConstraint("key", name="uq_letters_key"),
    )
    op.create_index("ix_letters_report_id", "letters", ["report_id"], unique=False)
    op.create_index(
        "ix_letters_waiting",
        "letters",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'claimed')"),
        postgresql_where=sa.text("state IN ('queued', 'claimed')"),
    )
    op.create_table(
        "quiz_questions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("quiz_id", BIG, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("chosen", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quiz_questions"),
        sa.UniqueConstraint("quiz_id", "position", name="uq_quiz_questions_quiz_id_position"),
    )
    op.create_index("ix_quiz_questions_quiz_id", "quiz_questions", ["quiz_id"], unique=False)
    op.create_table(
        "report_drafts",
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_report_drafts"),
    )
    op.create_index("ix_report_drafts_kept_on", "report_drafts", ["kept_on"], unique=False)
    op.create_table(
        "report_photos",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("is_sealed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_report_photos"),
    )
    op.create_index(
        "ix_report_photos_pending",
        "report_photos",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_report_photos_report_id", "report_photos", ["report_id"], unique=False)
    op.create_table(
        "report_words",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=True),
        sa.Column("place", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_words"),
    )
    op.create_index("ix_report_words_report_id", "report_words", ["report_id"], unique=False)
    op.create_table(
        "daily_questions",
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("minute", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("chosen_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_daily_questions_contact_id_contacts"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_daily_questions"),
    )
    op.create_index("ix_daily_questions_contact_id", "daily_questions", ["contact_id"], unique=False)
    op.create_index("ix_daily_questions_next_look_at", "daily_questions", ["next_look_at"], unique=False)
    op.create_table(
        "group_answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("group_question_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("is_right", sa.Boolean(), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_group_answers_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_group_answers"),
        sa.UniqueConstraint("group_question_id", "contact_id", name="uq_group_answers_group_question_id_contact_id"),
    )
    op.create_index("ix_group_answers_contact_id", "group_answers", ["contact_id"], unique=False)
    op.create_index("ix_group_answers_group_question_id", "group_answers", ["group_question_id"], unique=False)
    op.create_table(
        "hazards",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("report_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=True),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("place_words", sa.String(length=255), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("confirmed_by", BIG, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_hazards_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_hazards"),
        sa.UniqueConstraint("number", name="uq_hazards_number"),
        sa.UniqueConstraint("report_id", name="uq_hazards_report_id"),
    )
    op.create_index("ix_hazards_confirmed_by", "hazards", ["confirmed_by"], unique=False)
    op.create_index("ix_hazards_enterprise_id", "hazards", ["enterprise_id"], unique=False)
    op.create_table(
        "memories",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.Column("was_right", sa.Boolean(), nullable=False),
        sa.Column("times_right", BIG, nullable=False),
        sa.Column("times_wrong", BIG, nullable=False),
        sa.Column("card", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_memories_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_memories"),
        sa.UniqueConstraint("contact_id", "question_id", name="uq_memories_contact_id_question_id"),
    )
    op.create_index("ix_memories_contact_id", "memories", ["contact_id"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_places_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sa.UniqueConstraint("code", name="uq_places_code"),
    )
    op.create_index("ix_places_enterprise_id", "places", ["enterprise_id"], unique=False)
    op.create_table(
        "quizzes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("daily_on", sa.Date(), nullable=True),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_quizzes_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_quizzes"),
        sa.UniqueConstraint("contact_id", "daily_on", name="uq_quizzes_contact_id_daily_on"),
    )
    op.create_index("ix_quizzes_contact_id", "quizzes", ["contact_id"], unique=False)
    op.create_index(
        "ix_quizzes_open",
        "quizzes",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("finished_at IS NULL AND left_at IS NULL AND daily_on IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL AND left_at IS NULL AND daily_on IS NULL"),
    )
    op.create_table(
        "reports",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("place_words", sa.String(length=255), nullable=False),
        sa.Column("enterprise_id", BIG, nullable=True),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("reported_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_into", BIG, nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("owner_mark", sa.String(length=64), nullable=False),
        sa.Column("receipt_salt", sa.String(length=32), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_reports_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_reports_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("number", name="uq_reports_number"),
    )
    op.create_index("ix_reports_contact_id", "reports", ["contact_id"], unique=False)
    op.create_index("ix_reports_decided_at", "reports", ["decided_at"], unique=False)
    op.create_index("ix_reports_enterprise_id", "reports", ["enterprise_id"], unique=False)
    op.create_index("ix_reports_merged_into", "reports", ["merged_into"], unique=False)
    op.create_index("ix_reports_reported_at", "reports", ["reported_at"], unique=False)
    op.create_index("ix_reports_state", "reports", ["state"], unique=False)
    op.create_index("ix_reports_street", "reports", ["street"], unique=False)


def downgrade() -> None:
    """Everything of them goes:

    `daily_questions`, `group_answers`, `group_questions`, `hazards`, `letters`, `memories`, `places`,
    `quiz_questions`, `quizzes`, `report_drafts`, `report_photos`, `report_words`, `reports`.
    """
    op.drop_table("reports")
    op.drop_table("quizzes")
    op.drop_table("places")
    op.drop_table("memories")
    op.drop_table("hazards")
    op.drop_table("group_answers")
    op.drop_table("daily_questions")
    op.drop_table("report_words")
    op.drop_table("report_photos")
    op.drop_table("report_drafts")
    op.drop_table("quiz_questions")
    op.drop_table("letters")
    op.drop_table("group_questions")
