"""`newscrawl articles`: what is stored."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from newscrawl.cli.output import Exit, fail, out, show_json, show_table, with_database
from newscrawl.cli.render import render

app = typer.Typer(no_args_is_help=True, help="The stored articles.")


@app.command("list")
def list_stored(
    site: Annotated[str | None, typer.Option(help="Of this site only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Show the newest articles."""
    from newscrawl.store.queries import list_articles

    rows = with_database(lambda db: list_articles(db.database, site=site, limit=limit))
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
        fail(
            "no article is stored" + (f" of {site}" if site else "") + "; `newscrawl crawl` fetches some", Exit.NOTHING
        )


@app.command("show")
def show_stored(url: str, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show one article by any of its addresses."""
    article = find_stored(url)
    if as_json:
        show_json("article", article)
    else:
        out.print(render(article))


def find_stored(url: str) -> dict[str, Any]:
    """The article that is stored under an address; ends the command where there is none."""
    from newscrawl.store.queries import get_article

    forms = _forms(url)
    article = with_database(lambda db: get_article(db.database, url, *forms))
    if article is None:
        fail(f"no article is stored under {url}", Exit.NOTHING)
    return article


def _forms(url: str) -> list[str]:
    """The form that the site's file gives an address, where a site owns it."""
    from newscrawl.cli.sites import site_for
    from newscrawl.normalize.article import identity

    try:
        site = site_for(url)
        return [identity(url, site)] if site else []
    except ValueError:
        fail(f"{url} is no http or https address", Exit.USAGE)
