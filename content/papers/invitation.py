"""邀请码 — one-time invitations as QR: a sheet to print and cut for many, a card to show in chat for one."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from content.papers.press import minute, press

_QUIET_ZONE = 4  # modules of white around the code, as ISO/IEC 18004 asks


@dataclass(frozen=True, slots=True)
class InvitationEntry:
    """One invitation.  `post` is a word to print, `link` the deep link, `expires_at` an aware UTC instant.

    One that is not for a single use may be passed on among colleagues; sheets hold single ones only.
    """

    enterprise: str
    post: str
    link: str
    expires_at: datetime
    is_single_use: bool = True


def invitation_sheet(entries: Sequence[InvitationEntry]) -> bytes:
    """An A4 PDF with eight codes a page, to be cut along the dashed lines.

    Setting takes about 6 ms an entry, most of it for the code itself: call it off the event loop.

    Raises:
        ValueError: there is nothing to print.
    """
    if not entries:
        raise ValueError("a sheet needs at least one invitation")
    pictures = {f"{place}.svg": code_picture(entry.link) for place, entry in enumerate(entries)}
    return press("sheet", {"cards": [_card(entry) for entry in entries]}, pictures, _earliest(entries))


def invitation_card(entry: InvitationEntry) -> bytes:
    """A PNG of one code with the enterprise's name, wide enough to be scanned from a phone's screen."""
    return press("card", _card(entry), {"code.svg": code_picture(entry.link)}, entry.expires_at, output="png")


def _card(entry: InvitationEntry) -> dict[str, object]:
    return {
        "enterprise": entry.enterprise,
        "post": entry.post,
        "link": entry.link,
        "expires": minute(entry.expires_at),
        "single": entry.is_single_use,
    }


def code_picture(link: str) -> bytes:
    """A link as a QR code, SVG."""
    # Loaded when first needed.
    import segno

    picture = io.BytesIO()
    segno.make(link, error="m", micro=False, boost_error=False).save(
        picture, kind="svg", border=_QUIET_ZONE, light="#ffffff", xmldecl=False
    )
    return picture.getvalue()


def _earliest(entries: Sequence[InvitationEntry]) -> datetime:
    return min(entry.expires_at for entry in entries)
