"""Inspections, photos, findings and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_note_settled", sa.Boolean(), nullable=False),
        sa.Column("is_photo_settled", sa.Boolean(), nullable=False),
        sa.Column("skipped_photo_reason", sa.String(length=255), nullable=False),
        sa.Column("answered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.UniqueConstraint("inspection_id", "item_id", name="uq_answers_inspection_id_item_id"),
    )
    op.create_index("ix_answers_inspection_id", "answers", ["inspection_id"], unique=False)
    op.create_table(
        "checklist_editions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("checklist_id", sa.String(length=64), nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_editions"),
        sa.UniqueConstraint(
            "checklist_id", "version", "digest", name="uq_checklist_editions_checklist_id_version_digest"
        ),
    )
    op.create_table(
        "polls",
        sa.Column("poll_id", sa.String(length=64), nullable=False),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("poll_id", name="pk_polls"),
    )
    op.create_index("ix_polls_contact_id", "polls", ["contact_id"], unique=False)
    op.create_index("ix_polls_subject", "polls", ["subject"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.Text(), nullable=False),
        sa.Column("attachment", sa.String(length=128), nullable=False),
        sa.Column("media_kind", sa.String(length=64), nullable=False),
        sa.Column("media_file_id", sa.String(length=255), nullable=False),
        sa.Column("broadcast_id", BIG, nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("is_push", sa.Boolean(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("acknowledged_at", INSTANT, nullable=True),
        sa.Column("recalled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_deliveries_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index("ix_deliveries_broadcast_id", "deliveries", ["broadcast_id"], unique=False)
    op.create_index(
        "ix_deliveries_claimed",
        "deliveries",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'claimed'"),
        postgresql_where=sa.text("state = 'claimed'"),
    )
    op.create_index("ix_deliveries_contact_id", "deliveries", ["contact_id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('queued', 'retry')"),
        postgresql_where=sa.text("state IN ('queued', 'retry')"),
    )
    op.create_table(
        "findings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("inspection_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("item_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("grade_hint", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_findings_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("inspection_id", "item_id", name="uq_findings_inspection_id_item_id"),
        sa.UniqueConstraint("number", name="uq_findings_number"),
    )
    op.create_index("ix_findings_due_on", "findings", ["due_on"], unique=False)
    op.create_index("ix_findings_enterprise_id", "findings", ["enterprise_id"], unique=False)
    op.create_index("ix_findings_inspection_id", "findings", ["inspection_id"], unique=False)
    op.create_index(
        "ix_findings_looked_at",
        "findings",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("next_look_at IS NOT NULL"),
        postgresql_where=sa.text("next_look_at IS NOT NULL"),
    )
    op.create_table(
        "inspections",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("edition_id", BIG, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("submitted_at", INSTANT, nullable=True),
        sa.Column("discarded_at", INSTANT, nullable=True),
        sa.Column("number", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_inspections_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_inspections_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
        sa.UniqueConstraint("number", name="uq_inspections_number"),
    )
    op.create_index("ix_inspections_contact_id", "inspections", ["contact_id"], unique=False)
    op.create_index("ix_inspections_edition_id", "inspections", ["edition_id"], unique=False)
    op.create_index("ix_inspections_enterprise_id", "inspections", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_inspections_open",
        "inspections",
        ["contact_id", "enterprise_id", "edition_id"],
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL AND discarded_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL AND discarded_at IS NULL"),
    )
    op.create_index("ix_inspections_submitted_at", "inspections", ["submitted_at"], unique=False)
    op.create_table(
        "photos",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("answer_id", BIG, nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("file_unique_id", sa.String(length=64), nullable=False),
        sa.Column("media_group_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_photos_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.UniqueConstraint("answer_id", "file_unique_id", name="uq_photos_answer_id_file_unique_id"),
    )
    op.create_index("ix_photos_answer_id", "photos", ["answer_id"], unique=False)
    op.create_index("ix_photos_contact_id", "photos", ["contact_id"], unique=False)
    op.create_index(
        "ix_photos_pending",
        "photos",
        ["next_look_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Everything of them goes:

    `answers`, `checklist_editions`, `deliveries`, `findings`, `inspections`, `photos`, `polls`.
    """
    op.drop_table("photos")
    op.drop_table("inspections")
    op.drop_table("findings")
    op.drop_table("deliveries")
    op.drop_table("polls")
    op.drop_table("checklist_editions")
    op.drop_table("answers")
