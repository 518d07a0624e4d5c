"""How a process tells its metrics: at an endpoint, or in a file, for as long as it runs.

Nothing of it may end a crawl: what is wrong is said, and the crawl goes on without.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from newscrawl.metrics.children import Children, file_of_this_process
from newscrawl.metrics.children import write as write_for_parent
from newscrawl.metrics.exposition import NotInstalled, encoder_for, require, with_build, write_textfile
from newscrawl.metrics.tally import Tally
from newscrawl.metrics.target import Folder, Listen, Target, Textfile, parse_target

if TYPE_CHECKING:
    from aiohttp import web

PATH = "/metrics"
EVERY = 5.0  # seconds between two writings of a file, and between two looks at those of children
FURTHER_PORTS = 15
"""How many ports after the one that is set are tried where it is taken: several processes of one machine share their
settings. Prometheus is told of all of them (`deploy/prometheus/prometheus.yml`)."""

Source = Callable[[], Tally]


class Exposure:
    """Tells what its sources give. `say`: takes sentences for people; `has_children`: with what the processes tell
    that this one starts with `environment`; `announces`: where it is asked is said, also where it is as set."""

    def __init__(
        self,
        setting: str,
        say: Callable[[str], None],
        sources: Sequence[Source],
        *,
        has_children: bool = False,
        announces: bool = False,
    ) -> None:
        self.target: Target | None = parse_target(setting)
        self.say, self._sources, self._announces = say, [*sources], announces
        self.address: str | None = None
        """Where it is asked; None: nowhere."""
        self._children = Children() if has_children and self.target is not None else None
        self._runner: web.AppRunner | None = None
        self._task: asyncio.Task[None] | None = None
        self._file: Path | None = None
        self._is_told = False

    @property
    def environment(self) -> dict[str, str]:
        """Variables for the processes that this one starts."""
        return {"NEWSCRAWL_METRICS": self._children.setting} if self._children is not None else {}

    def tally(self) -> Tally:
        """What there is to tell now."""
        together = Tally()
        for source in self._sources:
            together.merge(source())
        if self._children is not None:
            together.merge(self._children.tally())
        return with_build(together)

    async def start(self) -> None:
        """Begin. Raises nothing: what cannot be done is said."""
        if isinstance(self.target, Listen | Textfile):
            try:
                require()
            except NotInstalled as error:
                self.say(f"no metrics are told: {error}")
                return
        if isinstance(self.target, Listen):
            await self._listen(self.target)
        elif isinstance(self.target, Textfile):
            self._file = self.target.path
        elif isinstance(self.target, Folder):
            self._file = file_of_this_process(self.target.path)
        if self._file is not None or self._children is not None:
            self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """End: the file is written once more, and stays."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._file is not None:
            self._write(self.tally())
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        if self._children is not None:
            self._children.close()

    async def _go_on(self) -> None:
        while True:
            if self._file is not None:
                self._write(self.tally())
            elif self._children is not None:
                self._children.tally()  # so that the files of those that have ended do not pile up where nobody asks
            await asyncio.sleep(EVERY)

    def _write(self, tally: Tally) -> None:
        assert self._file is not None
        try:
            if isinstance(self.target, Folder):
                write_for_parent(self._file, tally)
            else:
                write_textfile(self._file, tally)
        except OSError as error:
            if isinstance(self.target, Textfile) and not self._is_told:
                self.say(f"the metrics cannot be written: {error}; name another file in NEWSCRAWL_METRICS")
            self._is_told = True

    async def _listen(self, target: Listen) -> None:
        from aiohttp import web

        application = web.Application()
        application.router.add_get(PATH, self._answer)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        ports = range(target.port, min(target.port + FURTHER_PORTS, 65535) + 1) if target.port else (0,)
        for port in ports:
            try:
                await web.TCPSite(self._runner, target.host, port).start()
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    self.say(
                        f"no metrics are told: {target.host}:{port} cannot be listened at: {error.strerror or error};"
                        " name another address in NEWSCRAWL_METRICS"
                    )
                    return
                continue
            self._tell_address(target, self._runner.addresses[0][1])
            return
        self.say(
            f"no metrics are told: the ports {ports[0]} to {ports[-1]} of {target.host} are in use; name another one in"
            " NEWSCRAWL_METRICS"
        )

    def _tell_address(self, target: Listen, port: int) -> None:
        host = f"[{target.host}]" if ":" in target.host else target.host
        self.address = f"http://{host}:{port}{PATH}"
        if port != target.port or self._announces:
            taken = f"port {target.port} is in use by another process; " if target.port not in (0, port) else ""
            self.say(f"{taken}metrics are at {self.address}")

    async def _answer(self, request: web.Request) -> web.Response:
        from aiohttp import web

        encode, kind = encoder_for(request.headers.get("Accept", ""))
        tally = self.tally()
        # What takes time is making text of it, and that is done beside the crawl.
        body = await asyncio.to_thread(encode, tally)
        answer = web.Response(body=body, headers={"Content-Type": kind})
        answer.enable_compression()
        return answer


@contextlib.asynccontextmanager
async def exposed(
    setting: str, say: Callable[[str], None], *sources: Source, has_children: bool = False, announces: bool = False
) -> AsyncIterator[Exposure]:
    """Tell metrics until the end of the block; nothing where nothing is set."""
    exposure = Exposure(setting, say, sources, has_children=has_children, announces=announces)
    await exposure.start()
    try:
        yield exposure
    finally:
        await exposure.stop()
