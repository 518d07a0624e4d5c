"""One of the processes of a crawl with `--jobs`: it crawls the sites that the process which leads hands it.

Its own events are logged to stderr, which that process shows. Where that one ends, this one ends in order by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable

from newscrawl.crawl.log import keep_to_one_line
from newscrawl.crawl.messages import (
    Begin,
    Begun,
    Counts,
    End,
    Group,
    Message,
    Problem,
    Seen,
    Want,
    packed,
    received,
    received_now,
)
from newscrawl.crawl.options import Counted
from newscrawl.crawl.process import Running
from newscrawl.crawl.reader import pages_waiting, share_cores
from newscrawl.site import Site
from newscrawl.store.connect import DatabaseDown

AT_FIRST = 8
"""Groups that a process takes at once."""
LOOK = 0.1  # seconds between two looks whether there is room for more
BUSY = 0.8  # of the time: the process has enough to do
MOST_WAITING = 2  # pages that wait for their reading: so have those that read them
LONGEST = 1.0  # seconds until another group is taken also by one that has enough to do: none waits for ever


class Led:
    """The connections to the process that leads; gives this one its sites, as many as it can work at."""

    def __init__(self, commands: socket.socket, answers: socket.socket) -> None:
        self.commands, self.answers = commands, answers
        self._sites: deque[Site] = deque()
        self._answers: asyncio.Queue[list[Site]] = asyncio.Queue()
        self._taken = 0
        self._shown: Counted = {}
        self._is_over = False

    async def take(self) -> Site | None:
        """The next site, where there is room for one."""
        while not self._sites and not self._is_over:
            if self._taken >= AT_FIRST:
                await self._room()
            self.tell(Want())
            group = await self._answers.get()
            self._taken += 1
            self._sites.extend(group)
            self._is_over = not group
        if not self._sites:
            return None
        site = self._sites.popleft()
        self.tell(Begun(site.name))
        return site

    async def _room(self) -> None:
        """Wait until the process, or those that read its pages, has nothing to do now and then."""
        begun = time.monotonic()
        while (at := time.monotonic()) - begun < LONGEST:
            used = time.process_time()
            await asyncio.sleep(LOOK)
            share = (time.process_time() - used) / (time.monotonic() - at)
            if share < BUSY and pages_waiting() <= MOST_WAITING:
                return

    async def listen(self, end: Callable[[int], None]) -> None:
        """Take what is sent, until the process that leads ends. `end` tells this one to end."""
        reader, writer = await asyncio.open_connection(sock=self.commands)
        with contextlib.closing(writer):
            while (message := await received(reader)) is not None:
                if isinstance(message, Group):
                    self._answers.put_nowait(message.sites)
                elif isinstance(message, End):
                    end(message.signal)
        end(signal.SIGTERM)

    def tell(self, message: Message) -> None:
        """Send a message. The other side reads whenever it can: to wait for it here is shorter than to keep a queue."""
        with contextlib.suppress(ConnectionError):  # it has ended, which `listen` sees
            self.answers.sendall(packed(message))

    def tell_counts(self, counts: Counted) -> None:
        """Send what has changed."""
        changed = {name: counted for name, counted in counts.items() if counted != self._shown.get(name)}
        self._shown.update(changed)
        if changed:
            self.tell(Counts(changed))


def main() -> None:
    """Crawl what comes over the connection whose descriptor is the first argument, and tell of it over the second."""
    keep_to_one_line()
    led = Led(*(socket.socket(fileno=int(word)) for word in sys.argv[1:3]))
    begin: Begin = received_now(led.commands)
    sys.argv[:] = begin.words
    share_cores(begin.jobs)
    shown = (lambda article: led.tell(Seen(article))) if begin.options.dry_run else None
    running = Running(begin.own, begin.options, led.tell, shown, led.tell_counts)
    try:
        running.crawl(led, led.listen)
    except (DatabaseDown, OSError) as error:
        led.tell(Problem(error))
