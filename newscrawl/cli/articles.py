"""`newscrawl articles`: what is stored."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli.asked import meant
from newscrawl.cli.database import with_database
from newscrawl.cli.find_article import find_with
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.cli.render import render, render_relatives
from newscrawl.cli.views import render_views, views

app = typer.Typer(no_args_is_help=True, help="The stored articles.")
app.command("views")(views)


@app.command("list")
def list_stored(
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Show the newest articles.

    newscrawl articles list

    newscrawl articles list --site unn --limit 100

    newscrawl articles list --json
    """
    from newscrawl.selection import Selection
    from newscrawl.store.select import select

    selection = Selection(sites=(site,) if site else ())
    rows = with_database(lambda db: select(db.database, selection, limit=limit)).articles
    if as_json:
        show_json("articles", rows)
        return
    show_table(
        ("published (UTC)", "site", "views", "headline", "url"),
        (
            (
                (row.get("published") or {}).get("at"),
                row.get("site"),
                (row.get("views") or {}).get("count"),
                row["headline"],
                row["url"],
            )
            for row in rows
        ),
    )
    if not rows:
        remedy = meant(site) or "; `newscrawl crawl` fetches some"
        fail("no article is stored" + (f" of {site}" if site else "") + remedy, Exit.NOTHING)


@app.command("show")
def show_stored(url: str, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show one article by any of its addresses, with its twins in other editions and the copies of its text.

    newscrawl articles show https://unn.ua/en/news/example

    newscrawl articles show https://unn.ua/en/news/example --json
    """
    from newscrawl.store.related import relatives
    from newscrawl.store.views import series

    article, (counters, near) = find_with(url, series, relatives)
    if as_json:
        show_json("article", article, twins=near.twins, copies=near.copies)
    else:
        beside = render_relatives(article, near.twins, near.copies)
        out.print(render(article), render_views(article, counters), beside, crop=False)
