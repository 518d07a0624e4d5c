"""Copies and twins among stored articles, with a real server."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from pymongo.errors import OperationFailure, PyMongoError

from newscrawl.article import Alternate, Article, Author, Dateline, Image, Timestamp
from newscrawl.normalize.similarity import signature
from newscrawl.normalize.text import fingerprint
from newscrawl.store import links
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.links import MOST_NEAR, link
from newscrawl.store.mend import mend
from newscrawl.store.nodes import MOST_ADDRESSES, MOST_ALIKE
from newscrawl.store.order import search_fields
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
SYLLABLES = "ba ce di fo gu ka le mi no pu ra se ti vo zu".split()


def prose(seed: object, words: int = 120) -> str:
    """A text of made-up words, another for each seed."""
    dice = random.Random(str(seed))
    return " ".join("".join(dice.choices(SYLLABLES, k=3)) for _ in range(words))


def article(name: str, body: str, *, site: str = "first", hours: float = 0, **fields: Any) -> Article:
    """An article of a site, published so many hours after NOW."""
    return Article(
        url=f"https://{site}.example/news/{name}",
        site=site,
        headline=name,
        body=body,
        fingerprint=fingerprint(name, body),
        similarity=signature(body),
        published=Timestamp(at=NOW + timedelta(hours=hours), raw="printed", precision="minute"),
        **fields,
    )


@pytest.fixture
def writer(connection: Connection, tmp_path: Path) -> ArticleWriter:
    return ArticleWriter(connection, Spool(tmp_path / "spool.jsonl"), interval=0.01)


async def store(writer: ArticleWriter, *articles: Article) -> None:
    """Store articles in one batch, and wait until they are linked."""
    await asyncio.gather(*(writer.save(one, now=NOW) for one in articles))
    await writer.flush()


async def stored(connection: Connection) -> dict[str, dict[str, Any]]:
    """What is stored, by headline."""
    return {one["headline"]: one async for one in connection.database["articles"].find()}


async def sources(connection: Connection) -> dict[str, tuple[str | None, str | None]]:
    """Headline to the headlines of its source and of its cluster's first publisher."""
    found = await stored(connection)
    names = {one["_id"]: name for name, one in found.items()}
    return {
        name: (names.get((one["copied"] or {}).get("article")), names.get(one["cluster"]))
        for name, one in found.items()
    }


async def _nothing(*_arguments: object) -> list[dict[str, Any]]:
    """What a process finds of an article that another one stores at the same instant."""
    return []


# --- copies ---------------------------------------------------------------------------------------


async def test_a_copy_names_its_source_the_share_of_its_text_and_the_first_publisher(
    connection: Connection, writer: ArticleWriter
) -> None:
    text = prose("storm", 300)
    own = prose("own words", 100)
    await store(writer, article("original", text))
    await store(writer, article("copy", f"{text}\n\n{own}", site="second", hours=2))
    found = await stored(connection)
    assert found["copy"]["copied"] | {"share": round(found["copy"]["copied"]["share"], 2)} == {
        "article": found["original"]["_id"],
        "url": "https://first.example/news/original",
        "site": "first",
        "share": 0.75,
        "agency": None,
    }
    assert found["original"]["copied"] is None
    assert found["original"]["cluster"] == found["copy"]["cluster"] == found["original"]["_id"]


async def test_an_article_without_a_copy_has_no_cluster(connection: Connection, writer: ArticleWriter) -> None:
    await store(writer, article("one", prose(1)), article("two", prose(2), site="second"))
    assert await sources(connection) == {"one": (None, None), "two": (None, None)}


async def test_a_site_that_posts_a_text_again_copies_itself(connection: Connection, writer: ArticleWriter) -> None:
    await store(writer, article("first", prose(1)), article("again", prose(1), hours=3))
    assert await sources(connection) == {"first": (None, "first"), "again": ("first", "first")}


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_the_order_of_arrival_makes_no_difference(
    connection: Connection, tmp_path: Path, order: tuple[int, ...]
) -> None:
    text, more = prose("text", 200), prose("more", 60)
    copies = [
        article("agency", text),
        article("daily", f"{text} {more}", site="second", hours=1),
        article("weekly", f"{text} {more} {prose('still more', 20)}", site="third", hours=2),
        article("other", prose("other", 200), site="second", hours=1),
    ]
    for number in order:
        await store(ArticleWriter(connection, Spool(tmp_path / f"{number}"), interval=0.001), copies[number])
    assert await sources(connection) == {
        "agency": (None, "agency"),
        "daily": ("agency", "agency"),
        "weekly": ("daily", "agency"),
        "other": (None, None),
    }
    assert not await connection.database["articles"].count_documents({"links_due": {"$exists": True}})


