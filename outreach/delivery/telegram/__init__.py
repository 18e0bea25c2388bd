"""Delivery's side of the Bot API: the transport, and a gateway that turns its answers into outcomes."""
