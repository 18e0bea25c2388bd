"""来者 — who may see the operators' pages: whoever shows the token, or without one whoever sits at this machine."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from aiohttp import web

# A proxy on this machine asks from it on behalf of the world, and says so in one of these.
HANDED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


def may_see(request: web.Request, token: str) -> bool:
    """Whether the request shows the token; without a token, whether it comes from this machine, not handed on."""
    if token:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    if any(name in request.headers for name in HANDED_ON):
        return False
    try:
        return ip_address((request.remote or "").split("%")[0]).is_loopback
    except ValueError:
        return False
