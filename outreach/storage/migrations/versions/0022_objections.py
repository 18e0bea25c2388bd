"""What enterprises say against a paper, what came of interviews, and the list of those under joint sanctions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def _id(table: str, name: str, other: str, **more: bool) -> sa.Column[int]:
    key = sa.ForeignKey(f"{other}.id", name=f"fk_{table}_{name}_{other}")
    return sa.Column(name, BIG, key, **more)  # type: ignore[arg-type]


def upgrade() -> None:
    op.create_table(
        "interviews",
        _id("interviews", "paper_id", "ladder_papers", primary_key=True, nullable=False),
        sa.Column("attendees", sa.Text(), nullable=False, server_default=""),
        sa.Column("minutes", sa.Text(), nullable=False, server_default=""),
        sa.Column("held_at", INSTANT),
        sa.Column("recorded_by", BIG, nullable=False),
    )
    op.create_table(
        "blacklistings",
        sa.Column("id", BIG, primary_key=True),
        _id("blacklistings", "paper_id", "ladder_papers", nullable=False),
        _id("blacklistings", "hazard_id", "hazards", nullable=False),
        _id("blacklistings", "enterprise_id", "enterprises", nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("version", BIG, nullable=False, server_default="1"),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("proposed_by", BIG, nullable=False),
        sa.Column("proposed_at", INSTANT, nullable=False),
        sa.Column("decided_by", BIG),
        sa.Column("entered_on", sa.Date()),
        sa.Column("removed_on", sa.Date()),
        sa.Column("removed_by", BIG),
        sa.UniqueConstraint("paper_id", name="uq_blacklistings_paper_id"),
    )
    op.create_index("ix_blacklistings_hazard_id", "blacklistings", ["hazard_id"])
    op.create_index("ix_blacklistings_enterprise_id", "blacklistings", ["enterprise_id"])
    op.create_table(
        "objections",
        sa.Column("id", BIG, primary_key=True),
        _id("objections", "hazard_id", "hazards", nullable=False),
        _id("objections", "paper_id", "ladder_papers", nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("decided_by", BIG),
        sa.Column("decided_at", INSTANT),
        sa.Column("decision", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("paper_id", "about", name="uq_objections_paper_id_about"),
    )
    op.create_index("ix_objections_hazard_id", "objections", ["hazard_id"])


def downgrade() -> None:
    """Everything of them goes: `objections`, `blacklistings`, `interviews`."""
    for table in ("objections", "blacklistings", "interviews"):
        op.drop_table(table)
