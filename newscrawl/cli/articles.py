"""`newscrawl articles`: what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from newscrawl.cli.output import Exit, fail, out, show_json, show_table, with_database

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


def render(article: Mapping[str, Any]) -> Group:
    """One article as a reader sees it: headline, facts, text by sections."""
    facts = Table.grid(padding=(0, 2))
    dateline, views = article.get("dateline") or {}, article.get("views") or {}
    rows: list[tuple[str, Any]] = [
        ("address", article["url"]),
        ("also at", "\n".join(article.get("aliases") or ())),
        ("publisher", article.get("publisher")),
        ("language", article.get("language")),
        ("published", _instant(article.get("published"))),
        ("modified", _instant(article.get("modified"))),
        ("dateline", ", ".join(str(part) for part in (dateline.get("place"), dateline.get("agency")) if part)),
        ("views", _count(views) if views else None),
        ("authors", ", ".join(author["name"] for author in article.get("authors") or ())),
        ("section", article.get("section")),
        ("tags", ", ".join(article.get("tags") or ())),
        ("image", (article.get("images") or [{"url": None}])[0]["url"]),
        ("related", "\n".join(str(card.get("headline") or card["url"]) for card in article.get("related") or ())),
    ]
    for name, value in rows:
        if value:
            facts.add_row(Text(name, style="dim"), Text(str(value), overflow="fold"))
    parts: list[Any] = [Text(article["headline"], style="bold"), facts]
    if article.get("lead"):
        parts += [Text(), Text(article["lead"], style="italic")]
    for section in article.get("sections") or ():
        if section.get("heading"):
            parts += [Text(), Text(section["heading"], style="bold")]
        for paragraph in section["paragraphs"]:
            parts += [Text(), Text(paragraph)]
    return Group(*parts, Text())


def _count(views: Mapping[str, Any]) -> str:
    return f"{views['count']:,}" if views["count"] is not None else f"unreadable: {views['raw']}"


def _instant(timestamp: Mapping[str, Any] | None) -> str | None:
    if not timestamp:
        return None
    at = timestamp.get("at")
    return f"{at:%Y-%m-%d %H:%M} UTC (printed: {timestamp['raw']})" if at else f"unreadable: {timestamp['raw']}"
