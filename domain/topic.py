"""主题 — what a group of questions is about; a person may choose one to practise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic; its questions are in the file named like its `id`."""

    id: str
    title: str
    icon: str
    intro: str
