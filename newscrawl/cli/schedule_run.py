"""`newscrawl schedule run|install`: the process that starts what is due, and what keeps it running."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from newscrawl.cli.asked import own_settings
from newscrawl.cli.broker import sending, with_broker
from newscrawl.cli.output import Exit, err, fail, out


def run(
    *,
    once: Annotated[bool, typer.Option("--once", help="Start what is due, wait for its end, and end.")] = False,
    max_parallel: Annotated[int, typer.Option(min=1, max=64, help="Crawls at a time, each a process.")] = 4,
    standby: Annotated[bool, typer.Option("--standby", help="Wait while another scheduler plans.")] = False,
    quiet_if_held: Annotated[
        bool, typer.Option("--quiet-if-held", help="Where another one plans, end with code 0 and no word.")
    ] = False,
    broker: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Send the crawls to workers by this broker; else as NEWSCRAWL_BROKER says."),
    ] = None,
) -> None:
    """Start crawls when they are due, until Ctrl-C or SIGTERM. One scheduler plans for a database at a time.

    newscrawl schedule run

    newscrawl schedule run --standby

    newscrawl schedule run --once

    newscrawl schedule run --broker redis://localhost:6379/0
    """
    import asyncio
    import signal
    from datetime import UTC, datetime

    from newscrawl.runs.scheduler import Scheduler, SchedulerRuns
    from newscrawl.store.connect import DatabaseDown

    own, fleet = own_settings(), None
    if broker is not None or own.broker is not None:
        own = with_broker(broker)
        fleet = sending(own)

    def say(line: str) -> None:
        err.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", soft_wrap=True)

    received: list[int] = []

    async def plan() -> list[int]:
        beat = 600 if err.is_terminal else 30
        scheduler = Scheduler(own, say, max_parallel=max_parallel, once=once, standby=standby, beat=beat, fleet=fleet)

        def stop(number: int) -> None:
            received.append(number)
            scheduler.stop()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop, number)
        await scheduler.run()
        return scheduler.codes

    try:
        codes = asyncio.run(plan())
    except SchedulerRuns as error:
        if quiet_if_held:
            return
        fail(str(error), Exit.LOCKED)
    except DatabaseDown as error:
        fail(str(error), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    if received:
        raise typer.Exit(128 + received[0])
    if once:
        if not codes:
            out.print("Nothing was due.")
        raise typer.Exit(int(exit_code(codes)))


def exit_code(codes: list[int]) -> Exit:
    """That of `--once`: the worst of the crawls; nothing new is no fault."""
    if any(code not in (0, 3, 4, 6) for code in codes):
        return Exit.FAILED
    return Exit.DEGRADED if 3 in codes else Exit.OK


def install(
    parts: Annotated[
        str | None, typer.Argument(metavar="[systemd|cron|container]", help="One of them; else all three.")
    ] = None,
    *,
    printed: Annotated[bool, typer.Option("--print", help="Print it: newscrawl installs nothing by itself.")] = False,
) -> None:
    """Print what keeps a scheduler running: a unit of systemd, a line of cron, a Containerfile.

    newscrawl schedule install --print

    newscrawl schedule install --print systemd | sudo tee /etc/systemd/system/newscrawl.service

    newscrawl schedule install --print cron
    """
    import getpass
    from importlib.metadata import version
    from pathlib import Path

    from newscrawl.runs import units

    if parts is not None and parts not in units.PARTS:
        fail(f"{parts!r} is none of {', '.join(units.PARTS)}", Exit.USAGE)
    if not printed:
        fail(
            "newscrawl installs nothing by itself: --print shows the file, with where to put it in its first line",
            Exit.USAGE,
        )
    own = own_settings()
    data = str(own.data.expanduser().absolute())
    place = units.Place(
        python=sys.executable,
        folder=str(Path.cwd()),
        data=data,
        user=getpass.getuser(),
        version=version("newscrawl"),
        settings={name: value for name, value in os.environ.items() if name.startswith("NEWSCRAWL_")}
        | {"NEWSCRAWL_DATA": data},
    )
    texts = {"systemd": units.systemd, "cron": units.cron, "container": units.container}
    chosen = [parts] if parts else list(units.PARTS)
    sys.stdout.write("\n".join(texts[part](place) for part in chosen))
    if out.is_terminal:
        err.print("Read it before you use it: the settings are those of this shell.", style="dim")
