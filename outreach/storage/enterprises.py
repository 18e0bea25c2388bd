"""企业名录 — the enterprise register as imported, one row per 统一社会信用代码."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import BIG, Key, Line, Prose, Record


class EnterpriseRecord(Record):
    """生产经营单位: what the register says of it. Who holds a post today is in `posts`, not here."""

    __tablename__ = "enterprises"

    id: Mapped[Key]
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[Line]
    industries: Mapped[list[Any]] = mapped_column(JSON)
    street: Mapped[Line] = mapped_column(default="", index=True)
    grid: Mapped[Line] = mapped_column(default="", index=True)
    group: Mapped[Line] = mapped_column("group_name", default="")
    address: Mapped[str] = mapped_column(String(500), default="")
    principal_name: Mapped[Line] = mapped_column(default="")
    principal_phone: Mapped[str] = mapped_column(String(40), default="", index=True)
    safety_officer_name: Mapped[Line] = mapped_column(default="")
    safety_officer_phone: Mapped[str] = mapped_column(String(40), default="", index=True)
    head_count: Mapped[int | None]
    risk_class: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RegisterDraftRecord(Record):
    """待导入的名录: what an official's workbook says, until they confirm it; one draft a contact, the newest."""

    __tablename__ = "register_drafts"

    id: Mapped[Key]
    contact_id: Mapped[int] = mapped_column(BIG, ForeignKey("contacts.id"), unique=True)
    rows: Mapped[Prose]
    made_at: Mapped[datetime]