async def test_one_batch_and_many_writers_at_once_come_to_the_same_end(
    connection: Connection, writer: ArticleWriter, tmp_path: Path
) -> None:
    copies = [article(f"copy {n}", prose("text"), site=f"site{n}", hours=n) for n in range(12)]
    expected = {"copy 0": (None, "copy 0")} | {f"copy {n}": ("copy 0", "copy 0") for n in range(1, 12)}
    await store(writer, *copies)
    assert await sources(connection) == expected
    await connection.database["articles"].delete_many({})
    writers = [ArticleWriter(connection, Spool(tmp_path / f"{n}"), interval=0.001) for n in range(12)]
    await asyncio.gather(*(store(own, one) for own, one in zip(writers, reversed(copies), strict=True)))
    assert await sources(connection) == expected
    assert not await connection.database["articles"].count_documents({"links_due": {"$exists": True}})


async def test_a_first_publisher_that_is_found_late_becomes_the_first_of_all_copies(
    connection: Connection, writer: ArticleWriter
) -> None:
    for n in range(1, 30):  # more than one text is compared with
        await store(writer, article(f"copy {n}", prose("text"), site=f"site{n}", hours=n))
    await store(writer, article("original", prose("text"), site="agency"))
    found = await sources(connection)
    assert {found[f"copy {n}"] for n in range(1, 30)} == {("original", "original")}


async def test_what_is_published_more_than_a_week_later_is_no_copy(
    connection: Connection, writer: ArticleWriter
) -> None:
    await store(writer, article("old", prose(1)), article("new", prose(1), site="second", hours=24 * 7 + 1))
    assert await sources(connection) == {"old": (None, None), "new": (None, None)}


async def test_pages_of_a_site_with_the_same_boilerplate_are_not_linked(
    connection: Connection, writer: ArticleWriter
) -> None:
    boilerplate = prose("boilerplate", 80)
    pages = [article(f"page {n}", f"{prose(n)}\n\n{boilerplate}", hours=n) for n in range(40)]
    await store(writer, *pages)
    assert set((await sources(connection)).values()) == {(None, None)}


async def test_articles_of_a_few_words_are_not_linked(connection: Connection, writer: ArticleWriter) -> None:
    text = prose("notice", 39)
    await store(writer, article("one", text), article("two", text, site="second", hours=1))
    assert await sources(connection) == {"one": (None, None), "two": (None, None)}


async def test_a_first_publisher_is_who_published_first_not_who_was_seen_first(
    connection: Connection, writer: ArticleWriter
) -> None:
    await store(writer, article("seen first", prose(1), hours=5))
    await store(writer, article("published first", prose(1), site="second", hours=-5))
    expected = {"published first": (None, "published first"), "seen first": ("published first", "published first")}
    assert await sources(connection) == expected


async def test_an_edited_text_is_linked_anew(connection: Connection, writer: ArticleWriter) -> None:
    await store(writer, article("original", prose(1)), article("copy", prose(1), site="second", hours=1))
    await store(writer, article("copy", prose(2), site="second", hours=1))
    assert await sources(connection) == {"original": (None, None), "copy": (None, None)}
    await store(writer, article("original", prose(2)))
    assert await sources(connection) == {"original": (None, "original"), "copy": ("original", "original")}
    await store(writer, article("original", prose(3)))
    assert await sources(connection) == {"original": (None, None), "copy": (None, None)}


async def test_the_agency_that_a_copy_names_is_kept(connection: Connection, writer: ArticleWriter) -> None:
    text = prose(1)
    await store(
        writer,
        article("original", text, dateline=Dateline(raw="KYIV (UNN)", agency="UNN")),
        article("dateline", text, site="a", hours=1, dateline=Dateline(raw="LONDON (AFP) -", agency="AFP")),
        article("byline", text, site="b", hours=2, authors=[Author(name="The Associated Press", is_agency=True)]),
        article("credit", f"{text} (Reuters)", site="c", hours=3),
        article("mention", f"{text} as УНН wrote", site="d", hours=4),
        article("silent", text, site="e", hours=5),
    )
    named = {name: (one["copied"] or {}).get("agency") for name, one in (await stored(connection)).items()}
    assert named == {
        "original": None,
        "dateline": "Agence France-Presse",
        "byline": "Associated Press",
        "credit": "Reuters",
        "mention": "Ukrainian National News",
        "silent": None,
    }


