"""Alerts from runs in a real database to a real web hook."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from newscrawl.runs.alert_check import CLAIM, Sent, check_alerts
from newscrawl.runs.alerts import News
from newscrawl.runs.channels import add_channel, lift_mutes, set_mutes
from newscrawl.runs.past import PastRun
from newscrawl.settings import Settings
from newscrawl.site import Site, SiteError
from newscrawl.store.connect import Connection
from newscrawl.verdicts import Channel
from tests.runs.receivers import Receiver, web_hook
from tests.runs.simulation import document, host_is_down

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)
SOUND = PastRun("x", NOW, "ok", "finished", {"new": 4}, {"lead": 1.0})
SITES = [Site(name=name, publisher="Small News", home="https://small.example/") for name in ("small", "other")]


class Desk:
    """A database with runs, and a channel that leads to a web hook."""

    def __init__(self, connection: Connection, hook: Receiver) -> None:
        self.connection, self.hook, self.now = connection, hook, NOW

    async def add(self, name: str = "desk", after: int = 1, path: str = "", sites: tuple[str, ...] = ()) -> None:
        url = f"json://127.0.0.1:{self.hook.port}/{path}"
        channel = Channel(
            name=name, url=url, shown="json://…", after=after, sites=[*sites], repeat_seconds=6 * 3600, added_at=NOW
        )
        await add_channel(self.connection.database, channel)

    async def run(self, *, down: bool, site: str = "small") -> None:
        """Another run of a site, an hour after the last one."""
        self.now += HOUR
        run = host_is_down(SOUND) if down else SOUND
        await self.connection.database["runs"].insert_one(document(run, site, self.now - SOUND.started_at))

    async def check(self, own: Settings | None = None, patience: float = 5) -> list[Sent]:
        own = own or Settings()
        return await check_alerts(self.connection.database, SITES, own, self.now, patience=patience)

    async def news(self) -> dict[str, News]:
        """Site to what the only channel was told."""
        found = await self.check()
        assert all(sent.error is None for sent in found)
        return found[0].news if found else {}

    @property
    def messages(self) -> list[tuple[str, str]]:
        """Title and text of what has arrived."""
        received = map(json.loads, self.hook.received)
        return [(message["title"], message["message"]) for message in received]


@pytest.fixture
async def desk(connection: Connection) -> AsyncIterator[Desk]:
    with web_hook() as hook:
        yield Desk(connection, hook)


async def test_a_trouble_is_told_and_its_end_too(desk: Desk) -> None:
    await desk.add(after=2)
    await desk.run(down=True)
    assert await desk.news() == {}
    assert await desk.news() == {}  # no other run
    await desk.run(down=True)
    assert await desk.news() == {"small": "alarm"}
    assert await desk.news() == {}
    for _ in range(6):
        await desk.run(down=True)
    assert await desk.news() == {"small": "repeat"}
    await desk.run(down=False)
    assert await desk.news() == {"small": "recovered"}
    assert await desk.news() == {}
    titles = [title for title, _text in desk.messages]
    assert titles == [f"newscrawl: small {what}" for what in ("is failed", "is still failed", "is ok again")]
    assert "the last 2 runs failed: dns" in desk.messages[0][1]
    assert "newscrawl failures list --site small" in desk.messages[0][1]
    assert "after 8 h" in desk.messages[2][1]


async def test_a_mistake_in_a_site_file_is_told_at_once(desk: Desk) -> None:
    await desk.add(after=3)
    wrong = {"typo": SiteError("sites/typo.toml: timezon: unknown key; did you mean timezone?")}
    for news in ({"typo": "alarm"}, None):
        sent = await check_alerts(desk.connection.database, SITES, Settings(), NOW, wrong=wrong)
        assert [one.news for one in sent] == ([news] if news else [])
    [(title, text)] = desk.messages
    assert title == "newscrawl: typo is failed"
    assert "sites/typo.toml: timezon: unknown key" in text
    assert "newscrawl doctor" in text


async def test_two_processes_at_once_send_one_message(desk: Desk) -> None:
    await desk.add()
    await desk.run(down=True)
    found = await asyncio.gather(*(desk.check() for _ in range(6)))
    assert sum(map(len, found)) == len(desk.messages) == 1


async def test_a_channel_that_fails_is_tried_again_at_the_next_check(desk: Desk) -> None:
    await desk.add(path="path-t0ken")
    await desk.run(down=True)
    desk.hook.refuses = True
    [failed] = await desk.check()
    assert failed.error is not None
    assert "503" in failed.error
    assert "t0ken" not in failed.error
    [kept] = await desk.connection.database["alerts"].find().to_list()
    assert kept["error"] == failed.error
    desk.hook.refuses = False
    assert await desk.news() == {"small": "alarm"}
    desk.hook.refuses = True
    await desk.run(down=False)
    assert (await desk.check())[0].error
    desk.hook.refuses = False
    assert await desk.news() == {"small": "recovered"}


async def test_a_channel_that_hangs_keeps_no_other_one_waiting(desk: Desk) -> None:
    await desk.add(name="good")
    with web_hook() as hanging:
        hanging.hangs.clear()
        channel = Channel(name="slow", url=f"json://127.0.0.1:{hanging.port}/", shown="x", after=1, added_at=NOW)
        await add_channel(desk.connection.database, channel)
        await desk.run(down=True)
        found = {sent.channel: sent.error for sent in await desk.check(patience=0.3)}
    assert found["good"] is None
    assert "has not answered" in (found["slow"] or "")


async def test_a_process_that_died_while_it_sent_is_replaced(desk: Desk) -> None:
    await desk.add()
    await desk.run(down=True)
    desk.hook.hangs.clear()
    dying = asyncio.create_task(desk.check(patience=60))
    await asyncio.to_thread(desk.hook.asked.wait)
    dying.cancel()
    desk.hook.received.clear()
    desk.hook.hangs.set()
    assert await desk.check() == []  # it may still be at it
    desk.now += CLAIM
    assert await desk.news() == {"small": "alarm"}


async def test_what_is_muted_is_tracked_and_told_when_the_mute_ends(desk: Desk) -> None:
    await desk.add(after=3)
    await set_mutes(desk.connection.database, ["small"], desk.now + 4 * HOUR, desk.now)
    for _ in range(3):
        await desk.run(down=True)
        assert await desk.news() == {}
    await desk.run(down=True)
    assert await desk.news() == {"small": "alarm"}


async def test_a_recovery_while_all_is_muted_is_silent(desk: Desk) -> None:
    await desk.add()
    await desk.run(down=True)
    assert await desk.news() == {"small": "alarm"}
    await set_mutes(desk.connection.database, ["*"], None, desk.now)
    await desk.run(down=False)
    assert await desk.news() == {}
    assert await lift_mutes(desk.connection.database, ["*"]) == 1
    assert await desk.news() == {}


async def test_sites_that_fail_together_share_a_message_and_channels_hear_of_their_sites(desk: Desk) -> None:
    await desk.add(name="all")
    await desk.add(name="one", sites=("other",))
    await desk.run(down=True)
    await desk.run(down=True, site="other")
    found = {sent.channel: sent.news for sent in await desk.check()}
    assert found == {"all": {"small": "alarm", "other": "alarm"}, "one": {"other": "alarm"}}
    assert sorted(title for title, _text in desk.messages) == [
        "newscrawl: 2 sites need a look",
        "newscrawl: other is failed",
    ]


async def test_the_settings_name_channels_too(desk: Desk, tmp_path: Path) -> None:
    lines = tmp_path / "urls.txt"
    lines.write_text(f"# the night desk\njson://127.0.0.1:{desk.hook.port}/b\n")
    own = Settings(alerts=f"json://127.0.0.1:{desk.hook.port}/a", alerts_file=lines)
    for _ in range(2):
        await desk.run(down=True)
        found = await desk.check(own)
    assert [sent.channel for sent in found] == ["settings-1", "settings-2"]
    assert "127.0.0.1" not in repr(own.alerts)
