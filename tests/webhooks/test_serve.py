"""`newscrawl serve` delivers webhooks beside its answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from newscrawl.selection import Selection
from newscrawl.store.webhooks import add_webhook
from newscrawl.subscription import Webhook
from newscrawl.webhooks.signing import new_secret
from tests.databases import Databases
from tests.stored_articles import START, article
from tests.waiting import until
from tests.web.conftest import serving
from tests.webhooks.conftest import NOW, Receiver


def test_a_server_sends_what_is_stored_while_it_runs(databases: Databases, tmp_path: Path, receiver: Receiver) -> None:
    with serving(databases, tmp_path) as served:
        desk = Webhook(
            name="desk",
            url=receiver.url,
            secret=new_secret(),
            selection=Selection(),
            allows_private=True,
            added_at=NOW,
            seq=0,
        )
        served.run(add_webhook(served.connection.database, desk))
        served.store(article(1), article(2), now=START)
        until(lambda: len(receiver.received) == 2)
        assert receiver.headlines == [article(1).headline, article(2).headline]


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_setting_leaves_them_to_others(databases: Databases, tmp_path: Path, is_wanted: bool) -> None:
    with serving(databases, tmp_path, serve_webhooks=is_wanted) as served:
        assert ("follow" in served.run(_running())) is is_wanted


async def _running() -> list[str]:
    return [coroutine.__qualname__ for task in asyncio.all_tasks() if (coroutine := task.get_coro()) is not None]