# --- twins ----------------------------------------------------------------------------------------


def edition(language: str, *, declared: str = "", hours: float = 0, text: str = "", **fields: Any) -> Article:
    """The edition of a story in a language, which declares its twins in others."""
    alternates = [Alternate(language=code, url=f"https://first.example/news/{code}") for code in declared.split()]
    body = text or prose(language)
    return article(language, body, edition=language, language=language, alternates=alternates, hours=hours, **fields)


async def stories(connection: Connection) -> list[set[str]]:
    """The headlines of each story."""
    told: dict[str, set[str]] = {}
    for name, one in (await stored(connection)).items():
        if one["story"]:
            told.setdefault(one["story"], set()).add(name)
    return list(told.values())


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize(
    "declared", [("ru en", "uk en", "uk ru"), ("ru", "en", ""), ("", "uk", "uk")], ids=["all", "chain", "star"]
)
async def test_declared_twins_are_one_story_in_whatever_order_they_arrive(
    connection: Connection, tmp_path: Path, order: tuple[int, ...], declared: tuple[str, ...]
) -> None:
    twins = [edition(code, declared=others) for code, others in zip(("uk", "ru", "en"), declared, strict=True)]
    for number in order:
        await store(ArticleWriter(connection, Spool(tmp_path / f"{number}"), interval=0.001), twins[number])
    assert await stories(connection) == [{"uk", "ru", "en"}]
    [name] = {one["story"] for one in (await stored(connection)).values()}
    assert name == min(twin.id for twin in twins)


async def test_a_twin_is_known_by_any_of_its_addresses(connection: Connection, writer: ArticleWriter) -> None:
    await store(writer, edition("uk", declared="old"), edition("en", aliases=["https://first.example/news/old"]))
    assert await stories(connection) == [{"uk", "en"}]


NUMBERS = "In all 1 250 houses and 37 bridges were looked at, for 48.5 million, by 212 people in 2026. "
ZAHLEN = "Insgesamt 1.250 Häuser und 37 Brücken wurden geprüft, für 48,5 Millionen, von 212 Leuten, 2026. "
OTHER_NUMBERS = "In all 1 300 houses and 41 bridges were looked at, for 52.5 million, by 187 people in 2026. "
PICTURE = [Image(url="https://first.example/img/7.webp")]


@pytest.mark.parametrize(
    ("text", "fields", "are_twins"),
    [
        pytest.param(ZAHLEN, {"hours": 3}, True, id="the same picture, time and numbers"),
        pytest.param(OTHER_NUMBERS, {"hours": 3}, False, id="other numbers"),
        pytest.param("In 2026 there were 1, 2 and 3. ", {"hours": 3}, False, id="numbers that say nothing"),
        pytest.param(ZAHLEN, {"hours": 13}, False, id="half a day later"),
        pytest.param(ZAHLEN, {"images": [Image(url="https://first.example/img/8.webp")]}, False, id="another picture"),
        pytest.param(ZAHLEN, {"site": "second"}, False, id="another site"),
        pytest.param(ZAHLEN, {"declared": "fr"}, False, id="twins are declared, and others"),
    ],
)
@pytest.mark.parametrize("late", [0, 1])
async def test_undeclared_twins_are_known_by_picture_time_and_numbers(
    connection: Connection, writer: ArticleWriter, text: str, fields: dict[str, Any], are_twins: bool, late: int
) -> None:
    details = {"images": PICTURE} | {name: value for name, value in fields.items() if name != "site"}
    other = edition("de", text=text + prose("de"), **details)
    other = other.model_copy(update={"site": fields.get("site", "first")})
    pair = [edition("en", text=NUMBERS + prose("en"), images=PICTURE), other]
    await store(writer, pair[late])
    await store(writer, pair[1 - late])
    assert await stories(connection) == ([{"en", "de"}] if are_twins else [])


# --- limits ---------------------------------------------------------------------------------------


async def read_of(connection: Connection, name: str, together: Callable[[list[int]], int]) -> int:
    """Number of articles and so on that queries have returned, by the profiler's name for it: their sum, or the most."""
    entries = connection.database["system.profile"].find({"ns": {"$regex": "articles$"}})
    return together([entry.get(name, 0) async for entry in entries])


