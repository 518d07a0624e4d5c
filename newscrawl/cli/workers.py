"""`newscrawl workers`: who of the fleet is alive, what each crawls, what waits."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from newscrawl.cli.database import with_database
from newscrawl.cli.output import Exit, out, show_json, show_table


def workers(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Which workers there are, what each crawls, and how many jobs wait. Exit code 4: there is none.

    newscrawl workers

    newscrawl workers --json
    """
    from newscrawl.store.connect import Connection
    from newscrawl.store.jobs import running_jobs, waiting_sites
    from newscrawl.store.workers import all_workers, is_alive

    async def look(connection: Connection) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        found, now = await all_workers(connection.database)
        jobs = await running_jobs(connection.database, [worker.name for worker in found])
        number, sites, oldest = await waiting_sites(connection.database)
        rows = [
            {
                **worker.model_dump(),
                "state": "alive" if is_alive(worker, now) else "dead",
                "silent": round(max(0.0, (now - worker.seen_at).total_seconds()), 1),
                "jobs": [
                    {"job": job.id, "sites": job.sites, "started_at": job.started_at} for job in jobs[worker.name]
                ],
            }
            for worker in found
        ]
        return rows, {"jobs": number, "sites": sites, "oldest": oldest}

    rows, waits = with_database(look)
    if as_json:
        show_json("workers", rows, waiting=waits)
    else:
        show_table(
            ("host", "pid", "state", "since", "silent", "done", "crawls"),
            [
                [
                    row["host"],
                    row["pid"],
                    row["state"],
                    row["since"],
                    f"{row['silent']:.0f} s",
                    row["done"],
                    _crawls(row),
                ]
                for row in rows
            ],
        )
        if not rows:
            out.print("No worker runs; `newscrawl worker --broker URL` starts one.")
        since = f", the oldest since {waits['oldest']:%Y-%m-%d %H:%M} UTC" if waits["oldest"] else ""
        out.print(f"{waits['jobs']} jobs wait, of {waits['sites']} sites{since}.")
    if not rows:
        raise typer.Exit(int(Exit.NOTHING))


def _crawls(row: dict[str, Any]) -> str:
    sites = [site for job in row["jobs"] for site in job["sites"]]
    return ", ".join(sites[:5]) + (f" and {len(sites) - 5} more" if len(sites) > 5 else "")
