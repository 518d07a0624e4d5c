"""A crawl by several processes of this machine: this one leads, hands out the sites, and tells what came of them.

Each site is crawled by one process, and sites that share a host by the same one, so that every host is asked at its
pace. Whoever has room for more asks for the next group of sites. A process that is killed costs the sites that it
crawled then: another one takes its place and goes on with the others. No Scrapy here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import PyMongoError

from newscrawl.article import Article
from newscrawl.crawl.circumstances import command_line, versions, who
from newscrawl.crawl.earlier import earlier_runs
from newscrawl.crawl.groups import groups_of
from newscrawl.crawl.messages import Begin, Begun, Counts, End, Group, Message, Problem, Seen, Want, packed, received
from newscrawl.crawl.options import Counted, Ended, Options, Outcome, Progress
from newscrawl.crawl.session import Session, close_session, open_session
from newscrawl.crawl.stop import EndedEarly, Stop, told_by_signals
from newscrawl.metrics.exposure import exposed
from newscrawl.records import Run
from newscrawl.settings import Settings
from newscrawl.site import Site
from newscrawl.store.connect import DatabaseDown, describe
from newscrawl.store.runs import CRASHED, end_crashed, last_requests, record_of

logger = logging.getLogger(__name__)

LOOK = 0.5  # seconds between two tellings of the counts
SIGNALS = (signal.SIGINT, signal.SIGTERM)
MOST_VAIN = 3  # processes in a row that end before they take any site
MOST_JITTER = 1.5  # times the delay between two requests: the longest that it becomes by chance
_PROGRAM = (
    "import sys, json; sys.path[:] = json.loads(sys.argv.pop());"
    " from newscrawl.process_setup import set_up_process; set_up_process();"
    " from newscrawl.crawl.part import main; main()"
)


def crawl_in_parallel(
    sites: Sequence[Site],
    own: Settings,
    options: Options,
    jobs: int,
    *,
    on_article: Callable[[Article], None] | None = None,
    on_progress: Progress | None = None,
) -> Outcome:
    """Crawl the sites with so many processes. Signals, callbacks, errors: as of `newscrawl.crawl.process.crawl`."""
    leading = _Leading(own, options, on_article, on_progress)
    with asyncio.Runner() as runner, told_by_signals(leading.stop, runner.get_loop().call_soon_threadsafe):
        runner.run(leading.lead(sites, jobs))
    leading.outcome.signal = leading.stop.signal
    return leading.outcome


@dataclass(eq=False)
class _Part:
    """One process that crawls. `handed`: sites that it was given and has not begun; `begun`: and not ended."""

    process: asyncio.subprocess.Process
    commands: asyncio.StreamWriter
    answers: asyncio.StreamReader
    its_end: asyncio.StreamWriter
    """Of the connection of the answers. Nothing is sent there, but a writer that nobody holds closes it."""
    handed: dict[str, Site] = field(default_factory=dict)
    begun: dict[str, Site] = field(default_factory=dict)
    has_asked: bool = False

    def tell(self, message: Message) -> None:
        if not self.commands.is_closing():
            self.commands.write(packed(message))


class _Leading:
    def __init__(
        self,
        own: Settings,
        options: Options,
        on_article: Callable[[Article], None] | None,
        on_progress: Progress | None,
    ) -> None:
        self.own, self.options, self.on_article, self.on_progress = own, options, on_article, on_progress
        self.stop, self.outcome = Stop(), Outcome({})
        self._environment: Mapping[str, str] = {}
        """Further variables of the processes: where they tell their metrics, which this one adds up."""
        self._session: Session | None = None
        self._groups: deque[list[Site]] = deque()
        self._parts: set[_Part] = set()
        self._wanting: deque[_Part] = deque()
        self._jobs = 0
        """Processes that crawl at once."""
        self._starting = 0
        """Of the first processes those that have not yet asked for sites: the others wait, that each has its part."""
        self._counts: Counted = {}
        self._problems: list[Exception] = []

    async def lead(self, sites: Sequence[Site], jobs: int) -> None:
        """Raises DatabaseDown, OSError."""
        async with exposed(self.own.metrics, logger.warning, has_children=True) as exposure:
            self._environment = exposure.environment
            await self._lead(sites, jobs)

    async def _lead(self, sites: Sequence[Site], jobs: int) -> None:
        telling = asyncio.create_task(self._tell())
        try:
            wanted, costs = list(sites), dict[str, float]()
            if not self.options.dry_run:
                # Held, so that an embedded server runs until the last process is done.
                session = self._session = await self.stop.unless_requested(open_session(self.own))
                names = [site.name for site in sites]
                for ended in await earlier_runs(session, self.options.key, names, unended=not self.options.in_fleet):
                    self.outcome.add(ended)
                wanted = [site for site in sites if site.name not in self.outcome.runs]
                costs = await session.read(lambda: last_requests(session.connection.database, names))
            self._groups.extend(groups_of(wanted, costs))
            self.stop.then(self._end_parts)
            self._jobs = self._starting = min(jobs, len(self._groups))
            lanes = [self._lane() for _ in range(self._starting)]
            self._problems += [
                e for e in await asyncio.gather(*lanes, return_exceptions=True) if isinstance(e, Exception)
            ]
        except EndedEarly:
            pass
        except PyMongoError as error:
            raise DatabaseDown(describe(error, self.own.mongo_uri)) from None
        finally:
            telling.cancel()
            if self.on_progress is not None:
                self.on_progress(self._counts)
            if self._session is not None:
                await close_session(self._session)
        for problem in self._problems:
            raise problem

    async def _lane(self) -> None:
        """One process after the other, as long as there are sites: more than one where one is killed."""
        vain = 0
        while self._groups and not self.stop.is_requested and not self._problems and vain < MOST_VAIN:
            part = await self._start()
            self._parts.add(part)
            if self.stop.is_requested:
                self._end_parts()
            try:
                await self._follow(part)
            finally:
                self._parts.discard(part)
            vain = 0 if part.has_asked else vain + 1
            if not self.stop.is_requested:
                await self._mourn(part)
        if vain == MOST_VAIN:
            logger.error("the processes of this crawl end before they begin; try without --jobs")

    async def _start(self) -> _Part:
        commands, their_commands = socket.socketpair()
        answers, their_answers = socket.socketpair()
        with their_commands, their_answers:
            descriptors = their_commands.fileno(), their_answers.fileno()
            # A terminal sends its signals to the whole group: they wait until the process can end in order, see
            # `told_by_signals`. It is started before anything else is done in this thread.
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-c", _PROGRAM, *map(str, descriptors), json.dumps(sys.path)),
                    env={**os.environ, **self._environment},
                    pass_fds=descriptors,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                )
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        _, to_it = await asyncio.open_connection(sock=commands)
        from_it, its_end = await asyncio.open_connection(sock=answers)
        part = _Part(process, to_it, from_it, its_end)
        part.tell(Begin(self.own, self.options, sys.argv, self._jobs))
        return part

    async def _follow(self, part: _Part) -> None:
        """Hand a process its sites, and take what it tells, until it ends."""
        showing = asyncio.create_task(_show_log(part))
        while (message := await received(part.answers)) is not None:
            match message:
                case Want():
                    self._wanting.append(part)
                    if not part.has_asked:
                        part.has_asked, self._starting = True, max(0, self._starting - 1)
                    self._hand_out()
                case Begun(name):
                    part.begun[name] = part.handed.pop(name)
                case Ended():
                    self.outcome.add(message)
                    part.begun.pop(message.site, None)
                case Counts(counts):
                    self._counts.update(counts)
                case Seen(article) if self.on_article is not None:
                    self.on_article(article)
                case Problem(error):
                    self._problems.append(error)
        if not part.has_asked:
            self._starting = max(0, self._starting - 1)
            self._hand_out()
        await part.process.wait()
        await showing
        part.commands.close()
        part.its_end.close()

    def _hand_out(self) -> None:
        while self._wanting and not self._starting:
            part = self._wanting.popleft()
            group = self._groups.popleft() if self._groups else []
            part.handed.update((site.name, site) for site in group)
            part.tell(Group(group))

    async def _mourn(self, part: _Part) -> None:
        """Of a process that was killed: end the runs that it had, and give others the sites that it had not begun."""
        for name, run in (await self._ended_by_crash(part)).items():
            logger.error("%s: the process that crawled it, %d, was killed", name, part.process.pid)
            self.outcome.add(run)
        if part.handed:
            # Nobody knows any more when their host was last asked.
            rest = list(part.handed.values())
            delay = max(site.crawl.delay if site.crawl.delay is not None else self.own.delay for site in rest)
            await self.stop.wait(MOST_JITTER * delay)
            self._groups.appendleft(rest)

    async def _ended_by_crash(self, part: _Part) -> dict[str, Ended]:
        found: dict[str, dict[str, Any]] = {}
        if part.begun and (session := self._session) is not None:
            database, pid, names = session.connection.database, part.process.pid, list(part.begun)
            found = await session.read(lambda: end_crashed(database, pid, names))
        crashed = {name: Ended(name, record_of(run), run["_id"]) for name, run in found.items()}
        return {name: crashed.get(name) or Ended(name, self._no_record(name)) for name in part.begun}

    def _no_record(self, site: str) -> Run:
        """Of a crawl that ended before it had a record."""
        now = datetime.now(UTC)
        return Run(
            site=site,
            command=command_line(),
            started_at=now,
            ended_at=now,
            reason=CRASHED,
            outcome="failed",
            started_by=self.options.started_by or who(),
            key=self.options.key,
            version=versions()["newscrawl"],
            pid=os.getpid(),
            host=socket.gethostname(),
        )

    def _end_parts(self) -> None:
        for part in self._parts:
            part.tell(End(self.stop.signal or 0))

    async def _tell(self) -> None:
        while self.on_progress is not None:
            await asyncio.sleep(LOOK)
            self.on_progress(self._counts)


async def _show_log(part: _Part) -> None:
    """What a process logs stands above the progress of all."""
    assert part.process.stderr is not None
    while piece := await part.process.stderr.read(2**16):
        sys.stderr.write(piece.decode(errors="replace"))
        sys.stderr.flush()
