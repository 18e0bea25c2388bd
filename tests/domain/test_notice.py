"""通知 — the states a delivery is kept in."""

from domain.notice import DeliveryState


def test_the_states_of_a_delivery_are_the_seven_that_the_conservation_law_adds_up() -> None:
    assert {state.value for state in DeliveryState} == {
        "queued", "claimed", "retry", "sent", "refused", "unknown", "skipped",
    }  # fmt: skip
