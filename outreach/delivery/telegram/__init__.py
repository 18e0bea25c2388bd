"""Delivery's side of the Bot API: the transport, and a gateway that turns its answers into outcomes."""

import os

# The framework's retry_after is a timedelta from now on; without this it warns at every flood pause.
os.environ.setdefault("PTB_TIMEDELTA", "true")
