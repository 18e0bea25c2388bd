"""A released paper of the ladder keeps every word of it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ladder_papers", sa.Column("letter", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """The words of released papers go: `ladder_papers.letter`."""
    with op.batch_alter_table("ladder_papers") as table:
        table.drop_column("letter")
