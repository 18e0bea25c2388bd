"""The other addresses of enterprises, and what was sent there."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
UNSETTLED = sa.text("state IN ('queued', 'retry', 'claimed')")
TESTING = sa.text("state = 'testing'")


def upgrade() -> None:
    op.create_table(
        "fallback_addresses",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("set_by", BIG, nullable=True),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name="fk_fallback_addresses_enterprise_id_enterprises"
        ),
        sa.ForeignKeyConstraint(["set_by"], ["contacts.id"], name="fk_fallback_addresses_set_by_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_fallback_addresses"),
    )
    op.create_index("ix_fallback_addresses_enterprise_id", "fallback_addresses", ["enterprise_id"])
    op.create_index(
        "ix_fallback_addresses_testing", "fallback_addresses", ["due_at"], sqlite_where=TESTING,
        postgresql_where=TESTING,
    )  # fmt: skip
    op.create_table(
        "fallbacks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("broadcast_id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("why", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("lease_until", INSTANT, nullable=True),
        sa.Column("claimed_by", sa.String(length=64), nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_fallbacks_broadcast_id_broadcasts"),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprises.id"], name="fk_fallbacks_enterprise_id_enterprises"),
        sa.PrimaryKeyConstraint("id", name="pk_fallbacks"),
        sa.UniqueConstraint("key", name="uq_fallbacks_key"),
    )
    op.create_index("ix_fallbacks_broadcast_id", "fallbacks", ["broadcast_id"])
    op.create_index("ix_fallbacks_enterprise_id", "fallbacks", ["enterprise_id"])
    op.create_index(
        "ix_fallbacks_unsettled", "fallbacks", ["due_at"], sqlite_where=UNSETTLED, postgresql_where=UNSETTLED
    )
    op.create_index("ix_recipients_enterprise_id", "recipients", ["enterprise_id"])


def downgrade() -> None:
    """The other addresses go, and what was sent there: `fallback_addresses`, `fallbacks`."""
    op.drop_index("ix_recipients_enterprise_id", "recipients")
    op.drop_table("fallbacks")
    op.drop_table("fallback_addresses")
