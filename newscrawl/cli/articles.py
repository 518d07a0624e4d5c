"""`newscrawl articles`: what is stored."""

from __future__ import annotations

from typing import Annotated

import typer

from newscrawl.cli.filters import Filters, filtered
from newscrawl.cli.output import Exit, fail, show_json, show_table
from newscrawl.cli.paging import CARD, Cursor, Limit, read_page, tell_more, views_of
from newscrawl.cli.search import search
from newscrawl.cli.show import show_stored
from newscrawl.cli.tail import tail
from newscrawl.cli.views import views

app = typer.Typer(no_args_is_help=True, help="The stored articles.")
app.command("show")(show_stored)
app.command("search")(search)
app.command("tail")(tail)
app.command("views")(views)


@app.command("list")
@filtered()
def list_stored(
    filters: Filters,
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, with every field, and the cursor of the next page.")
    ] = False,
) -> None:
    """Show the newest articles, all or those that fulfil every filter.

    newscrawl articles list

    newscrawl articles list --site unn --since 2d --limit 100

    newscrawl articles list --country UA --agency Reuters --min-views 1000 --json
    """
    chosen = filters.selection()
    page = read_page(chosen, limit, cursor, fields=None if as_json else CARD)
    if as_json:
        show_json("articles", page.articles, cursor=page.cursor)
    else:
        show_table(
            ("published (UTC)", "site", "views", "headline", "url"),
            (
                (
                    (article.get("published") or {}).get("at"),
                    article.get("site"),
                    views_of(article),
                    article["headline"],
                    article["url"],
                )
                for article in page.articles
            ),
        )
    tell_more("list", page, filters, limit)
    if page.articles:
        return
    if cursor is not None:
        fail("no article is behind this cursor; begin again without --cursor", Exit.NOTHING)
    if any(filters.given.values()):
        fail("no stored article fulfils every filter; leave one out", Exit.NOTHING)
    fail("no article is stored; `newscrawl crawl` fetches some", Exit.NOTHING)
