"""Whatever strings a page gives, its record can be stored, written as JSON, and shown."""

import json
import re
import string
import timeit
from collections.abc import Iterator
from datetime import UTC, datetime
from time import process_time
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newscrawl.article import Article, Author, Card, Fetch, Image, NotAnArticle, RawArticle, RawAuthor, RawDate, Section
from newscrawl.normalize.article import normalize_article
from newscrawl.normalize.counted import view_observations
from newscrawl.records import Failure, Listing, Revision, Run, Sighting, ViewObservation
from newscrawl.site import Site

URL = "https://example.com/news/bridge-closed-4711"
SITE = Site.generic(URL)
NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
LARGEST = 16 * 2**20  # bytes of a MongoDB document
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\ue000-\uf8ff\ufdd0-\ufdef\ufffe\uffff\ufeff]"
)
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x1b\x9b\r\n\u202e\u2066\u2028\ue000\ufdd0\ud800\u0301\U000e0041$.<&%[/]:="),
        st.sampled_from(string.ascii_letters + string.digits),
    ),
    max_size=60,
)
ADDRESS = st.one_of(
    HOSTILE, HOSTILE.map(lambda text: f"https://example.com/{text}"), HOSTILE.map(lambda t: f"http://{t}")
)
CARD = st.builds(Card, url=ADDRESS, source=st.just("related"), headline=HOSTILE, published=HOSTILE, views=HOSTILE)
RAW = st.builds(
    RawArticle,
    url=HOSTILE.map(lambda text: f"{URL}/{text}"),
    headline=HOSTILE.map(lambda text: f"Bridge {text}"),
    lead=HOSTILE,
    sections=st.lists(st.builds(Section, heading=HOSTILE, paragraphs=st.lists(HOSTILE, max_size=3)), max_size=3),
    canonical_url=ADDRESS,
    aliases=st.lists(ADDRESS, max_size=2),
    alternates=st.dictionaries(HOSTILE, ADDRESS, max_size=2),
    publisher=HOSTILE,
    language=st.one_of(st.none(), st.sampled_from(["uk", "ar"])),
    published=st.lists(st.builds(RawDate, HOSTILE, HOSTILE), max_size=2),
    dateline=HOSTILE,
    authors=st.lists(st.builds(RawAuthor, HOSTILE, ADDRESS), max_size=2),
    section=HOSTILE,
    tags=st.lists(HOSTILE, max_size=2),
    keywords=st.lists(HOSTILE, max_size=2),
    images=st.lists(st.builds(Image, url=ADDRESS, caption=HOSTILE, credit=HOSTILE), max_size=2),
    videos=st.lists(ADDRESS, max_size=2),
    views=HOSTILE,
    related=st.lists(CARD, max_size=2),
    provenance=st.fixed_dictionaries({"headline": HOSTILE}),
    disagreements=st.fixed_dictionaries({"headline": st.lists(HOSTILE, max_size=2)}),
    evidence=st.fixed_dictionaries({"headline": st.lists(st.tuples(HOSTILE, HOSTILE), max_size=2)}),
)


