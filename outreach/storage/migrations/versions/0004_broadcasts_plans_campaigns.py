"""Broadcasts, plans, reminders and campaigns."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "campaign_days",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("after_contact_id", BIG, nullable=False),
        sa.Column("done_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_campaign_days"),
    )
    op.create_table(
        "activities",
        sa.Column("id", BIG, nullable=False),
        sa.Column("edition_id", sa.String(length=64), nullable=False),
        sa.Column("row_id", sa.String(length=64), nullable=False),
        sa.Column("enterprise_id", BIG, nullable=True),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("head_count", BIG, nullable=True),
        sa.Column("attendees", sa.String(length=255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=255), nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("entered_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_activities_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_activities_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
    )
    op.create_index("ix_activities_contact_id", "activities", ["contact_id"], unique=False)
    op.create_index("ix_activities_enterprise_id", "activities", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_activities_once",
        "activities",
        ["edition_id", "row_id", "enterprise_id"],
        unique=True,
        sqlite_where=sa.text("state = 'entered' AND enterprise_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'entered' AND enterprise_id IS NOT NULL"),
    )
    op.create_index(
        "ix_activities_once_a_park",
        "activities",
        ["edition_id", "row_id", "street"],
        unique=True,
        sqlite_where=sa.text("state = 'entered' AND enterprise_id IS NULL"),
        postgresql_where=sa.text("state = 'entered' AND enterprise_id IS NULL"),
    )
    op.create_table(
        "activity_photos",
        sa.Column("id", BIG, nullable=False),
        sa.Column("activity_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("file_unique_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_activity_photos_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_activity_photos"),
        sa.UniqueConstraint("activity_id", "file_unique_id", name="uq_activity_photos_activity_id_file_unique_id"),
    )
    op.create_index("ix_activity_photos_activity_id", "activity_photos", ["activity_id"], unique=False)
    op.create_index("ix_activity_photos_contact_id", "activity_photos", ["contact_id"], unique=False)
    op.create_index(
        "ix_activity_photos_pending",
        "activity_photos",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("media_kind", sa.String(length=64), nullable=False),
        sa.Column("media_file_id", sa.String(length=255), nullable=False),
        sa.Column("media_name", sa.String(length=255), nullable=False),
        sa.Column("media_album", sa.String(length=255), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("days_in_force", BIG, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=True),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("approved_by", BIG, nullable=True),
        sa.Column("recipients", BIG, nullable=False),
        sa.Column("vacancies", sa.JSON(), nullable=False),
        sa.Column("recalled_at", INSTANT, nullable=True),
        sa.Column("recalled_by", BIG, nullable=True),
        sa.Column("chased", BIG, nullable=False),
        sa.Column("chased_at", INSTANT, nullable=True),
        sa.Column("progress_chat_id", BIG, nullable=True),
        sa.Column("progress_message_id", BIG, nullable=True),
        sa.Column("next_look_at", INSTANT, nullable=True),
        sa.Column("reminded_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_broadcasts_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("number", name="uq_broadcasts_number"),
    )
    op.create_index("ix_broadcasts_contact_id", "broadcasts", ["contact_id"], unique=False)
    op.create_index("ix_broadcasts_next_look_at", "broadcasts", ["next_look_at"], unique=False)
    op.create_index("ix_broadcasts_official_id", "broadcasts", ["official_id"], unique=False)
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"], unique=False)
    op.create_index("ix_broadcasts_street", "broadcasts", ["street"], unique=False)
    op.create_index(
        "ix_broadcasts_unreminded",
        "broadcasts",
        ["approved_at"],
        unique=False,
        sqlite_where=sa.text("approved_at IS NOT NULL AND reminded_at IS NULL"),
        postgresql_where=sa.text("approved_at IS NOT NULL AND reminded_at IS NULL"),
    )
    op.create_table(
        "occurrences",
        sa.Column("id", BIG, nullable=False),
        sa.Column("plan_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("inspection_id", BIG, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_occurrences_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_occurrences"),
        sa.UniqueConstraint(
            "plan_id", "enterprise_id", "occurs_on", name="uq_occurrences_plan_id_enterprise_id_occurs_on"
        ),
    )
    op.create_index("ix_occurrences_enterprise_id", "occurrences", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_occurrences_open",
        "occurrences",
        ["enterprise_id", "plan_id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_occurrences_plan_id", "occurrences", ["plan_id"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("checklist_id", sa.String(length=64), nullable=False),
        sa.Column("industry", sa.String(length=64), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("rhythm", sa.String(length=64), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("next_look_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_plans_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_contact_id", "plans", ["contact_id"], unique=False)
    op.create_index(
        "ix_plans_looked_at",
        "plans",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("next_look_at IS NOT NULL"),
        postgresql_where=sa.text("next_look_at IS NOT NULL"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", BIG, nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("occurs_on", sa.Date(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("delivery_key", sa.String(length=128), nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_reminders_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint("about", "contact_id", "occurs_on", name="uq_reminders_about_contact_id_occurs_on"),
    )
    op.create_index("ix_reminders_contact_id", "reminders", ["contact_id"], unique=False)
    op.create_index(
        "ix_reminders_waiting",
        "reminders",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "wishes",
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("quiet_from", BIG, nullable=False),
        sa.Column("quiet_until", BIG, nullable=False),
        sa.Column("budget", BIG, nullable=False),
        sa.Column("daily_hour", BIG, nullable=False),
        sa.Column("is_bundled", sa.Boolean(), nullable=False),
        sa.Column("stopped_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_wishes_contact_id_contacts"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_wishes"),
    )
    op.create_index("ix_wishes_contact_id", "wishes", ["contact_id"], unique=False)
    op.create_table(
        "recipients",
        sa.Column("broadcast_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_recipients_broadcast_id_broadcasts"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_recipients_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_recipients_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("broadcast_id", "contact_id", name="pk_recipients"),
    )
    op.create_index("ix_recipients_contact_id", "recipients", ["contact_id"], unique=False)


def downgrade() -> None:
    """Everything of them goes:

    `activities`, `activity_photos`, `broadcasts`, `campaign_days`, `occurrences`, `plans`, `recipients`,
    `reminders`, `wishes`.
    """
    op.drop_table("recipients")
    op.drop_table("wishes")
    op.drop_table("reminders")
    op.drop_table("plans")
    op.drop_table("occurrences")
    op.drop_table("broadcasts")
    op.drop_table("activity_photos")
    op.drop_table("activities")
    op.drop_table("campaign_days")
