"""One article, one document: under every address, at every instant, from any process."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.article import Article, Timestamp
from newscrawl.normalize.text import count_words, fingerprint
from newscrawl.normalize.urls import article_id
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.identity import MOST_ALIASES, NEEDED, evidence
from newscrawl.store.lookup import get_article
from newscrawl.store.merge import merge_twins
from newscrawl.store.queries import known
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
A, B = "https://example.com/news/a", "https://example.com/news/b"
WORDS = (
    "river bridge council vote night storm water road school market winter train budget museum harbour field".split()
)


def text_of(seed: str, words: int = 90) -> str:
    dice = random.Random(seed)
    return " ".join(dice.choice(WORDS) for _ in range(words))


def article(
    url: str, story: str, *aliases: str, headline: str | None = None, at: datetime = NOW, **fields: Any
) -> Article:
    body = fields.pop("body", text_of(story))
    headline = headline or f"The story of {story}"
    return Article(
        url=url,
        site="example",
        headline=headline,
        body=body,
        word_count=count_words(body),
        fingerprint=fingerprint(headline, body),
        aliases=list(aliases),
        published=Timestamp(at=at, raw=at.isoformat(), precision="minute"),
        **fields,
    )


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


@pytest.fixture
def stored(connection: Connection) -> Callable[[], Any]:
    """The stored documents by canonical address."""

    async def read() -> dict[str, dict[str, Any]]:
        return {document["url"]: document async for document in connection.database["articles"].find()}

    return read


async def test_an_article_that_moved_keeps_its_document_and_gets_the_new_address(
    writer: ArticleWriter, stored: Any
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    assert await writer.save(article(B, "storm", A), now=LATER) == "unchanged"
    [(url, document)] = (await stored()).items()
    assert (url, document["_id"], document["aliases"]) == (B, article_id(A), [A])


async def test_an_edited_headline_with_an_edited_slug_is_a_revision_of_one_article(
    writer: ArticleWriter, stored: Any
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    assert await writer.save(article(B, "storm", A, headline="Storm takes bridge"), now=LATER) == "changed"
    [document] = (await stored()).values()
    assert (document["url"], document["revision"], document["headline"]) == (B, 2, "Storm takes bridge")


async def test_an_article_that_moved_is_known_at_both_addresses(connection: Connection, writer: ArticleWriter) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    await writer.save(article(B, "storm", A), now=LATER)
    for url in (A, B):
        found = await known(connection.database, [article_id(url)], [url], LATER)
        assert found.articles == {article_id(A)}
        document = await get_article(connection.database, url)
        assert document is not None
        assert document["url"] == B


async def test_an_old_address_that_leads_to_another_article_is_not_believed(writer: ArticleWriter, stored: Any) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    await writer.save(article(B, "election", A, at=LATER), now=LATER)
    found = await stored()
    assert set(found) == {A, B}
    assert found[B]["aliases"] == []


async def test_an_address_that_shows_another_article_keeps_the_text_of_the_one_before(
    connection: Connection, writer: ArticleWriter, stored: Any
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    assert await writer.save(article(A, "election", at=LATER), now=LATER) == "changed"
    [document] = (await stored()).values()
    [revision] = await connection.database["revisions"].find().to_list()
    assert (document["headline"], document["first_seen_at"]) == ("The story of election", LATER)
    assert (revision["headline"], revision["is_other_article"]) == ("The story of storm", True)


async def test_a_large_edit_under_the_same_headline_is_still_the_same_article(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    await writer.save(article(A, "storm", body=text_of("other")), now=LATER)
    [revision] = await connection.database["revisions"].find().to_list()
    assert revision["is_other_article"] is False


async def test_two_articles_that_swap_addresses_keep_their_documents(
    connection: Connection, writer: ArticleWriter, stored: Any
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    await writer.save(article(B, "election", at=LATER), now=NOW)
    await writer.save(article(A, "election", at=LATER), now=LATER)
    await writer.save(article(B, "storm"), now=LATER)
    found = await stored()
    assert {url: document["headline"] for url, document in found.items()} == {
        A: "The story of election",
        B: "The story of storm",
    }
    assert found[B]["_id"] == article_id(A)
    assert await connection.database["revisions"].count_documents({}) == 0
    for url in (A, B):
        document = await get_article(connection.database, url)
        assert document is not None
        assert document["url"] == url


async def test_an_address_that_an_article_has_left_is_free_for_another(writer: ArticleWriter, stored: Any) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    await writer.save(article(B, "storm", A), now=NOW)
    for _ in range(2):
        await writer.save(article(A, "election", at=LATER), now=LATER)
    found = await stored()
    assert {url: document["headline"] for url, document in found.items()} == {
        A: "The story of election",
        B: "The story of storm",
    }


async def test_an_article_under_a_new_address_at_each_visit_is_one(writer: ArticleWriter, stored: Any) -> None:
    for visit in range(5):
        await writer.save(article(f"{A}?visit={visit}", "storm"), now=NOW)
    [document] = (await stored()).values()
    assert document["url"] == f"{A}?visit=0"
    assert document["aliases"] == [f"{A}?visit={visit}" for visit in range(1, 5)]


async def test_a_text_that_a_site_gives_on_two_days_is_two_articles(writer: ArticleWriter, stored: Any) -> None:
    await writer.save(article(A, "horoscope"), now=NOW)
    await writer.save(article(B, "horoscope", at=NOW + timedelta(days=1)), now=NOW)
    assert set(await stored()) == {A, B}


async def test_an_article_met_at_several_addresses_at_once_is_one(writer: ArticleWriter, stored: Any) -> None:
    await asyncio.gather(*(writer.save(article(f"{A}?visit={n}", "storm"), now=NOW) for n in range(20)))
    [document] = (await stored()).values()
    assert {document["url"], *document["aliases"]} == {f"{A}?visit={n}" for n in range(20)}


async def test_an_article_that_many_processes_meet_at_several_addresses_at_once_is_one(
    connection: Connection, tmp_path: Path, stored: Any
) -> None:
    writers = [ArticleWriter(connection, Spool(tmp_path / f"{n}"), interval=0.001) for n in range(8)]
    await asyncio.gather(*(w.save(article(f"{A}?visit={n}", "storm"), now=NOW) for n, w in enumerate(writers)))
    [document] = (await stored()).values()
    assert {document["url"], *document["aliases"]} == {f"{A}?visit={n}" for n in range(8)}


async def test_documents_of_one_article_are_merged_with_their_earlier_versions(
    connection: Connection, writer: ArticleWriter, stored: Any
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    for headline in ("Storm on the coast", "Storm takes bridge"):
        await writer.save(article(B, "storm", headline=headline, at=LATER), now=LATER)
    assert len(await stored()) == 2  # nothing has told that they are one
    redirected = article(B, "storm", A, headline="Storm takes bridge", at=LATER)
    await writer.save(redirected, now=LATER)
    [document] = (await stored()).values()
    assert (document["_id"], document["url"]) == (article_id(A), B)
    earlier = {revision["headline"] for revision in await connection.database["revisions"].find().to_list()}
    assert earlier == {"The story of storm", "Storm on the coast"}
    await merge_twins(connection.database, {article_id(A): redirected})  # once more: nothing happens
    assert len(await stored()) == 1


async def test_a_hundred_thousand_addresses_of_one_article_are_bounded(writer: ArticleWriter, stored: Any) -> None:
    await writer.save(article(A, "storm", *(f"{A}?visit={n}" for n in range(1000))), now=NOW)
    for start in range(0, 100_000, 5000):
        await writer.add_aliases(article_id(A), [f"{A}?visit={n}" for n in range(start, start + 5000)])
    await writer.save(article(A, "storm", f"{A}?visit=-1"), now=LATER)
    await writer.close()
    [document] = (await stored()).values()
    assert len(document["aliases"]) == MOST_ALIASES


async def test_looking_for_documents_of_an_article_uses_indexes_alone(
    connection: Connection, writer: ArticleWriter
) -> None:
    await writer.save(article(A, "storm"), now=NOW)
    found = connection.database["articles"].find(evidence([article(A, "storm", B)]), dict.fromkeys(NEEDED, 1))
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


async def test_texts_that_look_like_operators_are_stored_as_they_are(writer: ArticleWriter, stored: Any) -> None:
    for now in (NOW, LATER):
        await writer.save(article(A, "storm", headline="$url", body="$$ROOT", tags=["$tag"]), now=now)
    [document] = (await stored()).values()
    assert (document["headline"], document["body"], document["tags"]) == ("$url", "$$ROOT", ["$tag"])
