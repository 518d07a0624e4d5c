"""`newscrawl parse`: read one page, write nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.asked import own_settings, site_for
from newscrawl.cli.output import Exit, fail, out, show_json


def parse(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", help="A saved page, or an address to fetch.")],
    url: Annotated[str | None, typer.Option(help="Address of a saved page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The record as JSON.")] = False,
) -> None:
    """Read one article page and show its record.

    newscrawl parse https://unn.ua/en/news/example

    newscrawl parse page.html --url https://unn.ua/en/news/example --json
    """
    from newscrawl import NotAnArticle, extract
    from newscrawl.cli.render import render
    from newscrawl.cli.why import render_why
    from newscrawl.normalize.why import explain

    headers: dict[str, str] = {}
    if source.startswith(("http://", "https://")):
        body, url, headers = _fetch(source)
    else:
        try:
            body = Path(source).read_bytes()
        except (OSError, ValueError) as error:
            fail(f"{source[:200]}: cannot be read: {getattr(error, 'strerror', error)}", Exit.USAGE)
        if url is None:
            fail("a saved page needs its address: --url https://…", Exit.USAGE)
    try:
        article = extract(body, url, site=site_for(url), headers=headers)
    except NotAnArticle as error:
        fail(str(error), Exit.FAILED)
    except ValueError as error:
        fail(str(error), Exit.USAGE)
    if as_json:
        show_json("article", article.model_dump(mode="json"))
    else:
        record = article.model_dump()
        out.print(render(record), crop=False)
        out.print()
        out.print(render_why(explain(record)))


def _fetch(address: str) -> tuple[bytes, str, dict[str, str]]:
    import asyncio

    from newscrawl.crawl.one_page import fetch_page
    from newscrawl.crawl.reading import headers_of

    own = own_settings()
    try:
        response = asyncio.run(fetch_page(address, own))
    except Exception as error:  # each way to fail has an exception of its own; all are told alike
        fail(f"{address}: cannot be fetched: {error}", Exit.FAILED)
    if response.status != 200:
        fail(f"{address}: the server answered {response.status}", Exit.FAILED)
    return response.body, response.url, headers_of(response)
