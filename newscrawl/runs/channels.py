"""Where alerts go: channels in the database and in the settings, and for which sites they are muted."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.runs.notify import NoChannel, shown
from newscrawl.settings import Settings
from newscrawl.verdicts import Alert, Channel, Mute

Database = AsyncDatabase[dict[str, Any]]

NAME = re.compile(r"[a-z0-9_-]{1,64}")
FROM_SETTINGS = "settings-"
"""How the names of channels begin that stand in the settings."""
REPEAT = 24 * 3600
"""Seconds after which channels of the settings are told again."""
EVERY_SITE = "*"


class ChannelError(ValueError):
    """A channel cannot be used. The message says why, without secrets."""


def address_of(channel: Channel) -> str:
    """The address that messages are sent to. Raises ChannelError."""
    if channel.url is not None:
        return channel.url
    assert channel.url_file is not None
    return read_address(Path(channel.url_file))


def read_address(path: Path) -> str:
    """The address in a file: its first line that is no comment. Raises ChannelError."""
    found = _lines(path)
    if not found:
        raise ChannelError(f"{path} holds no address; write one such as mailto://… into it")
    return found[0]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ChannelError(f"{path} cannot be read: {reason}") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def channels_of_settings(own: Settings) -> list[Channel]:
    """The channels that the settings name. Raises ChannelError."""
    urls = own.alerts.get_secret_value().split() if own.alerts else []
    if own.alerts_file is not None:
        urls += _lines(own.alerts_file)
    made = []
    for number, url in enumerate(urls, 1):
        try:
            public = shown(url)
        except NoChannel as error:
            raise ChannelError(f"address {number} in NEWSCRAWL_ALERTS or NEWSCRAWL_ALERTS_FILE: {error}") from None
        name = f"{FROM_SETTINGS}{number}"
        made.append(Channel(name=name, url=url, shown=public, repeat_seconds=REPEAT, added_at=datetime.now(UTC)))
    return made


async def all_channels(database: Database, own: Settings) -> list[Channel]:
    """Every channel, those of the settings first. Raises ChannelError."""
    found = database["channels"].find({}, {"_id": 0}).sort("_id", 1)
    return [*channels_of_settings(own), *[Channel.model_validate(document) async for document in found]]


async def add_channel(database: Database, channel: Channel, *, replace: bool = False) -> None:
    """Keep a channel. Raises ChannelError where the name is taken."""
    document = {"_id": channel.name, **channel.model_dump()}
    if replace:
        await database["channels"].replace_one({"_id": channel.name}, document, upsert=True)
        return
    try:
        await database["channels"].insert_one(document)
    except DuplicateKeyError:
        raise ChannelError(f"there is a channel {channel.name} already; --replace puts this one in its place") from None


async def remove_channel(database: Database, name: str) -> bool:
    """Forget a channel and what it was told. False: there was none."""
    removed = await database["channels"].delete_one({"_id": name})
    await database["alerts"].delete_many({"channel": name})
    return bool(removed.deleted_count)


async def open_alerts(database: Database) -> list[Alert]:
    """What channels were told and is not over, or are still to be told."""
    query = {"$or": [{"state": {"$ne": "ok"}}, {"told_at": {"$ne": None}}]}
    return [Alert.model_validate(document) async for document in database["alerts"].find(query, {"_id": 0})]


async def mutes(database: Database, now: datetime) -> dict[str, Mute]:
    """Site, or `*`, to the mute that is in force."""
    found = database["mutes"].find({}, {"_id": 0})
    known = [Mute.model_validate(document) async for document in found]
    return {mute.site: mute for mute in known if mute.until is None or mute.until > now}


async def set_mutes(database: Database, sites: Collection[str], until: datetime | None, now: datetime) -> None:
    """Mute sites; `*` is every site."""
    for site in sites:
        mute = Mute(site=site, until=until, set_at=now)
        await database["mutes"].replace_one({"_id": site}, {"_id": site, **mute.model_dump()}, upsert=True)


async def lift_mutes(database: Database, sites: Collection[str]) -> int:
    """Lift them; every one where `*` is among the sites. How many there were."""
    query: dict[str, Any] = {} if EVERY_SITE in sites else {"_id": {"$in": [*sites]}}
    return (await database["mutes"].delete_many(query)).deleted_count
