"""Visits of officials: who takes part, who has which part, each answer, the cards; hazards found in one name it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
GOING = sa.text("state = 'going'")
LOOKED_AT = sa.text("next_look_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "visits",
        sa.Column("id", BIG, nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("enterprise_id", BIG, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("edition_id", BIG, nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("begun_by", BIG, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("finished_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprises.id"], name=op.f("fk_visits_enterprise_id_enterprises")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["checklist_editions.id"], name=op.f("fk_visits_edition_id_checklist_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("number", name=op.f("uq_visits_number")),
    )
    op.create_index(op.f("ix_visits_enterprise_id"), "visits", ["enterprise_id"])
    op.create_index(op.f("ix_visits_finished_at"), "visits", ["finished_at"])
    op.create_index(
        "uq_visits_going", "visits", ["enterprise_id", "kind"], unique=True, sqlite_where=GOING,
        postgresql_where=GOING,
    )  # fmt: skip
    op.create_table(
        "visit_parties",
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("joined_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_parties_visit_id_visits")),
        sa.ForeignKeyConstraint(["official_id"], ["officials.id"], name=op.f("fk_visit_parties_official_id_officials")),
        sa.PrimaryKeyConstraint("visit_id", "official_id", name=op.f("pk_visit_parties")),
    )
    op.create_index(op.f("ix_visit_parties_official_id"), "visit_parties", ["official_id"])
    op.create_table(
        "visit_takings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("part", BIG, nullable=False),
        sa.Column("turn", BIG, nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("from_official_id", BIG, nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_takings_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_takings")),
        sa.UniqueConstraint("visit_id", "part", "turn", name=op.f("uq_visit_takings_visit_id_part_turn")),
    )
    op.create_index(op.f("ix_visit_takings_visit_id"), "visit_takings", ["visit_id"])
    op.create_table(
        "visit_answers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("part", BIG, nullable=False),
        sa.Column("item_id", sa.String(64), nullable=False),
        sa.Column("official_id", BIG, nullable=False),
        sa.Column("verdict", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("hazard_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_answers_visit_id_visits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_answers")),
    )
    op.create_index(op.f("ix_visit_answers_visit_id"), "visit_answers", ["visit_id"])
    op.create_table(
        "visit_cards",
        sa.Column("visit_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("delivery_key", sa.String(255), nullable=True),
        sa.Column("left_message_id", BIG, nullable=True),
        sa.Column("screen", sa.String(64), nullable=False),
        sa.Column("shown", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"], name=op.f("fk_visit_cards_visit_id_visits")),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_visit_cards_contact_id_contacts")),
        sa.PrimaryKeyConstraint("visit_id", "contact_id", name=op.f("pk_visit_cards")),
    )
    op.create_index(op.f("ix_visit_cards_contact_id"), "visit_cards", ["contact_id"])
    op.create_index(
        "ix_visit_cards_looked_at", "visit_cards", ["next_look_at"], sqlite_where=LOOKED_AT,
        postgresql_where=LOOKED_AT,
    )  # fmt: skip
    op.add_column("hazards", sa.Column("visit_id", BIG, nullable=True))
    op.create_index(op.f("ix_hazards_visit_id"), "hazards", ["visit_id"])


def downgrade() -> None:
    """Every visit goes; the hazards that were found in one stay, without it: `visits`, `visit_parties`,
    `visit_takings`, `visit_answers`, `visit_cards`, `hazards.visit_id`.
    """
    op.drop_index(op.f("ix_hazards_visit_id"), table_name="hazards")
    op.drop_column("hazards", "visit_id")
    for name in ("visit_cards", "visit_answers", "visit_takings", "visit_parties", "visits"):
        op.drop_table(name)
