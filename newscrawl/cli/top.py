"""`newscrawl top`: what is read most just now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from newscrawl.cli.asked import meant
from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, fail, show_json, show_table
from newscrawl.cli.views import SHORTEST, number


def top(
    hours: Annotated[float, typer.Option(min=0.1, max=24 * 366, help="Growth within so many hours until now.")] = 24,
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, most growth first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Rank articles by how far their view counters grew.

    newscrawl top

    newscrawl top --hours 6 --site unn

    newscrawl top --limit 100 --json

    Growth is what was seen to happen: an article needs two readings of its counter.
    """
    from newscrawl.store.views import top as grown_most

    now = datetime.now(UTC)
    rows = with_database(lambda db: grown_most(db.database, hours, now=now, limit=limit, site=site))
    if as_json:
        show_json("top", rows)
    if not rows:
        told = f"no counter of an article{f' of {site}' if site else ''} was seen to grow in the last {hours:g} hours"
        fail(told + meant(site), Exit.NOTHING)
    if as_json:
        return
    shortest = SHORTEST.total_seconds() / 3600
    show_table(
        ("growth", "an hour", "views", "site", "headline", "url"),
        (
            (
                f"{row['growth']:+,}",
                number(row["per_hour"]) if row["hours"] >= shortest else None,
                f"{row['count']:,}",
                row["site"],
                row["headline"],
                row["url"],
            )
            for row in rows
        ),
    )
