"""200 polite sites, one request a second each, one process: requests a second against the ideal 200.

`delay = 1` in each site file. newscrawl draws each pause by chance, half of the delay more or less, which leaves the
mean as it is; the site's speed moves the delay only where answers take longer than it. The sites count the requests
themselves. What counts is the steady state: from the second in which each site has been asked once on, for a minute;
the start is told apart.
"""

from __future__ import annotations

import signal
import time
from statistics import mean
from typing import Annotated

import typer
from resident import Watch
from results import Result, Wanted, console, loaded, machine
from wide import MIB, wide

ENOUGH = 0.95
"""Of the ideal."""


def main(
    sites: Annotated[int, typer.Option(help="Sites.")] = 200,
    seconds: Annotated[int, typer.Option(help="Of the steady state.")] = 60,
    latency: Annotated[float, typer.Option(help="Seconds until a site answers.")] = 0.1,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the result in the repository.")] = False,
) -> None:
    """Crawl for a while, then end the crawl as Ctrl-C does."""
    begun_on = machine()
    further = ("--articles", str(4 * seconds), "--latency", str(latency))
    with wide(sites, {}, *further, delay=1.0) as run:
        console.print(f"crawling {sites} sites …", style="dim")
        process = run.start()
        begun = time.time()
        with Watch(process.pid) as watch:
            while len(run.log()["sites"]) < sites and process.poll() is None:
                time.sleep(0.5)
            steady = int(time.time()) + 2
            time.sleep(seconds + 4)
            process.send_signal(signal.SIGINT)
            process.communicate()
        counted = {int(second): number for second, number in run.log()["seconds"].items()}
    each = [counted.get(steady + n, 0) for n in range(seconds)]
    rate = mean(each)
    measured = {
        "sites": sites,
        "seconds_until_all_were_asked": round(steady - 2 - begun, 1),
        "requests_each_second": each,
        "peak_mib": round(watch.peak_leader / MIB),
    }
    share = rate / sites
    wanted = [
        Wanted(
            f"requests a second of {sites} sites, steady state",
            f"{rate:.1f}, {share:.1%} of the ideal",
            f"{ENOUGH:.0%} of {sites} or more, and no more than {sites}",
            ENOUGH <= share <= 1.02,
        )
    ]
    notes = [f"All sites had been asked once after {measured['seconds_until_all_were_asked']} seconds."]
    result = Result("polite", "Many polite sites in one process", 1, [], [], wanted, notes, measured, loaded(begun_on))
    result.show()
    if keep:
        result.keep()
    raise typer.Exit(result.code)


if __name__ == "__main__":
    typer.run(main)
