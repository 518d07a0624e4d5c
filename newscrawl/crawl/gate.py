"""The gate that every request of the process passes: one domain's requests one after the other, at its pace.

Shared by all sites of the process, so that two sites of one domain do not ask it twice as fast.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from newscrawl.crawl.circuit import Circuit
from newscrawl.crawl.pace import Pace, pace_key
from newscrawl.crawl.refusals import Refused, Stopped
from newscrawl.records import Host

T = TypeVar("T")


class Door:
    """One domain's pace, and those who wait for it in their order."""

    def __init__(self, concurrency: int) -> None:
        self.pace = Pace(concurrency=concurrency)
        self.queue = asyncio.Lock()
        self.freed = asyncio.Event()


class Gate:
    """Lets requests through, each at its time. One a process; see `gate`."""

    def __init__(self) -> None:
        self._doors: dict[str, Door] = {}
        self._circuits: dict[str, Circuit] = {}
        self._flights: set[asyncio.Task[Any]] = set()
        self._stopping = asyncio.Event()

    def circuit(self, url: str) -> Circuit:
        """The circuit breaker of an address's host."""
        host = urlsplit(url).netloc.rpartition("@")[2].lower()
        return self._circuits.setdefault(host, Circuit(host))

    def pace(self, url: str) -> Pace | None:
        """The pace of an address's domain, where something of it was asked for."""
        door = self._doors.get(pace_key(url))
        return door.pace if door else None

    def recall(self, records: Iterable[Host]) -> None:
        """Take over what earlier runs have learnt of hosts, where this process knows nothing better."""
        for record in records:
            if record.host not in self._circuits:
                self._circuits[record.host] = Circuit(record.host)
                self._circuits[record.host].recall(record)

    def learnt(self, hosts: Collection[str], now: datetime) -> list[Host]:
        """What later runs should know of some hosts, as far as it was not told yet."""
        known = [self._circuits[host] for host in hosts if host in self._circuits]
        return [circuit.record(now) for circuit in known if circuit.is_changed]

    @asynccontextmanager
    async def turn(
        self, url: str, *, delay: float, floor: float, concurrency: int, not_before: float, max_wait: float
    ) -> AsyncIterator[Pace]:
        """Wait for the turn of an address, and give the pace of its domain.

        `delay`, `floor` (seconds on average, and at least), `concurrency`: what is asked for. `not_before`: instant of
        the monotonic clock.
        `max_wait`: seconds that the server may make a request wait. Raises Stopped, or Refused where the host is left
        alone.
        """
        self._refuse(url)
        await self._sleep_until(not_before)
        door = self._doors.setdefault(pace_key(url), Door(concurrency))
        pace = door.pace
        pace.bound(delay, concurrency, floor)
        async with door.queue:
            while True:
                if self._stopping.is_set():
                    raise Stopped
                self._refuse(url)
                now = time.monotonic()
                if pace.paused_until - now > max_wait:
                    until = datetime.fromtimestamp(time.time() + pace.paused_until - now, UTC)
                    raise Refused(
                        "host-asks-to-wait", f"its server asks to be left alone until {until:%H:%M} UTC", until
                    )
                if pace.active >= pace.concurrency:
                    door.freed.clear()
                    await self._first(door.freed)
                elif pace.ready_at > now:
                    await self._sleep_until(pace.ready_at)
                else:
                    break
            pace.begin(time.monotonic(), random.random())
        try:
            yield pace
        finally:
            pace.end(time.monotonic())
            door.freed.set()

    def _refuse(self, url: str) -> None:
        circuit = self.circuit(url)
        if refusal := circuit.refusal(datetime.now(UTC)):
            reason, until = refusal
            said = "did not answer several times in a row" if reason == "host-down" else "asks to be left alone"
            raise Refused(
                reason,
                f"{circuit.host} {said}; it is left alone until {until:%Y-%m-%d %H:%M} UTC",
                circuit.left_until,
            )

    async def _sleep_until(self, at: float) -> None:
        """Raises Stopped where the run is to end before."""
        while (left := at - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._stopping.wait(), left)
            except TimeoutError:
                continue
            raise Stopped

    async def _first(self, event: asyncio.Event) -> None:
        """Wait for an event, or for the end of the run."""
        waits = [asyncio.ensure_future(one.wait()) for one in (event, self._stopping)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def fly(self, download: Coroutine[Any, Any, T]) -> T:
        """The result of a download, which `stop` may end. Raises Stopped then."""
        flight = asyncio.ensure_future(download)
        self._flights.add(flight)
        try:
            return await flight
        except asyncio.CancelledError:
            if self._stopping.is_set():
                raise Stopped from None
            raise
        finally:
            self._flights.discard(flight)
            flight.cancel()

    def stop(self, grace: float) -> None:
        """Let no further request through, and end those under way after `grace` seconds."""
        self._stopping.set()
        asyncio.get_running_loop().call_later(grace, self._ground)

    def _ground(self) -> None:
        for flight in self._flights:
            flight.cancel()


_gate: Gate | None = None


def gate() -> Gate:
    """The process's gate. Called within the event loop, of which a process has one."""
    global _gate  # noqa: PLW0603  hosts are shared by all sites of the process
    if _gate is None:
        _gate = Gate()
    return _gate
