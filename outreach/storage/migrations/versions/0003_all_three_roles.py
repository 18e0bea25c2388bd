"""Quizzes, hazard reports, broadcasts, plans and campaigns."""

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
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_broadcasts_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("number", name="uq_broadcasts_number"),
    )
    op.create_index("ix_broadcasts_contact_id", "broadcasts", ["contact_id"], unique=False)
    op.create_index("ix_broadcasts_next_look_at", "broadcasts", ["next_look_at"], unique=False)
    op.create_index("ix_broadcasts_official_id", "broadcasts", ["official_id"], unique=False)
    op.create_index("ix_broadcasts_state", "broadcasts", ["state"], unique=False)
    op.create_index("ix_broadcasts_street", "broadcasts", ["street"], unique=False)
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
    op.drop_table("recipients")
    op.drop_table("broadcasts")
