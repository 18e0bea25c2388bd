"""The house: people, register, inspections, outbox, intake, journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
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
        sa.UniqueConstraint("checklist_id", "version", "digest", name="uq_checklist_editions_checklist_id_version_digest"),
    )
    op.create_table(
        "contacts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("chat_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("locale", sa.String(length=64), nullable=False),
        sa.Column("consent_version", BIG, nullable=False),
        sa.Column("consented_at", INSTANT, nullable=False),
        sa.Column("is_reachable", sa.Boolean(), nullable=False),
        sa.Column("unreachable_reason", sa.String(length=64), nullable=True),
        sa.Column("erased_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_contacts"),
        sa.UniqueConstraint("person_id", name="uq_contacts_person_id"),
    )
    op.create_index("ix_contacts_phone", "contacts", ["phone"], unique=False)
    op.create_table(
        "counters",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.PrimaryKeyConstraint("series", name="pk_counters"),
    )
    op.create_table(
        "enterprises",
        sa.Column("id", BIG, nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("group_name", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("principal_name", sa.String(length=255), nullable=False),
        sa.Column("principal_phone", sa.String(length=40), nullable=False),
        sa.Column("safety_officer_name", sa.String(length=255), nullable=False),
        sa.Column("safety_officer_phone", sa.String(length=40), nullable=False),
        sa.Column("head_count", BIG, nullable=True),
        sa.Column("risk_class", sa.String(length=16), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_enterprises"),
        sa.UniqueConstraint("credit_code", name="uq_enterprises_credit_code"),
    )
    op.create_index("ix_enterprises_grid", "enterprises", ["grid"], unique=False)
    op.create_index("ix_enterprises_principal_phone", "enterprises", ["principal_phone"], unique=False)
    op.create_index("ix_enterprises_safety_officer_phone", "enterprises", ["safety_officer_phone"], unique=False)
    op.create_index("ix_enterprises_street", "enterprises", ["street"], unique=False)
    op.create_table(
        "journal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("happened", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_at", "journal", ["at"], unique=False)
    op.create_index("ix_journal_contact_id", "journal", ["contact_id"], unique=False)
    op.create_index("ix_journal_subject", "journal", ["subject"], unique=False)
    op.create_table(
        "official_codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_official_codes"),
        sa.UniqueConstraint("digest", name="uq_official_codes_digest"),
    )
    op.create_index("ix_official_codes_official_id", "official_codes", ["official_id"], unique=False)
    op.create_table(
        "pauses",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pauses"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("update_id", BIG, nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("replayed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
        sa.UniqueConstraint("reference", name="uq_quarantine_reference"),
    )
    op.create_table(
        "seen_updates",
        sa.Column("update_id", BIG, autoincrement=False, nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name="pk_seen_updates"),
    )
    op.create_index("ix_seen_updates_seen_on", "seen_updates", ["seen_on"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("buttons", sa.Text(), nullable=False),
        sa.Column("attachment", sa.String(length=128), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_deliveries_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
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
        "enrolment_requests",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("invitation_id", BIG, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_enrolment_requests_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_enrolment_requests_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_requests"),
    )
    op.create_index("ix_enrolment_requests_contact_id", "enrolment_requests", ["contact_id"], unique=False)
    op.create_index("ix_enrolment_requests_enterprise_id", "enrolment_requests", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_enrolment_requests_open",
        "enrolment_requests",
        ["contact_id", "enterprise_id", "role"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
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
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_findings_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.UniqueConstraint("inspection_id", "item_id", name="uq_findings_inspection_id_item_id"),
        sa.UniqueConstraint("number", name="uq_findings_number"),
    )
    op.create_index("ix_findings_due_on", "findings", ["due_on"], unique=False)
    op.create_index("ix_findings_enterprise_id", "findings", ["enterprise_id"], unique=False)
    op.create_index("ix_findings_inspection_id", "findings", ["inspection_id"], unique=False)
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
        "invitations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_single_use", sa.Boolean(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_invitations_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("digest", name="uq_invitations_digest"),
    )
    op.create_index("ix_invitations_enterprise_id", "invitations", ["enterprise_id"], unique=False)
    op.create_table(
        "officials",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_officials_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_officials"),
    )
    op.create_index("ix_officials_contact_id", "officials", ["contact_id"], unique=False)
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
    op.create_table(
        "posts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("since_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_posts_contact_id_contacts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_posts_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
    )
    op.create_index("ix_posts_contact_id", "posts", ["contact_id"], unique=False)
    op.create_index("ix_posts_enterprise_id", "posts", ["enterprise_id"], unique=False)
    op.create_index(
        "ix_posts_holding",
        "posts",
        ["contact_id", "enterprise_id", "role"],
        unique=True,
        sqlite_where=sa.text("until_at IS NULL"),
        postgresql_where=sa.text("until_at IS NULL"),
    )
    op.create_table(
        "register_drafts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_register_drafts_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_register_drafts"),
        sa.UniqueConstraint("contact_id", name="uq_register_drafts_contact_id"),
    )
    op.create_table(
        "standings",
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("meaning", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("card_message_id", BIG, nullable=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_standings_contact_id_contacts"),
        sa.PrimaryKeyConstraint("contact_id", name="pk_standings"),
    )
    op.create_index("ix_standings_contact_id", "standings", ["contact_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_standings_contact_id", table_name="standings")
    op.drop_table("standings")
    op.drop_table("register_drafts")
    op.drop_index("ix_posts_holding", table_name="posts", sqlite_where=sa.text("until_at IS NULL"), postgresql_where=sa.text("until_at IS NULL"))
    op.drop_index("ix_posts_enterprise_id", table_name="posts")
    op.drop_index("ix_posts_contact_id", table_name="posts")
    op.drop_table("posts")
    op.drop_index("ix_photos_pending", table_name="photos", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
    op.drop_index("ix_photos_contact_id", table_name="photos")
    op.drop_index("ix_photos_answer_id", table_name="photos")
    op.drop_table("photos")
    op.drop_index("ix_officials_contact_id", table_name="officials")
    op.drop_table("officials")
    op.drop_index("ix_invitations_enterprise_id", table_name="invitations")
    op.drop_table("invitations")
    op.drop_index("ix_inspections_submitted_at", table_name="inspections")
    op.drop_index(
        "ix_inspections_open",
        table_name="inspections",
        sqlite_where=sa.text("submitted_at IS NULL AND discarded_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL AND discarded_at IS NULL"),
    )
    op.drop_index("ix_inspections_enterprise_id", table_name="inspections")
    op.drop_index("ix_inspections_edition_id", table_name="inspections")
    op.drop_index("ix_inspections_contact_id", table_name="inspections")
    op.drop_table("inspections")
    op.drop_index("ix_findings_inspection_id", table_name="findings")
    op.drop_index("ix_findings_enterprise_id", table_name="findings")
    op.drop_index("ix_findings_due_on", table_name="findings")
    op.drop_table("findings")
    op.drop_index(
        "ix_enrolment_requests_open",
        table_name="enrolment_requests",
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.drop_index("ix_enrolment_requests_enterprise_id", table_name="enrolment_requests")
    op.drop_index("ix_enrolment_requests_contact_id", table_name="enrolment_requests")
    op.drop_table("enrolment_requests")
    op.drop_index(
        "ix_deliveries_waiting",
        table_name="deliveries",
        sqlite_where=sa.text("state IN ('queued', 'retry')"),
        postgresql_where=sa.text("state IN ('queued', 'retry')"),
    )
    op.drop_index("ix_deliveries_contact_id", table_name="deliveries")
    op.drop_index(
        "ix_deliveries_claimed", table_name="deliveries", sqlite_where=sa.text("state = 'claimed'"), postgresql_where=sa.text("state = 'claimed'")
    )
    op.drop_table("deliveries")
    op.drop_index("ix_seen_updates_seen_on", table_name="seen_updates")
    op.drop_table("seen_updates")
    op.drop_table("quarantine")
    op.drop_table("pauses")
    op.drop_index("ix_official_codes_official_id", table_name="official_codes")
    op.drop_table("official_codes")
    op.drop_index("ix_journal_subject", table_name="journal")
    op.drop_index("ix_journal_contact_id", table_name="journal")
    op.drop_index("ix_journal_at", table_name="journal")
    op.drop_table("journal")
    op.drop_index("ix_enterprises_street", table_name="enterprises")
    op.drop_index("ix_enterprises_safety_officer_phone", table_name="enterprises")
    op.drop_index("ix_enterprises_principal_phone", table_name="enterprises")
    op.drop_index("ix_enterprises_grid", table_name="enterprises")
    op.drop_table("enterprises")
    op.drop_table("counters")
    op.drop_index("ix_contacts_phone", table_name="contacts")
    op.drop_table("contacts")
    op.drop_table("checklist_editions")
    op.drop_index("ix_answers_inspection_id", table_name="answers")
    op.drop_table("answers")
