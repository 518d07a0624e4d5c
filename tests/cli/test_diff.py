"""`newscrawl articles diff` and `newscrawl articles revisions`, on pages as a crawl reads them."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import newscrawl as library
from newscrawl.site import Site
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import connect
from newscrawl.store.schema import apply_schema
from newscrawl.store.spool import Spool

URL = "https://example.com/news/the-bridge"
NOW = datetime(2026, 1, 6, 12, 0, tzinfo=UTC)
FIRST = (
    "The bridge over the river was closed on Monday after engineers found cracks in two of its piers, the city said."
)
SECOND = (
    "Repairs will take until the spring, and ferries will carry cars and trucks free of charge until then, it added."
)
THIRD = (
    "Some 40,000 vehicles cross the bridge every day, about a third of them on their way to the port and back again."
)


def page(*paragraphs: str, headline: str = "Bridge closed after cracks are found", modified: str = "10:00") -> str:
    script = (
        f'{{"@type": "NewsArticle", "headline": "{headline}", "datePublished": "2026-01-06T09:00:00Z",'
        f' "dateModified": "2026-01-06T{modified}:00Z"}}'
    )
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<html lang="en"><head><script type="application/ld+json">{script}</script></head>'
        f"<body><article><h1>{headline}</h1><div class='article-body'>{text}</div></article></body></html>"
    )


def store(command: Any, *pages: str) -> None:
    """Store what was read of the page, once an hour."""

    async def run() -> None:
        connection = await connect(command.uri, folder=command.data, database=command.database)
        await apply_schema(connection)
        writer = ArticleWriter(connection, Spool(Path(command.folder) / "spool.jsonl"), interval=0.001)
        for number, html in enumerate(pages):
            at = NOW + number * timedelta(hours=1)
            await writer.save(library.extract(html, URL, site=Site.generic(URL), fetched_at=at), now=at)
        await writer.close()
        await connection.close()

    asyncio.run(run())


@pytest.fixture
def changed(newscrawl: Any) -> Any:
    """An article of three versions: a stealth edit of the body, then another headline under a later date."""
    edited = SECOND.replace("spring", "end of the summer")
    store(
        newscrawl,
        page(FIRST, SECOND, THIRD),
        page(FIRST, edited, THIRD),
        page(FIRST, edited, headline="Bridge stays closed until summer ends", modified="13:30"),
    )
    return newscrawl


def test_the_last_change_is_shown_by_words_and_paragraphs(changed: Any) -> None:
    shown = changed("articles", "diff", URL)
    assert "version 2, seen 2026-01-06 13:00 UTC\nversion 3, seen 2026-01-06 14:00 UTC\n" in shown
    assert "~ Bridge{+ stays+} closed [-after cracks are found-]{+until summer ends+}\n" in shown
    assert f"- {THIRD}" in shown
    assert "  … 2 paragraphs unchanged" in shown
    assert "stealth" not in shown


def test_a_version_is_shown_with_what_made_it(changed: Any) -> None:
    shown = changed("articles", "diff", URL, "--revision", "2")
    assert "until the [-spring-]{+end of the summer+}, and" in shown
    assert "changed: body (paragraphs: 1 changed)" in shown
    assert "stealth edit" in shown


def test_any_two_versions_can_be_compared(changed: Any) -> None:
    data = changed.json("articles", "diff", URL, "--from", "1", "--to", "3")
    assert (data["from"]["revision"], data["to"]["revision"]) == (1, 3)
    assert data["change"]["changed"] == ["headline", "body"]
    assert [paragraph["kind"] for paragraph in data["paragraphs"]] == ["kept", "changed", "removed"]
    pieces = data["paragraphs"][1]["words"]
    assert "".join(piece["text"] for piece in pieces if piece["kind"] != "added") == SECOND


def test_a_change_as_json_says_whether_it_was_told_of(changed: Any) -> None:
    told = [changed.json("articles", "diff", URL, "--revision", n)["change"]["is_stealth"] for n in ("2", "3")]
    assert told == [True, False]


def test_the_versions_are_listed(changed: Any) -> None:
    listed = changed.json("articles", "revisions", URL)
    assert [(version["revision"], version["seen_at"]) for version in listed] == [
        (1, "2026-01-06T12:00:00+00:00"),
        (2, "2026-01-06T13:00:00+00:00"),
        (3, "2026-01-06T14:00:00+00:00"),
    ]
    lines = changed("articles", "revisions", URL).splitlines()
    assert [line.split()[0] for line in lines] == ["version", "1", "2", "3"]
    assert "body ~1" in lines[2]
    assert "yes" in lines[2]


def test_a_text_that_came_back_is_said_to_be_the_earlier_one(newscrawl: Any) -> None:
    store(newscrawl, page(FIRST, SECOND), page(FIRST, THIRD), page(FIRST, SECOND))
    assert "the text is that of version 1" in newscrawl("articles", "diff", URL)
    assert "back to version 1" in newscrawl("articles", "revisions", URL)


def test_returns_without_end_are_counted(newscrawl: Any) -> None:
    store(newscrawl, *[page(FIRST, SECOND), page(FIRST, THIRD)] * 10)
    shown = newscrawl("articles", "diff", URL)
    assert "the text is that of version 2\nreturns to earlier versions so far: 18\n" in shown
    assert len(newscrawl.json("articles", "revisions", URL)) == 12


def test_an_article_that_has_not_changed_is_said_not_to_have(newscrawl: Any) -> None:
    store(newscrawl, page(FIRST, SECOND), page(FIRST, SECOND, modified="11:00"))
    assert newscrawl("articles", "diff", URL) == (
        "The text has not changed since it was first seen on 2026-01-06 at 12:00 UTC.\n"
    )
    assert newscrawl.json("articles", "diff", URL) is None
    assert len(newscrawl.json("articles", "revisions", URL)) == 1


@pytest.mark.parametrize("command", ["diff", "revisions"])
def test_an_article_that_is_not_stored_is_not_found(newscrawl: Any, command: str) -> None:
    code, _, errors = newscrawl.run("articles", command, URL)
    assert (code, errors) == (4, f"no article is stored under {URL}\n")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--revision", "9"), 4, "there is no version 9; the article has 3"),
        (("--revision", "1"), 4, "version 1 is the first one: there is nothing that it could differ from"),
        (("--from", "0"), 4, "there is no version 0; the article has 3"),
        (("--from", "2", "--to", "2"), 2, "a version does not differ from itself"),
        (("--revision", "2", "--to", "3"), 2, "name either one version with --revision or two with --from and --to"),
    ],
)
def test_versions_that_cannot_be_shown_are_named(
    changed: Any, options: tuple[str, ...], code: int, sentence: str
) -> None:
    got, _, errors = changed.run("articles", "diff", URL, *options)
    assert (got, errors) == (code, sentence + "\n")
