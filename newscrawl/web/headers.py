"""The headers that keep an answer to itself: nothing is loaded from elsewhere, nothing framed, nothing guessed."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders

DATA = ("/api/", "/feeds/", "/openapi.json")
"""Addresses of data: what is no page needs nothing at all."""

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_PAGE = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def is_data(path: str) -> bool:
    """Whether what stands there is for programs."""
    return path.startswith(DATA)


def nonce(scope: MutableMapping[str, Any]) -> str:
    """The nonce of this answer for a script or style that stands in the page; such an answer is never given again."""
    state = scope.setdefault("state", {})
    return str(state.setdefault("nonce", secrets.token_urlsafe(16)))


def add_security(scope: MutableMapping[str, Any], headers: MutableHeaders) -> None:
    """Add them to the headers of an answer."""
    for name, value in _ALWAYS.items():
        headers[name] = value
    if is_data(scope["path"]):
        headers["Content-Security-Policy"] = _NOTHING
    else:
        own = scope.get("state", {}).get("nonce")
        headers["Content-Security-Policy"] = _PAGE.format(nonce=f" 'nonce-{own}'" if own else "")
