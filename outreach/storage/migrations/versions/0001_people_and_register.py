"""People, posts, the register, intake and the journal."""

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
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name="fk_enrolment_requests_enterprise_id_enterprises"
        ),
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
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("street", sa.String(length=255), nullable=False),
        sa.Column("grid", sa.String(length=255), nullable=False),
        sa.Column("industries", sa.JSON(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_officials_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_officials"),
    )
    op.create_index("ix_officials_contact_id", "officials", ["contact_id"], unique=False)
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
    """Everything of them goes:

    `contacts`, `counters`, `enrolment_requests`, `enterprises`, `invitations`, `journal`, `official_codes`,
    `officials`, `pauses`, `posts`, `quarantine`, `register_drafts`, `seen_updates`, `standings`.
    """
    op.drop_table("standings")
    op.drop_table("register_drafts")
    op.drop_table("posts")
    op.drop_table("officials")
    op.drop_table("invitations")
    op.drop_table("enrolment_requests")
    op.drop_table("seen_updates")
    op.drop_table("quarantine")
    op.drop_table("pauses")
    op.drop_table("official_codes")
    op.drop_table("journal")
    op.drop_table("enterprises")
    op.drop_table("counters")
    op.drop_table("contacts")
