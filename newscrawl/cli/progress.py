"""What a crawl shows on stderr while it runs: a live table on a terminal, elsewhere a line every half a minute."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from newscrawl.cli.manner import Manner, manner
from newscrawl.cli.output import err

if TYPE_CHECKING:
    from rich.table import Table

    from newscrawl.crawl.options import Progress
    from newscrawl.records import Run

EVERY = 30.0
"""Seconds between two lines where there is no terminal: nobody believes longer that a silent program is at work."""
COLUMNS = ("requests", "pages", "days", "cards", "known", "new", "changed", "revisited", "failed")
ARTICLES = ("new", "changed", "unchanged", "shown")
"""Counts of articles that were fetched and read."""
MOST_ROWS = 20  # of the live table

Counts = Mapping[str, Mapping[str, int]]
"""Site to name of a count to the count."""


def form(own: Manner, environment: Mapping[str, str], *, is_terminal: bool) -> Literal["none", "lines", "live"]:
    """How progress is shown. Build servers (`CI`) and dumb terminals cannot take back what is printed. Pure."""
    if own.is_quiet or own.hides_progress:
        return "none"
    is_plain = environment.get("CI", "").lower() not in ("", "0", "false") or environment.get("TERM") == "dumb"
    return "live" if is_terminal and not is_plain else "lines"


def clock(seconds: float) -> str:
    """Elapsed time as `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def total(counts: Counts) -> Counter[str]:
    """The counts of all sites together."""
    return sum((Counter(dict(site)) for site in counts.values()), Counter())


def articles(counted: Mapping[str, int]) -> int:
    """Articles that were fetched and read."""
    return sum(counted.get(name, 0) for name in ARTICLES)


def heartbeat(counts: Counts, elapsed: float, rate: float) -> str:
    """One line that shows that a crawl is at work. `elapsed`: seconds; `rate`: articles a minute of late. Pure."""
    counted = total(counts)
    who = f"{len(counts)} sites" if len(counts) > 1 else next(iter(counts), "starting")
    facts = [
        f"{articles(counted)} articles ({rate:.0f}/min)",
        *(f"{counted[name]} {name}" for name in ("new", "changed", "revisited", "failed") if counted[name]),
        f"{counted['requests']} requests",
    ]
    return f"{clock(elapsed)} {who}: {', '.join(facts)}"


def final_line(runs: Sequence[Run], seconds: float) -> str:
    """What `--quiet` says of a crawl at its end."""
    counted = total({run.site: run.counts for run in runs})
    outcomes = Counter(run.outcome or "unfinished" for run in runs)
    who = runs[0].site if len(runs) == 1 else f"{len(runs)} sites"
    ended = next(iter(outcomes)) if len(runs) == 1 else ", ".join(f"{n} {name}" for name, n in sorted(outcomes.items()))
    facts = ", ".join(f"{counted[name]} {name}" for name in ("new", "changed", "failed"))
    return f"{who}: {ended or 'nothing was crawled'}; {facts}; {clock(seconds)}"


@contextmanager
def progress(*, quiet: bool = False, every: float = EVERY) -> Iterator[Progress]:
    """Gives what shows the counts it is called with. `every`: seconds between two lines where lines are shown."""
    shape = "none" if quiet else form(manner, os.environ, is_terminal=sys.stderr.isatty())
    started = time.monotonic()
    if shape == "none":
        yield lambda _counts: None
    elif shape == "lines":
        yield _Lines(every, started)
    else:
        from rich.live import Live

        with Live(console=err, transient=True, refresh_per_second=4) as live:
            yield lambda counts: live.update(_table(counts, time.monotonic() - started))


class _Lines:
    """Prints a heartbeat whenever its time has come."""

    def __init__(self, every: float, started: float) -> None:
        self.every, self.started, self.last, self.before = every, started, started, 0

    def __call__(self, counts: Counts) -> None:
        now = time.monotonic()
        if now - self.last < self.every:
            return
        read = articles(total(counts))
        rate = (read - self.before) / (now - self.last) * 60
        self.last, self.before = now, read
        err.print(heartbeat(counts, now - self.started, rate), soft_wrap=True)


def _table(counts: Counts, seconds: float) -> Table:
    from rich.table import Table

    counted = total(counts)
    columns = [column for column in COLUMNS if counted[column] or column in ("requests", "new", "failed")]
    rate = articles(counted) / seconds * 60 if seconds >= 1 else 0
    live = Table(box=None, header_style="bold", pad_edge=False, caption=f"{clock(seconds)}, {rate:.0f} articles/min")
    live.caption_justify = "left"
    live.add_column("site", no_wrap=True)
    for column in columns:
        live.add_column(column, justify="right")
    # Whoever has done most stands above, where a terminal has not room for all.
    busiest = sorted(counts.items(), key=lambda item: (-item[1].get("requests", 0), item[0]))
    for name, site in busiest[:MOST_ROWS]:
        live.add_row(name, *(str(site.get(column, 0)) for column in columns))
    if len(counts) > 1:
        hidden = f"all {len(counts)}" if len(counts) > MOST_ROWS else "all"
        live.add_row(hidden, *(str(counted[column]) for column in columns), style="bold")
    return live
