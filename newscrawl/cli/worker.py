"""`newscrawl worker`: take jobs of a fleet, and crawl their sites."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli.broker import with_broker
from newscrawl.cli.output import Exit, err, fail


def worker(
    *,
    broker: Annotated[
        str | None, typer.Option(metavar="URL", help="Message broker, amqp:// or redis://; else NEWSCRAWL_BROKER.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Jobs at a time, each a crawl of some sites.")] = 1,
) -> None:
    """Take jobs that `newscrawl schedule run --broker URL` sends, until Ctrl-C or SIGTERM.

    newscrawl worker --broker redis://localhost:6379/0

    newscrawl worker --broker amqp://localhost:5672 --jobs 4
    """
    from datetime import UTC, datetime

    own = with_broker(broker)

    def say(line: str) -> None:
        err.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", soft_wrap=True)

    from newscrawl.fleet.broker import BrokerDown, NoBroker
    from newscrawl.store.connect import DatabaseDown

    try:
        from newscrawl.fleet.worker import FleetWorker

        process = FleetWorker(own, say, jobs=jobs)
        process.run()
    except NoBroker as error:
        fail(str(error), Exit.USAGE)
    except (BrokerDown, DatabaseDown) as error:
        fail(str(error), Exit.DEPENDENCY)
    except OSError as error:
        fail(f"{error}; correct the folder, or name another in NEWSCRAWL_DATA", Exit.USAGE)
    if process.signal:
        raise typer.Exit(128 + process.signal)