async def test_a_page_that_declares_a_thousand_twins_is_stored_and_few_of_them_are_looked_for(
    connection: Connection, writer: ArticleWriter
) -> None:
    hostile = edition("en", declared=" ".join(f"x{n}" for n in range(1000)), images=PICTURE)
    await store(writer, *(edition(f"x{n}") for n in range(100)))
    await connection.database.command("profile", 2)
    await store(writer, hostile)
    await connection.database.command("profile", 0)
    assert await read_of(connection, "docsExamined", max) <= 2 * MOST_ADDRESSES
    [members] = await stories(connection)
    assert members == {"en", *(f"x{n}" for n in range(MOST_ADDRESSES))}


async def store_copies(connection: Connection, writer: ArticleWriter, text: str, number: int) -> Article:
    """Store the original of a text, and a number of copies as they are when all are linked."""
    original = article(f"original of {text[:9]}", text)
    await store(writer, original)
    record = {"article": original.id, "url": original.url, "site": "first", "share": 1.0, "agency": None}
    copies = [article(f"{text[:9]} {n}", text, site=f"site{n}", hours=1 + n / number) for n in range(number)]
    await connection.database["articles"].insert_many(
        [
            one.model_dump()
            | search_fields(one, one.id)
            | {"_id": one.id, "first_seen_at": NOW, "copied": record, "cluster": original.id}
            for one in copies
        ],
        ordered=False,
    )
    await connection.database["articles"].update_one({"_id": original.id}, {"$set": {"cluster": original.id}})
    return original


@pytest.mark.parametrize("others", [0, 1])
async def test_a_text_with_thousands_of_copies_is_linked_at_a_bounded_cost(
    connection: Connection, writer: ArticleWriter, others: int
) -> None:
    text = prose("everywhere")
    original = await store_copies(connection, writer, text, 3000)
    await connection.database.command("profile", 2)
    alone = [article("alone", prose("alone"), hours=3)] * others
    await store(writer, article("one more", text, site="last", hours=3), *alone)
    await connection.database.command("profile", 0)
    assert MOST_NEAR <= await read_of(connection, "nreturned", sum) <= MOST_NEAR + 3 * MOST_ALIKE
    assert await read_of(connection, "docsExamined", sum) <= 2 * (MOST_NEAR + 3 * MOST_ALIKE)
    found = await stored(connection)
    assert found["one more"]["copied"]["article"] == found["one more"]["cluster"] == original.id
    assert [(found[one.headline]["copied"], found[one.headline]["cluster"]) for one in alone] == [(None, None)] * others
    assert await connection.database["articles"].count_documents({"links_due": {"$gt": ""}}) == 0


async def test_many_texts_that_are_everywhere_hide_no_other_copy_of_their_batch(
    connection: Connection, writer: ArticleWriter
) -> None:
    texts = [prose(f"everywhere {n}") for n in range(4)]
    originals = [await store_copies(connection, writer, text, MOST_NEAR + 6 * MOST_ALIKE) for text in texts]
    quiet = article("quiet", prose("quiet"))
    await store(writer, quiet)
    more = [article(f"more {n}", text, site="last", hours=3) for n, text in enumerate(texts)]
    await store(writer, *more, article("quiet copy", prose("quiet"), site="last", hours=3))
    found = await stored(connection)
    assert found["quiet copy"]["copied"]["article"] == quiet.id
    assert [found[one.headline]["cluster"] for one in more] == [original.id for original in originals]


# --- faults ---------------------------------------------------------------------------------------


async def test_what_a_crash_left_unlinked_is_linked_at_the_next_start(
    connection: Connection, writer: ArticleWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_arguments: object) -> None:
        raise PyMongoError("the database went away between storing and linking")

    with monkeypatch.context() as patch:
        patch.setattr("newscrawl.store.linking.link", crash)
        patch.setattr("newscrawl.store.articles.BACK_OFF", ())
        await store(writer, article("original", prose(1)), article("copy", prose(1), site="second", hours=1))
    assert await sources(connection) == {"original": (None, None), "copy": (None, None)}
    assert await mend(connection.database) == 2
    assert await sources(connection) == {"original": (None, "original"), "copy": ("original", "original")}
    assert await mend(connection.database) == 0


