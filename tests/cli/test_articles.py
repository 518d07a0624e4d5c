"""Listing, searching and showing articles on the command line."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.article import Timestamp
from newscrawl.cli.render import render, render_versions
from newscrawl.store.connect import Connection, connect
from newscrawl.store.schema import apply_schema
from tests.stored_articles import START, article, store_articles

NUMBER = 30
CHANGED = article(11).url


def in_database(command: Any, work: Callable[[Connection], Coroutine[Any, Any, Any]]) -> None:
    """Do something in the command's database, past the command."""

    async def run() -> None:
        connection = await connect(command.uri, folder=command.folder, database=command.database)
        await apply_schema(connection)
        await work(connection)
        await connection.close()

    asyncio.run(run())


@pytest.fixture(scope="module")
def stored(newscrawl_of_module: Any) -> Any:
    command = newscrawl_of_module
    in_database(command, lambda connection: store_articles(connection, Path(command.folder), NUMBER))
    return command


def urls(envelope: Any) -> list[str]:
    return [row["url"] for row in envelope["articles"]]


def test_pages_follow_each_other_by_the_cursor_and_give_every_article_once(stored: Any) -> None:
    whole = stored.envelope("articles", "list", "--limit", "100")
    assert whole["cursor"] is None
    first = stored.envelope("articles", "list", "--limit", "20")
    second = stored.envelope("articles", "list", "--limit", "20", "--cursor", first["cursor"])
    assert urls(first) + urls(second) == urls(whole)
    assert len(set(urls(whole))) == NUMBER


def test_filters_narrow_together(stored: Any) -> None:
    words = ("--site", "unn,reuters", "--language", "en", "--agency", "Reuters", "--min-views", "700")
    rows = stored.json("articles", "list", *words)
    assert [row["site"] for row in rows] == ["reuters", "reuters"]
    assert all(row["views"]["count"] >= 700 and row["language"] == "en-GB" for row in rows)


def test_json_has_every_field_and_nothing_of_the_store_s_own(stored: Any) -> None:
    [row] = stored.json("articles", "list", "--limit", "1")
    assert {"body", "seq", "status", "provenance"} <= row.keys()
    assert not {"terms", "seq_due", "links_due"} & row.keys()


def test_a_search_shows_the_piece_where_the_words_stand(stored: Any) -> None:
    output = stored("articles", "search", "president", "budget law", "--limit", "2")
    assert output.startswith("published (UTC)")
    assert output.count("The president signed the budget law.") == 2
    envelope = stored.envelope("articles", "search", '"signed the budget" -nine presid*', "--limit", "1")
    [shown] = envelope["snippets"]
    assert [shown["text"][start:end] for start, end in shown["marks"]] == ["president", "signed the budget"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("list", "--site", "un"), 2, "there is no site 'un'; did you mean unn?"),
        (("search", "budget", "--site", "nowhere-at-all"), 2, "`newscrawl sites list` shows them"),
        (("list", "--cursor", "no-cursor"), 2, "--cursor: the cursor is none that a page has given"),
        (("list", "--limit", "1000000"), 2, "should be less than or equal to 10000"),
        (("list", "--site", "tagesschau"), 4, "no stored article fulfils every filter"),
        (("list", "--since", "1m"), 4, "no stored article fulfils every filter"),
        (("search", "$where"), 4, "no article has this: $where"),
        (("search", "(a+)+$ .*"), 4, "no article has this"),
        (("search", "--", "-budget"), 2, "QUERY: '-budget' names no word that has to occur"),
        (("show", "0" * 32), 4, "no article is stored under 000"),
        (("show", "no-address"), 4, "no article is stored under no-address"),
    ],
)
def test_what_cannot_be_found_is_told_with_a_code(stored: Any, words: tuple[str, ...], code: int, said: str) -> None:
    got, output, errors = stored.run("articles", *words)
    assert (got, output) == (code, "")
    assert said in errors


def test_an_article_is_shown_with_its_views_versions_and_copies_by_address_and_by_identity(stored: Any) -> None:
    by_address = stored.envelope("articles", "show", CHANGED)
    assert stored.envelope("articles", "show", by_address["article"]["_id"]) == by_address
    assert [version["change"] and version["change"]["changed"] for version in by_address["revisions"]] == [
        None,
        ["body"],
        ["body"],
    ]
    assert [view["count"] for view in by_address["views"]][-1] == 1100
    shown = stored("articles", "show", CHANGED)
    for part in ("Government approves the budget 11", "Views over time", "Versions (seen, UTC)", "jsonld:headline"):
        assert part in shown


def test_texts_are_wrapped_to_the_width(stored: Any) -> None:
    shown = stored("articles", "show", article(6).url)
    assert max(map(len, shown.splitlines())) <= 100
    assert re.search(r"reuters +100%", shown)


# --- dates and versions as they are shown -------------------------------------------------------


def published(**changes: Any) -> str:
    values: dict[str, Any] = {"at": START, "raw": "as printed", "precision": "second", **changes}
    shown = render(article(0, published=Timestamp(**values)).model_dump())
    [line] = [str(part) for part in shown.renderables if str(part).startswith("published ")]
    return line.partition("  ")[2].strip()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"zone": "stated", "offset": 120}, "2025-01-06 08:00 UTC (printed: as printed; the zone is stated, +02:00)"),
        (
            {"zone": "site", "offset": -210},
            "2025-01-06 08:00 UTC (printed: as printed; the zone is that of the site, -03:30)",
        ),
        ({"zone": "assumed"}, "2025-01-06 08:00 UTC (printed: as printed; no zone is known: UTC was taken)"),
        ({"precision": "day"}, "2025-01-06 (printed: as printed)"),
        ({"precision": "month"}, "2025-01 (printed: as printed)"),
        ({"at": START + timedelta(seconds=5)}, "2025-01-06 08:00:05 UTC (printed: as printed)"),
        ({"at": None}, "unreadable: as printed"),
    ],
)
def test_a_date_is_shown_no_finer_than_it_is_known_and_with_how_sure_its_zone_is(
    changes: dict[str, Any], shown: str
) -> None:
    assert published(**changes) == shown


def test_a_text_that_never_changed_has_no_list_of_versions() -> None:
    assert list(render_versions([{"revision": 1, "change": None}]).renderables) == []
