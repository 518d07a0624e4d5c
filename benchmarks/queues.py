"""What 1,000,000 discovered addresses take that wait for their turn: the memory of the process that crawls.

A sitemap index of one slow site leads to twenty sitemaps of 50,000 links each, which is as many as a run reads by
default. No limit, one request at a time. The peak is taken until the last sitemap has been read and everything waits.

Articles that are known already are no part of it: `memory.py` measures those.
"""

from __future__ import annotations

import signal
import time
from typing import Annotated

import typer
from resident import Watch
from results import Result, Wanted, console, loaded, machine
from wide import MIB, wide

MOST = 400 * MIB
STILL = 5.0  # seconds without a further sitemap, after which the last one counts as read


def main(
    links: Annotated[int, typer.Option(help="Links of the sitemaps.")] = 1_000_000,
    longest: Annotated[float, typer.Option(help="Seconds after which the crawl is given up.")] = 1800,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl until all addresses wait, then end the crawl as Ctrl-C does."""
    begun_on = machine()
    form = {"source": "sitemaps", "path": "/sitemap.xml", "delay": 1.0}
    with wide(1, {"NEWSCRAWL_CONCURRENCY": "1"}, "--links", str(links), **form) as run:
        console.print(f"crawling a site with {links:,} links …", style="dim")
        begun = time.monotonic()
        process = run.start()
        waiting = 0
        with Watch(process.pid) as watch:
            while process.poll() is None and waiting < links * 0.99 and time.monotonic() - begun < longest:
                time.sleep(1)
                waiting = run.waiting()
            seconds = time.monotonic() - begun
            time.sleep(STILL)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate()
    measured = {
        "links": links,
        "waiting": waiting,
        "seconds": round(seconds),
        "peak_mib": round(watch.peak_leader / MIB),
    }
    wanted = [
        Wanted(
            "addresses that waited at once", f"{waiting:,}", f"{links * 0.99:,.0f} or more", waiting >= links * 0.99
        ),
        Wanted(
            "peak of the process that crawls",
            f"{watch.peak_leader / MIB:.0f} MiB",
            f"{MOST / MIB:.0f} MiB",
            0 < watch.peak_leader <= MOST,
        ),
    ]
    if not all(figure.ok for figure in wanted):
        console.print(output[-2000:])
    notes = [f"Read within {seconds:.0f} seconds."]
    result = Result("queues", "A million addresses that wait", 1, [], [], wanted, notes, measured, loaded(begun_on))
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
