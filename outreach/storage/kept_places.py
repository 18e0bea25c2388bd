"""当时的地点和行业 — where an enterprise lay and what it did when something was counted; the register keeps no past."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from outreach.storage.base import Line
from outreach.storage.enterprises import EnterpriseRecord


class KeptPlace:
    """Street, grid and the ids of industries as the register had them at that moment; empty before it."""

    street: Mapped[Line] = mapped_column(default="")
    grid: Mapped[Line] = mapped_column(default="")
    industries: Mapped[list[Any]] = mapped_column(JSON, default=list)

    def keep_place(self, enterprise: EnterpriseRecord) -> None:
        """Whatever becomes of the enterprise, it is counted there."""
        self.street, self.grid, self.industries = enterprise.street, enterprise.grid, list(enterprise.industries)
