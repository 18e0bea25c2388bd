"""专项行动 — a special campaign in stages, empty until a bureau fills in what its own plan says."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; text and days (both included) are missing until filled in."""

    title: str
    text: str
    starts_on: date | None
    ends_on: date | None

    @property
    def is_filled(self) -> bool:
        return bool(self.text) and self.starts_on is not None and self.ends_on is not None

    def is_running(self, on: date) -> bool:
        """Whether that day lies within the stage."""
        return self.starts_on is not None and self.ends_on is not None and self.starts_on <= on <= self.ends_on


@dataclass(frozen=True, slots=True)
class SpecialCampaign:
    """A special campaign; `source` names the local plan that it follows."""

    id: str
    name: str
    source: str
    stages: tuple[Stage, ...]

    @property
    def is_begun(self) -> bool:
        """Whether anything has been filled in."""
        return bool(self.name or self.source) or any(
            stage.text or stage.starts_on or stage.ends_on for stage in self.stages
        )

    @property
    def is_filled(self) -> bool:
        """Whether everything has been: only then may it be shown to anybody."""
        return bool(self.name and self.source) and all(stage.is_filled for stage in self.stages)

    def stage_on(self, on: date) -> Stage | None:
        """The stage of that day; None between stages, outside them, and while it is not filled in."""
        return next((stage for stage in self.stages if stage.is_running(on)), None) if self.is_filled else None
