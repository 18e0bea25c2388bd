"""拒绝 — an expected no: it is said to the person in words, and nobody is woken for it."""

import re


class Refusal(Exception):
    """The request cannot be met, for a reason the person can understand.

    A subclass is named for what is wrong; its name is the moment of the words that say it
    (`StalePress` is said with `refusals/stale_press`), and `facts` are what these words may mention.
    """

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__)
        self.facts: dict[str, object] = dict(facts)

    @property
    def moment(self) -> str:
        """The key of the words that say this refusal, e.g. `refusals/stale_press`."""
        return "refusals/" + re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{type(self).__name__}({facts})"
