"""Hazards go round a closed loop: from any source, with every step, the photos of what was done and a card a person."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('reported', 'verified', 'ordered', 'rectified', 'rechecked')")
LOOKED_AT = sa.text("next_look_at IS NOT NULL")
PENDING = sa.text("state = 'pending'")


def _line(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=255), nullable=False, server_default="")


def _prose(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def upgrade() -> None:
    op.drop_index("ix_hazards_confirmed_by", table_name="hazards")
    with op.batch_alter_table("hazards") as hazards:
        hazards.alter_column("report_id", existing_type=BIG, nullable=True)
        hazards.alter_column("confirmed_by", new_column_name="verified_by", existing_type=BIG, nullable=True)
        hazards.alter_column(
            "confirmed_at", new_column_name="opened_at", existing_type=INSTANT, existing_nullable=False
        )
        hazards.add_column(sa.Column("source", sa.String(length=64), nullable=False, server_default="report"))
        for name in ("found_by", "listed_as"):
            hazards.add_column(_line(name))
        for name in ("remedy", "clause", "asked_because", "done_words"):
            hazards.add_column(_prose(name))
        hazards.add_column(_prose("plan", "{}"))
        hazards.add_column(sa.Column("grade_hint", sa.String(length=16), nullable=True))
        for name in ("version", "round"):
            hazards.add_column(sa.Column(name, BIG, nullable=False, server_default="1"))
        for name in ("finding_id", "follower_id", "rectified_by", "cost", "rechecked_by", "merged_into"):
            hazards.add_column(sa.Column(name, BIG, nullable=True))
        for name in ("due_on", "asked_on", "recheck_on"):
            hazards.add_column(sa.Column(name, sa.Date(), nullable=True))
        for name in ("rectified_at", "closed_at", "next_look_at"):
            hazards.add_column(sa.Column(name, INSTANT, nullable=True))
        hazards.create_unique_constraint("uq_hazards_finding_id", ["finding_id"])
    for name in ("opened_at", "verified_by", "follower_id", "merged_into", "closed_at"):
        op.create_index(f"ix_hazards_{name}", "hazards", [name])
    op.create_index("ix_hazards_open_due", "hazards", ["due_on"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_hazards_open_place", "hazards", ["street", "grid"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "ix_hazards_looked_at", "hazards", ["next_look_at"], sqlite_where=LOOKED_AT, postgresql_where=LOOKED_AT
    )
    _create_steps()
    _create_photos()
    _create_cards()
    op.execute("UPDATE hazards SET state = 'verified' WHERE state = 'open'")
    # What enterprises found of themselves goes the same way from now on, under the number it has.
    op.execute(
        "INSERT INTO hazards (number, source, found_by, finding_id, enterprise_id, street, grid, place_words, what,"
        " remedy, grade, grade_hint, clause, state, version, opened_at, due_on, asked_because, round, done_words, plan,"
        " listed_as) SELECT f.number, 'self', '', f.id, f.enterprise_id, e.street, e.grid, e.name,"
        " CASE WHEN f.note = '' THEN f.title ELSE f.title || ': ' || f.note END, f.remedy, 'general', f.grade_hint, '',"
        " 'ordered', 1, f.opened_at, f.due_on, '', 1, '', '{}', ''"
        " FROM findings f JOIN enterprises e ON e.id = f.enterprise_id ORDER BY f.id"
    )
    op.execute(
        "INSERT INTO hazard_steps (hazard_id, version, at, step, official_id, state, grade, due_on, words, before)"
        " SELECT id, 1, opened_at, 'open', verified_by, state, grade, due_on, '', '{}' FROM hazards ORDER BY id"
    )


def _create_steps() -> None:
    op.create_table(
        "hazard_steps",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hazard_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("contact_id", BIG, nullable=True),
        sa.Column("official_id", BIG, nullable=True),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("grade", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cost", BIG, nullable=True),
        _prose("words"),
        _prose("before", "{}"),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_hazard_steps_hazard_id_hazards"),
        sa.PrimaryKeyConstraint("id", name="pk_hazard_steps"),
        sa.UniqueConstraint("hazard_id", "version", name="uq_hazard_steps_hazard_id_version"),
    )
    for name in ("hazard_id", "at"):
        op.create_index(f"ix_hazard_steps_{name}", "hazard_steps", [name])


def _create_photos() -> None:
    op.create_table(
        "hazard_photos",
        sa.Column("id", BIG, nullable=False),
        sa.Column("hazard_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("round", BIG, nullable=False),
        sa.Column("file_id", sa.String(length=255), nullable=False),
        sa.Column("file_unique_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("attempts", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("look", sa.String(length=16), nullable=True),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("sent_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_hazard_photos_hazard_id_hazards"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_hazard_photos_contact_id_contacts"),
        sa.PrimaryKeyConstraint("id", name="pk_hazard_photos"),
        sa.UniqueConstraint(
            "hazard_id", "kind", "round", "file_unique_id",
            name="uq_hazard_photos_hazard_id_kind_round_file_unique_id",
        ),
    )  # fmt: skip
    for name in ("hazard_id", "contact_id"):
        op.create_index(f"ix_hazard_photos_{name}", "hazard_photos", [name])
    op.create_index(
        "ix_hazard_photos_pending", "hazard_photos", ["next_look_at"], sqlite_where=PENDING, postgresql_where=PENDING
    )


def _create_cards() -> None:
    op.create_table(
        "hazard_cards",
        sa.Column("hazard_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("delivery_key", sa.String(length=255), nullable=True),
        sa.Column("left_message_id", BIG, nullable=True),
        sa.Column("shown", BIG, nullable=False),
        sa.Column("next_look_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name="fk_hazard_cards_hazard_id_hazards"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name="fk_hazard_cards_contact_id_contacts"),
        sa.PrimaryKeyConstraint("hazard_id", "contact_id", name="pk_hazard_cards"),
    )
    op.create_index("ix_hazard_cards_contact_id", "hazard_cards", ["contact_id"])
    op.create_index(
        "ix_hazard_cards_looked_at",
        "hazard_cards",
        ["next_look_at"],
        sqlite_where=LOOKED_AT,
        postgresql_where=LOOKED_AT,
    )


def downgrade() -> None:
    """Of `hazards` those that came of a report stay, as open ones; whatever else was found goes with its steps, photos
    and cards: `hazard_steps`, `hazard_photos`, `hazard_cards`. Up again, what enterprises found of themselves comes
    back from their findings, and all of them as on their first day.
    """
    for table in ("hazard_cards", "hazard_photos", "hazard_steps"):
        op.drop_table(table)
    # The older schema knows hazards that come of reports only, and no step after the first.
    op.execute("DELETE FROM hazards WHERE report_id IS NULL")
    op.execute("UPDATE hazards SET state = 'open'")
    for name in (
        "open_due",
        "open_place",
        "looked_at",
        "opened_at",
        "verified_by",
        "follower_id",
        "merged_into",
        "closed_at",
    ):
        op.drop_index(f"ix_hazards_{name}", table_name="hazards")
    with op.batch_alter_table("hazards") as hazards:
        hazards.drop_constraint("uq_hazards_finding_id", type_="unique")
        for name in (
            "source", "found_by", "listed_as", "remedy", "clause", "asked_because", "done_words", "plan", "grade_hint",
            "version", "round", "finding_id", "follower_id", "rectified_by", "cost", "rechecked_by", "merged_into",
            "due_on", "asked_on", "recheck_on", "rectified_at", "closed_at", "next_look_at",
        ):  # fmt: skip
            hazards.drop_column(name)
        hazards.alter_column(
            "opened_at", new_column_name="confirmed_at", existing_type=INSTANT, existing_nullable=False
        )
        hazards.alter_column("verified_by", new_column_name="confirmed_by", existing_type=BIG, nullable=False)
        hazards.alter_column("report_id", existing_type=BIG, nullable=False)
    op.create_index("ix_hazards_confirmed_by", "hazards", ["confirmed_by"])
