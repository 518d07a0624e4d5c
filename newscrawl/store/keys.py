"""The keys by which programs and people may ask `newscrawl serve`: the collection `keys`. Only hashes are stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.records import ApiKey, KeyScope

Database = AsyncDatabase[dict[str, Any]]

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")
_TOKEN = re.compile(r"nck_([a-z0-9][a-z0-9_-]{0,49})\.([A-Za-z0-9_-]{43})")
SECRET_BYTES = 32


class KeyExists(ValueError):
    """A key of this name is there already."""


def split_token(token: str) -> tuple[str, str] | None:
    """Name and secret of what looks like a key; None where it does not."""
    found = _TOKEN.fullmatch(token)
    return (found[1], found[2]) if found else None


def hash_of(secret: str) -> str:
    """What is stored of a secret. It is 256 random bits, so that no slow hash has to protect it from guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def fits(key: ApiKey, secret: str, now: datetime) -> bool:
    """Whether the secret is the key's, and the key holds."""
    is_right = hmac.compare_digest(key.hash, hash_of(secret))
    return is_right and key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


async def add_key(
    database: Database, name: str, scopes: Iterable[KeyScope], now: datetime, *, expires_at: datetime | None = None
) -> str:
    """Make a key; the token is told this once. Raises KeyExists, and ValueError on a name that is none."""
    if not NAME.fullmatch(name):
        raise ValueError("the name of a key is made of a-z, 0-9, _ and -, 50 characters at most")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey(name=name, hash=hash_of(secret), scopes=list(scopes), created_at=now, expires_at=expires_at)
    try:
        await database["keys"].insert_one({"_id": name, **key.model_dump()})
    except DuplicateKeyError:
        raise KeyExists(f"there is a key {name} already, or was; take another name") from None
    return f"nck_{name}.{secret}"


async def list_keys(database: Database) -> list[ApiKey]:
    """Every key that there is or was, by name."""
    return [ApiKey.model_validate(found) async for found in database["keys"].find({}, {"_id": 0}).sort("_id", 1)]


async def find_key(database: Database, name: str) -> ApiKey | None:
    """One key by its name."""
    found = await database["keys"].find_one({"_id": name}, {"_id": 0})
    return ApiKey.model_validate(found) if found else None


async def has_keys(database: Database, now: datetime) -> bool:
    """Whether any key holds."""
    lasts = [{"expires_at": None}, {"expires_at": {"$gt": now}}]
    return await database["keys"].find_one({"revoked_at": None, "$or": lasts}, {"_id": 1}) is not None


async def revoke_key(database: Database, name: str, now: datetime) -> ApiKey | None:
    """Let a key hold no more; its record stays. None: there is none of this name."""
    await database["keys"].update_one({"_id": name, "revoked_at": None}, {"$set": {"revoked_at": now}})
    return await find_key(database, name)


async def note_use(database: Database, name: str, now: datetime) -> None:
    """Keep when a key was used last."""
    await database["keys"].update_one({"_id": name}, {"$set": {"last_used_at": now}})