async def test_what_a_crash_left_unmerged_is_merged_at_the_next_start(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def crash(*_arguments: object) -> None:
        raise PyMongoError("the database went away between storing and merging")

    one = article("one", prose(1))
    other = article("other", prose(1)).model_copy(update={"headline": "one", "fingerprint": one.fingerprint})
    other.aliases = [one.url]
    articles = connection.database["articles"]
    with monkeypatch.context() as patch:
        patch.setattr("newscrawl.store.articles.merge_twins", crash)
        patch.setattr("newscrawl.store.articles.BACK_OFF", ())
        patch.setattr("newscrawl.store.articles._documents", _nothing)
        for number, twin in enumerate((one, other)):
            await store(ArticleWriter(connection, Spool(tmp_path / f"{number}"), interval=0.001), twin)
    assert await articles.count_documents({}) == 2
    await mend(connection.database)
    [left] = await articles.find().to_list()
    assert {left["url"], *left["aliases"]} == {one.url, other.url}
    assert "links_due" not in left


@pytest.mark.parametrize(
    "error", [OverflowError("a text that nobody thought of"), OperationFailure("$or must be a nonempty array", 2)]
)
async def test_an_error_in_the_linking_leaves_an_article_stored_numbered_and_due(
    connection: Connection, writer: ArticleWriter, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def fault(*_arguments: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("newscrawl.store.links.near", fault)
        assert await writer.save(article("one", prose(1)), now=NOW) == "new"
        await writer.flush()
        assert await writer.save(article("two", prose(2)), now=NOW) == "new"
        await writer.flush()
    due = await connection.database["articles"].find({"links_due": {"$gt": ""}}).to_list()
    assert sorted(one["seq"] for one in due) == [1, 2]
    assert await mend(connection.database) == 2


async def test_a_mark_that_is_set_while_an_article_is_linked_stays(
    connection: Connection, writer: ArticleWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(writer, article("one", prose(1)))
    one = article("one", prose(1)).id
    await connection.database["articles"].update_one({"_id": one}, {"$set": {"links_due": links.due()}})
    write = links._write

    async def interrupted(*arguments: Any) -> None:
        monkeypatch.undo()
        await connection.database["articles"].update_one({"_id": one}, {"$set": {"links_due": links.due()}})
        await write(*arguments)

    monkeypatch.setattr("newscrawl.store.links._write", interrupted)
    await link(connection.database, [one])
    assert await connection.database["articles"].count_documents({"links_due": {"$exists": True}}) == 1


async def test_a_further_reading_of_the_page_leaves_the_links_alone(
    connection: Connection, writer: ArticleWriter
) -> None:
    await store(writer, article("original", prose(1)), article("copy", prose(1), site="second", hours=1))
    before = await sources(connection)
    await store(writer, article("original", prose(1)), article("copy", prose(1), site="second", hours=1))
    assert await sources(connection) == before


async def test_a_batch_of_any_size_takes_the_same_number_of_queries(
    connection: Connection, writer: ArticleWriter
) -> None:
    await connection.database.create_collection("system.profile", capped=True, size=2**26)

    # Those of the numbering aside, which looks for what dead processes have left now and then.
    of_links = {
        "op": "query",
        "ns": {"$not": {"$regex": "(tombstones|sequence)$"}},
        "command.filter.seq_due": {"$exists": False},
    }

    async def queries(*articles: Article) -> int:
        began = await connection.database["system.profile"].count_documents(of_links)
        await connection.database.command("profile", 2)
        await store(writer, *articles)
        await connection.database.command("profile", 0)
        return await connection.database["system.profile"].count_documents(of_links) - began

    pairs = [(article(f"{n}", prose(n)), article(f"{n} again", prose(n), hours=1)) for n in range(60)]
    one = await queries(*pairs[0])
    many = await queries(*(one for pair in pairs[1:] for one in pair))
    assert one == many


async def test_every_query_of_the_linking_uses_an_index(connection: Connection, writer: ArticleWriter) -> None:
    await store(writer, *(article(f"{n}", prose(n), hours=n) for n in range(50)))
    await connection.database.command("profile", 2)
    await store(
        writer,
        article("copy", prose(1), site="second", hours=1, images=PICTURE, edition="en", language="en"),
        edition("uk", declared="ru"),
    )
    await connection.database.command("profile", 0)
    plans = [
        entry["planSummary"]
        async for entry in connection.database["system.profile"].find({"op": "query", "ns": {"$regex": "articles$"}})
    ]
    assert plans
    assert not any("COLLSCAN" in plan for plan in plans)
