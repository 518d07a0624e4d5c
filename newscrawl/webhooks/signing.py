"""Signatures by the specification Standard Webhooks 1.0 (standardwebhooks.com). Pure.

A receiver needs the headers, the body as it came and the secret, and finds a library for it in most languages.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret, by the specification
NEW = 32  # bytes of a secret that is made here


def new_secret() -> str:
    """A secret of `NEW` random bytes, as receivers are given it: `whsec_` and base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW)).decode()


def key_of(secret: str) -> bytes:
    """The bytes of a secret. Raises ValueError where it is none; the message does not hold it."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the secret is no base64; it looks like {PREFIX}MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") from None
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"the secret has {len(key)} bytes; Standard Webhooks wants {SHORTEST} to {LONGEST}")
    return key


def signed_headers(secret: str, key: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of a message. `key`: its idempotency key. `at`: when it is sent; receivers refuse old ones."""
    seconds = str(int(at.timestamp()))
    signed = hmac.new(key_of(secret), f"{key}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": key,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
