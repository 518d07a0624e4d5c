"""`newscrawl failures`: addresses that could not be fetched, read or stored."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli.output import out, show_json, show_table, with_database

app = typer.Typer(no_args_is_help=True, help="Addresses that could not be fetched, read or stored.")


@app.command("list")
def list_refused(
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show what failed, why, and when it is tried again.

    newscrawl failures list

    newscrawl failures list --site unn --json
    """
    from newscrawl.store.queries import list_failures

    rows = with_database(lambda db: list_failures(db.database, site=site, limit=limit))
    if as_json:
        show_json("failures", rows)
        return
    if not rows:
        out.print("Nothing failed.")
        return
    show_table(
        ("last try (UTC)", "site", "stage", "reason", "attempts", "next try (UTC)", "url"),
        (
            (
                row["last_at"],
                row["site"],
                row["stage"],
                row["reason"],
                row["attempts"],
                row.get("next_try_at") or "never",
                row["url"],
            )
            for row in rows
        ),
    )
