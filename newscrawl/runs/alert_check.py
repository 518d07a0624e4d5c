"""Looks at the health of sites and tells the channels what is due. Any number of processes may do so at once.

What is known of a site and a channel is one document. Who wants to send has to have read its last version, and claims
it with the write: one process sends, the others go on. A claim ends by itself, so a process that dies while it sends
costs a second message at worst, never the message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from newscrawl.runs.alert_message import Told, body, title
from newscrawl.runs.alerts import News, due, follow, forgotten, sent
from newscrawl.runs.channels import EVERY_SITE, ChannelError, address_of, all_channels, mutes
from newscrawl.runs.notify import PATIENCE, NotSent, send
from newscrawl.runs.samples import Sample, samples
from newscrawl.runs.site_states import site_states, zone_of
from newscrawl.settings import Settings
from newscrawl.site import Site, SiteError
from newscrawl.store.last_health import keep_health
from newscrawl.verdicts import Alert, Channel, Finding, Verdict

Database = AsyncDatabase[dict[str, Any]]

CLAIM = timedelta(seconds=2 * PATIENCE)
"""How long a process may take to send; then others believe it dead."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One message, or the attempt at one."""

    channel: str
    news: dict[str, News]
    """Site to what it was told of."""
    error: str | None = None
    """Why it could not be sent; it is tried again at the next check."""


async def check_alerts(
    database: Database,
    sites: Collection[Site],
    own: Settings,
    now: datetime,
    *,
    wrong: Mapping[str, SiteError] = MappingProxyType({}),
    patience: float = PATIENCE,
) -> list[Sent]:
    """Judge the sites and send what is due to every channel, one message a channel. `wrong`: see `Sites`.

    A channel that fails costs the others nothing, and is tried again at the next check. Raises ChannelError where the
    settings name no usable channel.
    """
    channels = await all_channels(database, own)
    if not channels:
        return []
    states = await site_states(database, sites, now)
    states |= {name: _of_file(mistake, now) for name, mistake in wrong.items()}
    keep_health(own.data, {name: found.state for name, found in states.items() if found.state != "unknown"}, now)
    muted = await mutes(database, now)
    known = await _known(database, [channel.name for channel in channels], states)
    by_name = {site.name: site for site in sites}
    found: dict[str, Mapping[str, Sample]] = {}
    jobs = []
    for channel in channels:
        told = []
        for name, verdict in states.items():
            if channel.sites and name not in channel.sites:
                continue
            before = known.get((channel.name, name)) or Alert(channel=channel.name, site=name)
            is_muted = name in muted or EVERY_SITE in muted
            claimed = await _follow(database, before, verdict, channel, now, is_muted=is_muted)
            if claimed is None:
                continue
            alert, news = claimed
            site = by_name.get(name)
            if name not in found:
                found[name] = await samples(database, site, verdict.findings) if site else {}
            told.append(Told(news, alert, verdict, zone_of(site) if site else UTC, found[name]))
        if told:
            jobs.append(_tell(database, channel, told, now, patience))
    return [*await asyncio.gather(*jobs)]


def _of_file(mistake: SiteError, now: datetime) -> Verdict:
    """The verdict on a site that is left out because of a mistake in its file."""
    finding = Finding(what="site-file", subject=str(mistake), observed=1, since=now, until=now)
    return Verdict(state="failed").with_findings([finding])


async def _known(database: Database, channels: list[str], sites: Iterable[str]) -> dict[tuple[str, str], Alert]:
    identities = [_identity(channel, site) for site in sites for channel in channels]
    found = database["alerts"].find({"_id": {"$in": identities}}, {"_id": 0})
    alerts = [Alert.model_validate(document) async for document in found]
    return {(alert.channel, alert.site): alert for alert in alerts}


def _identity(channel: str, site: str) -> str:
    return f"{channel} {site}"


async def _follow(
    database: Database, before: Alert, verdict: Verdict, channel: Channel, now: datetime, *, is_muted: bool
) -> tuple[Alert, News] | None:
    """Write down what has become of a site. The document and the news that this process is to send; None: none."""
    if before.claimed_until is not None and before.claimed_until > now:
        return None
    after = follow(before, verdict, verdict.last_run or "", channel)
    if is_muted:
        after = forgotten(after)
    news = due(after, channel, now, is_muted=is_muted)
    if news is not None:
        after = after.model_copy(update={"claimed_until": now + CLAIM})
    is_news = after.model_copy(update={"judged": before.judged}) != before if after.state == "ok" else after != before
    if not is_news:
        return None
    written = await _write(database, before, after)
    return (written, news) if written is not None and news is not None else None


async def _write(database: Database, before: Alert, after: Alert) -> Alert | None:
    """Write the next version; None where another process was faster."""
    key = {"_id": _identity(before.channel, before.site), "version": before.version}
    following = after.model_copy(update={"version": before.version + 1})
    try:
        found = await database["alerts"].find_one_and_update(
            key,
            {"$set": following.model_dump()},
            upsert=before.version == 0,
            return_document=ReturnDocument.AFTER,
        )
    except DuplicateKeyError:
        return None
    return following if found is not None else None


async def _tell(database: Database, channel: Channel, told: list[Told], now: datetime, patience: float) -> Sent:
    news = {item.known.site: item.news for item in told}
    error = None
    try:
        await send(address_of(channel), title(told), body(told, now), patience=patience)
    except (NotSent, ChannelError) as problem:
        error = str(problem)
    for item in told:
        if error is None:
            await _write(database, item.known, sent(item.known, item.news, now))
        else:
            failed = {"claimed_until": None, "error": error, "error_at": now}
            await _write(database, item.known, item.known.model_copy(update=failed))
    return Sent(channel.name, news, error)
