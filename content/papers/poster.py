"""地点海报 — the code of one place, on an A4 sheet for its wall: whoever scans it reports a hazard of that place."""

from datetime import datetime

from content.papers.invitation import code_picture
from content.papers.press import press


def place_poster(enterprise: str, place: str, link: str, printed_at: datetime) -> bytes:
    """The poster as PDF. `place` may be empty for the enterprise as a whole; call it off the event loop."""
    data = {"enterprise": enterprise, "place": place, "link": link}
    return press("poster", data, {"code.svg": code_picture(link)}, printed_at)
