"""The wording of each question as it was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "question_editions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("question_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question_editions"),
        sa.UniqueConstraint("digest", name="uq_question_editions_digest"),
    )
    op.add_column("quiz_questions", sa.Column("edition_id", BIG, nullable=True))
    op.add_column("group_questions", sa.Column("edition_id", BIG, nullable=True))


def downgrade() -> None:
    """How each question was worded when it was asked goes: `question_editions`, `group_questions.edition_id`,
    `quiz_questions.edition_id`.
    """
    op.drop_column("group_questions", "edition_id")
    op.drop_column("quiz_questions", "edition_id")
    op.drop_table("question_editions")
