"""The process that takes jobs from the broker: Celery's worker in the main thread, newscrawl's agent in another one.

Celery receives, acknowledges and reconnects; it calls its task in a thread of a pool, which waits for the agent.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from celery import Celery, signals
from celery.exceptions import Reject, SecurityWarning
from pymongo.errors import PyMongoError

from newscrawl.fleet.agent import Agent
from newscrawl.fleet.broker import PATIENCE, TASK, broker_app, check, describe
from newscrawl.fleet.metrics import tally_of
from newscrawl.metrics.exposure import Exposure
from newscrawl.runs.crawls import LAST_WORDS
from newscrawl.settings import Settings
from newscrawl.store.connect import Connection, DatabaseDown, open_connection
from newscrawl.store.connect import describe as describe_database
from newscrawl.store.schema import apply_schema

T = TypeVar("T")
LONGEST_END = LAST_WORDS + PATIENCE
"""Seconds after a signal in which crawls end and jobs are given back, and Celery ends where the broker answers."""


class FleetWorker:
    """A worker. `say`: takes lines for people. `jobs`: so many at a time."""

    def __init__(self, own: Settings, say: Callable[[str], None], *, jobs: int) -> None:
        self.own, self.say, self.jobs = own, say, jobs
        self.signal: int | None = None
        self._loop = asyncio.new_event_loop()
        self._agent: Agent | None = None
        self._connection: Connection | None = None
        self._exposure: Exposure | None = None

    def run(self) -> None:
        """Take jobs until SIGINT or SIGTERM. Raises NoBroker, BrokerDown and DatabaseDown, these at the start alone."""
        app = broker_app(self.own)
        check(app)
        thread = threading.Thread(target=self._loop.run_forever, name="newscrawl-agent", daemon=True)
        thread.start()
        try:
            self._agent = self._call(self._begin())
            self._take_jobs(app, self._agent)
        finally:
            self._call(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    async def _begin(self) -> Agent:
        await asyncio.to_thread(_write_to, self.own.data / "logs")
        self._connection = await open_connection(self.own)
        try:
            await apply_schema(self._connection)
            agent = Agent(self._connection, self.own.data, self.say, most=self.jobs)
            await agent.register()
            self._exposure = Exposure(
                self.own.metrics, self.say, [lambda: tally_of(agent)], has_children=True, announces=True
            )
            await self._exposure.start()
            agent.environment = self._exposure.environment
        except PyMongoError as error:
            raise DatabaseDown(describe_database(error, self.own.mongo_uri)) from None
        return agent

    async def _end(self) -> None:
        if self._exposure is not None:
            await self._exposure.stop()
        if self._agent is not None:
            await self._agent.leave()
        if self._connection is not None:
            await self._connection.close()

    def _take_jobs(self, app: Celery, agent: Agent) -> None:
        def work(identity: str) -> None:
            if not self._call(agent.work(identity)):
                raise Reject("this worker ends", requeue=True)

        app.task(work, name=TASK, acks_late=True, reject_on_worker_lost=True, ignore_result=True)
        app.finalize()
        log = logging.getLogger("celery")
        log.addHandler(_Said(app, self.say))
        log.propagate = False
        log.setLevel(logging.WARNING)
        signals.setup_logging.connect(_leave_logging_alone)
        # Celery warns of root for the sake of pickle, which is not taken here.
        warnings.filterwarnings("ignore", category=SecurityWarning)
        worker = app.Worker(
            pool="threads",
            concurrency=self.jobs,
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            optimization="fair",
        )
        from celery.worker import state

        def stop(number: int, _frame: object) -> None:
            """The first signal ends in order, the second one at once."""
            if self.signal is None:
                self.signal = number
                self._loop.call_soon_threadsafe(agent.end)
                state.should_stop = 0
                hung.start()
            else:
                self._loop.call_soon_threadsafe(agent.kill)

        hung = threading.Timer(LONGEST_END, self._end_at_once)
        hung.daemon = True

        def take_signals(**_: Any) -> None:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, stop)
            self.say(f"waiting for jobs, as process {agent.worker.pid} on {agent.worker.host}")

        signals.worker_ready.connect(take_signals, weak=False)
        try:
            worker.start()
        except SystemExit:
            if self.signal is None:
                raise
        finally:
            hung.cancel()

    def _end_at_once(self) -> None:
        """End without Celery, which waits for a broker that does not answer: the jobs are given back by now."""
        self.say("the broker does not answer; ending without it")
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        os._exit(128 + (self.signal or signal.SIGTERM))

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


def _write_to(folder: Path) -> None:
    """See whether a folder can be written to, which every job wants. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


class _Said(logging.Handler):
    """What Celery logs, as lines for people, each once until another one comes: without passwords or tracebacks."""

    def __init__(self, app: Celery, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self.app, self.say_line = app, say
        self._last = ""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, Reject):
            return  # a job that goes back to the broker, as the agent has said
        if isinstance(error, OSError) or "onnection" in record.getMessage():
            said = "the connection to the broker is lost; trying again"
        else:
            said = describe(self.app, error) if isinstance(error, Exception) else record.getMessage()
        line = next(iter(said.strip().splitlines()), "")[:300]
        if line and line != self._last:
            self._last = line
            self.say_line(line)


def _leave_logging_alone(**_: Any) -> None:
    """Celery sets up no logging where this signal has a receiver."""
