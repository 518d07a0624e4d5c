"""`newscrawl articles search`: stored articles by their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.filters import Filters, filtered
from newscrawl.cli.output import Exit, fail, out, show_json, show_table
from newscrawl.cli.paging import CARD, Cursor, Limit, read_page, tell_more, views_of

if TYPE_CHECKING:
    from rich.text import Text

    from newscrawl.normalize.snippets import Span
    from newscrawl.normalize.terms import Query

FOUND = "bold yellow"
"""Style of the words that were searched."""
TEXTS = ("lead", "body")


@filtered("text")
def search(
    filters: Filters,
    words: Annotated[list[str], typer.Argument(metavar="QUERY", help="Words that all occur, in any form and order.")],
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON, with every field, the places that were found, and the next cursor.")
    ] = False,
) -> None:
    """Find articles by the words of headline, lead, text, tags, authors and place; the newest first.

    newscrawl articles search ukraine drones

    newscrawl articles search 'kyiv "air defence" -exercise missil*' --since 7d

    newscrawl articles search energy --language en --agency Reuters --json

    "…" is a phrase, word for word; - in front leaves articles out; * behind finds what begins so. Put all of it between
    single quotes, or the shell takes the signs for its own. Capital letters and accents make no difference.
    """
    from newscrawl.normalize.snippets import snippet
    from newscrawl.normalize.terms import parse_query

    text = " ".join(words)
    chosen, query = filters.selection(text=text), parse_query(text)
    page = read_page(chosen, limit, cursor, fields=None if as_json else (*CARD, *TEXTS))
    found = [snippet([article.get(name) for name in TEXTS], query) for article in page.articles]
    if as_json:
        places = [{"text": one.text, "marks": one.marks} for one in found]
        show_json("articles", page.articles, cursor=page.cursor, snippets=places)
    elif out.is_terminal:
        for article, one in zip(page.articles, found, strict=True):
            _show(article, query, highlighted(one.text, one.marks))
    else:
        show_table(
            ("published (UTC)", "site", "views", "headline", "found", "url"),
            (
                (
                    (article.get("published") or {}).get("at"),
                    article.get("site"),
                    views_of(article),
                    article["headline"],
                    one.text,
                    article["url"],
                )
                for article, one in zip(page.articles, found, strict=True)
            ),
        )
    tell_more("search", page, filters, limit, text)
    if not page.articles:
        told = "no article is behind this cursor; begin again without --cursor"
        fail(told if cursor else f"no article has this: {text}; try fewer words, or word*", Exit.NOTHING)


def _show(article: Mapping[str, Any], query: Query, piece: Text) -> None:
    from rich.text import Text

    from newscrawl.normalize.snippets import marks

    headline = article["headline"]
    at, dateline = (article.get("published") or {}).get("at"), article.get("dateline") or {}
    views = views_of(article)
    facts = [
        f"{at:%Y-%m-%d %H:%M}" if at else "without a date",
        article.get("site"),
        article.get("language"),
        ", ".join(part for part in (dateline.get("place"), dateline.get("agency")) if part),
        f"{views} views" if views else None,
        article.get("status") if article.get("status") != "active" else None,
    ]
    out.print(highlighted(headline, marks(headline, query), style="bold"))
    out.print(Text("  ".join(fact for fact in facts if fact), style="dim"))
    out.print(piece)
    out.print(Text(article["url"], style="dim"), soft_wrap=True)
    out.print()


def highlighted(text: str, places: tuple[Span, ...], style: str = "") -> Text:
    """A text in which the places that were found stand out."""
    from rich.text import Text

    made = Text(text, style=style)
    for start, end in places:
        made.stylize(FOUND, start, end)
    return made
