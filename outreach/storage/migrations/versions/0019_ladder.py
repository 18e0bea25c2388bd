"""Hazards past their term climb a ladder: a row for every step that was drafted."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
DRAFTED = sa.text("state = 'draft'")
NOT_WITHDRAWN = sa.text("state <> 'withdrawn'")


def upgrade() -> None:
    op.create_table(
        "ladder_papers",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("hazard_id", BIG, sa.ForeignKey("hazards.id", name="fk_ladder_papers_hazard_id_hazards"),
                  nullable=False),
        sa.Column("enterprise_id", BIG,
                  sa.ForeignKey("enterprises.id", name="fk_ladder_papers_enterprise_id_enterprises"), nullable=False),
        sa.Column("rung", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("term_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", BIG, nullable=False, server_default="1"),
        sa.Column("number", sa.String(length=64)),
        sa.Column("drafted_at", INSTANT, nullable=False),
        sa.Column("facts", sa.Text(), nullable=False, server_default=""),
        sa.Column("demand", sa.Text(), nullable=False, server_default=""),
        sa.Column("organ", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("signer", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("reply_on", sa.Date()),
        sa.Column("meet_at", INSTANT),
        sa.Column("meet_place", sa.String(length=255), nullable=False, server_default=""),
        sa.Column("until_on", sa.Date()),
        sa.Column("proposed_by", BIG),
        sa.Column("proposed_at", INSTANT),
        sa.Column("changed_by", BIG),
        sa.Column("released_by", BIG),
        sa.Column("released_at", INSTANT),
        sa.Column("outcome", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("answered_by", BIG),
        sa.Column("answered_at", INSTANT),
        sa.Column("settled_by", BIG),
        sa.UniqueConstraint("number", name="uq_ladder_papers_number"),
    )  # fmt: skip
    op.create_index("ix_ladder_papers_hazard_id", "ladder_papers", ["hazard_id"])
    op.create_index("ix_ladder_papers_enterprise_id", "ladder_papers", ["enterprise_id"])
    op.create_index(
        "ix_ladder_papers_drafted", "ladder_papers", ["drafted_at"], sqlite_where=DRAFTED, postgresql_where=DRAFTED
    )
    op.create_index(
        "uq_ladder_papers_step", "ladder_papers", ["hazard_id", "term_on", "rung"], unique=True,
        sqlite_where=NOT_WITHDRAWN, postgresql_where=NOT_WITHDRAWN,
    )  # fmt: skip
    # What was ordered before there was a ladder is looked at once, at the next tick.
    op.execute("UPDATE hazards SET next_look_at = opened_at WHERE state = 'ordered' AND next_look_at IS NULL")


def downgrade() -> None:
    """Every paper goes, released or not: `ladder_papers`. Up again, each hazard that waits to be put right is looked at
    once (`hazards.next_look_at`), and its papers are drafted anew.
    """
    op.drop_table("ladder_papers")
