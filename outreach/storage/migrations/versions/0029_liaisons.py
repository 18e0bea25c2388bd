"""Officials who are stationed at enterprises, and what the two write to each other."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
IN_FORCE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "liaisons",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_at", INSTANT, nullable=False),
        sa.Column("set_by", BIG, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_liaisons_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaisons")),
    )
    op.create_index(op.f("ix_liaisons_enterprise_id"), "liaisons", ["enterprise_id"])
    op.create_index(op.f("ix_liaisons_official_id"), "liaisons", ["official_id"])
    op.create_index(
        "uq_liaisons_in_force", "liaisons", ["enterprise_id"], unique=True,
        sqlite_where=IN_FORCE, postgresql_where=IN_FORCE,
    )  # fmt: skip
    op.create_table(
        "liaison_words",
        sa.Column("id", BIG, nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("liaison_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("is_official", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("file_id", sa.String(255), nullable=False),
        sa.Column("said_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_liaison_words_contact_id_contacts")),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_liaison_words_enterprise_id_enterprises")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_words")),
    )
    for column in ("contact_id", "enterprise_id", "said_at"):
        op.create_index(op.f(f"ix_liaison_words_{column}"), "liaison_words", [column])


def downgrade() -> None:
    """Every pair goes, with what they wrote: `liaisons`, `liaison_words`."""
    op.drop_table("liaison_words")
    op.drop_table("liaisons")