def strings(value: Any) -> Iterator[str]:
    """Every string within a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def hold(record: Any) -> None:
    document = record.model_dump()
    assert len(bson.encode(document)) < LARGEST
    json.dumps(record.model_dump(mode="json"), ensure_ascii=False, allow_nan=False).encode("utf-8")
    assert [text for text in strings(document) if FORBIDDEN.search(text)] == []


def made(**fields: Any) -> Article:
    raw = RawArticle(url=URL, headline="Bridge closed", sections=[Section(paragraphs=["The council met."])])
    for name, value in fields.items():
        setattr(raw, name, value)
    return normalize_article(raw, SITE, fetched_at=NOW)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RAW, st.one_of(st.none(), CARD))
def test_any_strings_make_a_record_that_can_be_stored(raw: RawArticle, card: Card | None) -> None:
    article = normalize_article(raw, SITE, fetched_at=NOW, card=card)
    hold(article)
    for observation in view_observations(article, SITE, at=NOW):
        hold(observation)
    addresses = [*article.aliases, *article.videos, *(image.url for image in article.images), article.url]
    addresses += [a.url for a in (*article.alternates, *article.related, *article.authors) if a.url]
    assert all(re.match(r"https?://", address, re.I) and len(address) <= 2048 for address in addresses)


@settings(max_examples=100, deadline=None)
@given(HOSTILE, ADDRESS)
def test_any_strings_make_the_other_records(text: str, address: str) -> None:
    hold(Failure(url=address, site="unn", stage="read", reason="no-body", detail=text, first_at=NOW, last_at=NOW))
    hold(ViewObservation(article="0" * 32, url=address, at=NOW, count=1, source="card", raw=text))
    hold(Listing(url=address, site="unn", kind="feed", etag=text, last_modified=text, newest=address, modified=text))
    hold(Sighting(site="unn", source=address, kind="feed", article="0" * 32, url=address, at=NOW, seen=NOW))
    hold(Revision(article="0", revision=1, headline=text, lead=text, body=text, fingerprint="", replaced_at=NOW))
    hold(Run(site="unn", command=text, started_at=NOW, notes=[text], version="0", pid=1, host="h"))
    hold(Fetch(etag=text, last_modified=text, url=address))


def test_a_validator_is_kept_as_it_came_or_not_at_all() -> None:
    assert Fetch(etag='W/"abc  d"').etag == 'W/"abc  d"'
    assert Fetch(etag='"a\r\nX-Forged: 1"').etag is None
    assert Fetch(etag="é").etag is None
    assert Fetch(etag="a" * 1001).etag is None


def test_a_headline_of_five_megabytes_is_cut() -> None:
    article = made(headline="Bridge closed " * 400_000)
    assert article.headline.startswith("Bridge closed")
    assert len(article.headline) <= 1000


@pytest.mark.parametrize("headline", ["\u202e\u200b", "\x00\x00", "\U000e0041", "\ue000"])
def test_a_headline_of_which_nothing_can_be_seen_is_none(headline: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        made(headline=headline)
    assert refused.value.reason == "no-headline"


def test_an_address_that_is_longer_than_is_stored_is_refused() -> None:
    with pytest.raises(NotAnArticle) as refused:
        made(url=f"https://example.com/{'ї' * 700}")
    assert refused.value.reason == "url-too-long"


@pytest.mark.parametrize("letter", ["a", "ї", "橋", "𠮷"])
def test_a_text_of_many_megabytes_is_cut_and_said_to_be(letter: str) -> None:
    article = made(sections=[Section(heading=letter * 50, paragraphs=[letter * 9999] * 10) for _ in range(40)])
    assert article.is_cut
    assert 900_000 < len(article.body) <= 1_000_000
    hold(article)


def test_a_text_of_very_many_short_paragraphs_is_cut() -> None:
    article = made(sections=[Section(heading="a", paragraphs=["b", "c"])] * 100_000)
    assert article.is_cut
    hold(article)


def test_a_usual_text_is_not_cut() -> None:
    assert not made().is_cut


def test_ten_thousand_of_everything_are_cut() -> None:
    many = range(10_000)
    article = made(
        authors=[RawAuthor(f"Jane Doe{'abcdefghij'[n % 10]} Roe{'klmnopqrst'[n // 10 % 10]}") for n in many],
        tags=[f"tag {n}" for n in many],
        keywords=[f"word {n}" for n in many],
        images=[Image(url=f"https://example.com/{n}.jpg") for n in many],
        videos=[f"https://example.com/{n}.mp4" for n in many],
        related=[Card(url=f"https://example.com/{n}", source="related", headline="A" * 5000) for n in many],
        alternates={f"uk-{n}": f"https://example.com/uk/{n}" for n in many},
        aliases=[f"https://example.com/also/{n}" for n in many],
        disagreements={"headline": [f"h1: {n}" for n in many]},
        evidence={"headline": [("h1", f"{n}" * 1000) for n in many]},
    )
    for name in ("authors", "tags", "keywords", "images", "videos", "related", "alternates"):
        assert 0 < len(getattr(article, name)) <= 100, name
    assert len(article.aliases) <= 500
    assert len(article.disagreements["headline"]) <= 20
    assert len(article.evidence["headline"]) <= 6
    assert len(bson.encode(article.model_dump())) < 2**20


@pytest.mark.parametrize(
    "address",
    ["data:image/png;base64,AAAA", "file:///etc/passwd", "javascript:alert(1)", "//", "http://", "http://[", "ftp://a/b", "https://a b/", f"https://example.com/{'a' * 2048}"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_stored(address: str) -> None:
    article = made(
        images=[Image(url=address), Image(url="https://example.com/a.jpg")],
        videos=[address],
        related=[Card(url=address, source="related", headline="Other")],
        alternates={"uk": address},
        authors=[RawAuthor("Jane Doe", address)],
        canonical_url=address,
        aliases=[address],
    )
    assert article.url == URL
    assert (article.aliases, article.videos, article.alternates) == ([], [], [])
    assert [image.url for image in article.images] == ["https://example.com/a.jpg"]
    assert article.related[0].url is None
    assert article.authors == [Author(name="Jane Doe")]


def test_an_address_with_odd_characters_is_escaped() -> None:
    article = made(images=[Image(url="https://example.com/a b\u202e\x1b.jpg?ї")])
    assert article.images[0].url == "https://example.com/a%20b%E2%80%AE%1B.jpg?ї"


def test_names_of_a_page_are_values_and_no_keys() -> None:
    article = made(alternates={"$where": "https://example.com/uk/a", "a.b": "https://example.com/uk/b"})
    assert [alternate.language for alternate in article.alternates] == ["$where", "a.b"]


def test_characters_that_could_not_be_decoded_are_a_share_of_the_text() -> None:
    assert made().undecodable == 0
    article = made(headline="Café", sections=[Section(paragraphs=["caf\ufffd" * 4])])
    assert article.undecodable == 0.2


@pytest.mark.parametrize("letter", ["\u0301", "\x00", "\u202e", " ", "\ud800", "<"])
def test_megabytes_of_one_character_are_read_at_once(letter: str) -> None:
    raw = {"headline": f"Bridge {letter * 2_000_000}", "lead": letter * 2_000_000, "section": letter * 2_000_000}
    assert min(timeit.repeat(lambda: made(**raw), number=1, repeat=2, timer=process_time)) < 0.5
