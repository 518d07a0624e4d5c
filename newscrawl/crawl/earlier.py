"""Runs that the idempotency key of a crawl has already."""

from __future__ import annotations

from collections.abc import Collection

from newscrawl.crawl.options import Ended
from newscrawl.crawl.session import Session
from newscrawl.store.runs import record_of, runs_with_key


async def earlier_runs(
    session: Session, key: str | None, names: Collection[str], *, unended: bool = True
) -> list[Ended]:
    """Runs of these sites that the key of this crawl has already: they are told, and their sites not crawled.

    `unended`: also those that go on.
    """
    if key is None or not names:
        return []
    database = session.connection.database
    found = await session.read(lambda: runs_with_key(database, key, names))
    return [
        Ended(name, record_of(run), run["_id"], is_earlier=True)
        for name, run in found.items()
        if unended or run.get("reason") is not None
    ]
