"""Inspections and visits keep where their enterprise lay and its industries; finished ones take today's register's."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

DONE = {"inspections": "submitted_at", "visits": "finished_at"}
KEPT = ("street", "grid", "industries")
ENTERPRISES = sa.table("enterprises", *map(sa.column, ("id", *KEPT)))


def upgrade() -> None:
    for table, done in DONE.items():
        of_it = sa.table(table, *map(sa.column, ("enterprise_id", done, *KEPT)))
        for name in KEPT[:2]:
            op.add_column(table, sa.Column(name, sa.String(255), nullable=False, server_default=""))
        op.add_column(table, sa.Column("industries", sa.JSON(), nullable=False, server_default="[]"))
        for name in KEPT:
            there = sa.select(ENTERPRISES.c[name]).where(ENTERPRISES.c.id == of_it.c.enterprise_id).scalar_subquery()
            op.execute(of_it.update().values({name: there}).where(of_it.c[done].is_not(None)))


def downgrade() -> None:
    """Where the enterprise lay then goes; up again, finished ones take today's: `inspections.street`,
    `inspections.grid`, `inspections.industries`, `visits.street`, `visits.grid`, `visits.industries`.
    """
    for table in DONE:
        for name in KEPT:
            op.drop_column(table, name)
