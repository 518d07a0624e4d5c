"""Webhooks in the database. Whoever moves a cursor says where it was: of two processes one succeeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.subscription import Webhook

Database = AsyncDatabase[dict[str, Any]]

LEASE = "webhook "
"""How the name of the lease of a webhook begins: who holds it delivers."""


async def add_webhook(database: Database, webhook: Webhook) -> bool:
    """Store a webhook; False where there is one of this name already."""
    try:
        await database["webhooks"].insert_one({"_id": webhook.name, **webhook.model_dump()})
    except DuplicateKeyError:
        return False
    return True


async def all_webhooks(database: Database) -> list[Webhook]:
    """Every webhook, by name."""
    found = database["webhooks"].find({}, {"_id": 0}).sort("_id", 1)
    return [Webhook.model_validate(document) async for document in found]


async def get_webhook(database: Database, name: str) -> Webhook | None:
    """The webhook of this name."""
    found = await database["webhooks"].find_one({"_id": name}, {"_id": 0})
    return Webhook.model_validate(found) if found else None


async def change_webhook(database: Database, name: str, **values: Any) -> bool:
    """Set fields of a webhook; False where there is none of this name."""
    return (await database["webhooks"].update_one({"_id": name}, {"$set": values})).matched_count == 1


async def remove_webhook(database: Database, name: str) -> bool:
    """Remove a webhook with its cursor; False where there was none."""
    removed = await database["webhooks"].delete_one({"_id": name})
    await database["leases"].delete_one({"_id": LEASE + name})
    return bool(removed.deleted_count)


async def acknowledged(database: Database, webhook: Webhook, seq: int, now: datetime) -> Webhook | None:
    """Move the cursor behind an event that was acknowledged. The webhook as it is then; None: see `advance`."""
    values = {"seq": seq, "delivered_at": now, "attempts": 0, "failing_since": None, "next_try_at": None}
    return await _move(database, webhook, {"$set": values, "$inc": {"delivered": 1}})


async def advance(database: Database, webhook: Webhook, values: Mapping[str, Any]) -> Webhook | None:
    """Set fields of a webhook whose cursor is where it was. The webhook as it is then; None: it is not there any more,
    or another process or an operator has moved its cursor."""
    return await _move(database, webhook, {"$set": dict(values)})


async def _move(database: Database, webhook: Webhook, update: dict[str, Any]) -> Webhook | None:
    same = {"_id": webhook.name, "added_at": webhook.added_at, "seq": webhook.seq}
    found = await database["webhooks"].find_one_and_update(
        same, update, {"_id": 0}, return_document=ReturnDocument.AFTER
    )
    return Webhook.model_validate(found) if found else None
