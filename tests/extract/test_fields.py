"""Headline, authors, dates and pictures: which of several candidates is believed, each rule on a page of its own."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

import newscrawl
from newscrawl.article import Article, NotAnArticle
from newscrawl.site import Site

TEXT = "<p>The bridge over the river was closed on Monday after engineers found cracks in two of its piers, the city said.</p>"
FETCHED_AT = datetime(2025, 1, 7, 12, tzinfo=UTC)


def read(body: str, head: str = "", url: str = "https://example.com/news/bridge") -> Article:
    page = f"<html><head>{head}</head><body>{body}</body></html>"
    return newscrawl.extract(page, url, site=Site.generic(url), fetched_at=FETCHED_AT)


def ld(json: str) -> str:
    return f'<script type="application/ld+json">{json}</script>'


# --- headline -------------------------------------------------------------------------------------


def test_the_printed_headline_wins_over_one_made_for_sharing() -> None:
    article = read(
        f"<h1>Bridge closed after cracks are found</h1>{TEXT}",
        '<meta property="og:title" content="You will not believe it">',
    )
    assert (article.headline, article.provenance["headline"]) == ("Bridge closed after cracks are found", "h1")


@pytest.mark.parametrize(
    "title",
    [
        "Bridge closed | The River Post",
        "Bridge closed - The River Post",
        "The River Post: Bridge closed",
        "Bridge closed — The River Post",
    ],
)
def test_the_name_of_the_site_is_no_part_of_the_headline(title: str) -> None:
    head = f'<title>{title}</title><meta property="og:title" content="{title}"><meta property="og:site_name" content="The River Post">'
    assert read(f"<h1>The River Post</h1><h2>Bridge closed</h2>{TEXT}", head).headline == "Bridge closed"


def test_a_heading_that_leads_home_is_the_sites_name() -> None:
    assert (
        read(f"<h1><a href='/'>River Notes</a></h1><h1>Bridge closed again</h1>{TEXT}").headline
        == "Bridge closed again"
    )


def test_a_heading_for_searchers_gives_way_to_the_printed_one() -> None:
    head = '<meta property="og:title" content="Cracks close the bridge">' + ld(
        '{"@type":"NewsArticle","headline":"Bridge news: closed"}'
    )
    body = f"<nav><h1>Bridge news: closed</h1></nav><h2><span class='kicker'>Traffic</span><span>Cracks close the bridge</span></h2>{TEXT}"
    assert read(body, head).headline == "Cracks close the bridge"


def test_entities_that_were_escaped_twice_are_read() -> None:
    assert (
        read(TEXT, ld('{"@type":"NewsArticle","headline":"Cats &amp;amp; dogs&#8217; day"}')).headline
        == "Cats & dogs’ day"
    )


def test_a_page_without_any_headline_is_no_article() -> None:
    with pytest.raises(NotAnArticle) as refused:
        read(TEXT)
    assert refused.value.reason == "no-headline"


# --- authors --------------------------------------------------------------------------------------


def names(article: Article) -> list[str]:
    return [author.name for author in article.authors]


def test_declared_authors_are_read_with_their_pages() -> None:
    article = read(
        f"<h1>Bridge closed</h1>{TEXT}",
        ld('{"@type":"NewsArticle","author":[{"name":"Jane Doe","url":"/jane"},{"name":"John Roe"}]}'),
    )
    assert [(a.name, a.url) for a in article.authors] == [("Jane Doe", "https://example.com/jane"), ("John Roe", None)]


@pytest.mark.parametrize(
    "byline",
    [
        "By Jane Doe and John Roe", "Von Jane Doe und John Roe", "Par Jane Doe et John Roe", "Por Jane Doe y John Roe", "Di Jane Doe e John Roe",
        "Door Jane Doe en John Roe", "Автор: Jane Doe, John Roe", "Written by Jane Doe, John Roe", "By Jane Doe, Staff Writer, and John Roe",
    ],
)  # fmt: skip
def test_a_printed_byline_is_read_in_its_language(byline: str) -> None:
    assert names(read(f"<h1>Bridge closed</h1><p>{byline}</p>{TEXT}")) == ["Jane Doe", "John Roe"]


def test_an_element_that_is_named_for_authors_is_a_byline() -> None:
    article = read(
        f"<h1>Bridge closed</h1>{TEXT}<div class='meta'><span class='author vcard'><a class='fn' href='/author/jane'>Jane Doe</a></span></div>"
    )
    assert names(article) == ["Jane Doe"]


def test_a_person_in_the_byline_wins_over_the_desk_that_is_declared() -> None:
    article = read(f"<h1>Bridge closed</h1><p>By Jane Doe</p>{TEXT}", '<meta name="author" content="River Post Staff">')
    assert names(article) == ["Jane Doe"]


def test_the_publisher_is_the_author_only_where_it_signs_alone() -> None:
    publisher = '"publisher":{"name":"The River Post"}'
    alone = ld('{"@type":"NewsArticle","author":{"name":"The River Post"},' + publisher + "}")
    beside = ld('{"@type":"NewsArticle","author":[{"name":"The River Post"},{"name":"Jane Doe"}],' + publisher + "}")
    assert names(read(f"<h1>Bridge closed</h1>{TEXT}", alone)) == ["The River Post"]
    assert names(read(f"<h1>Bridge closed</h1>{TEXT}", beside)) == ["Jane Doe"]


def test_an_agency_in_the_byline_is_recognised_as_one() -> None:
    authors = read(f"<h1>Bridge closed</h1><p>By Jane Doe and Reuters</p>{TEXT}").authors
    assert [(author.name, author.is_agency) for author in authors] == [("Jane Doe", False), ("Reuters", True)]


@pytest.mark.parametrize(
    "line",
    ["6.11.2023 | 13:30 Uhr | Jane Doe", "6 November 2023 von Jane Doe", "Datum: 6.11.2023 Autor: Jane Doe"],
)
def test_a_name_beside_the_date_below_the_headline_is_the_author(line: str) -> None:
    assert names(read(f"<h1>Bridge closed</h1><p>{line}</p>{TEXT}")) == ["Jane Doe"]


def test_a_line_that_signs_the_text_at_its_end_names_the_author() -> None:
    assert names(read(f"<h1>Bridge closed</h1>{TEXT}<p>Autorin: Jane Doe</p>")) == ["Jane Doe"]


def test_an_agency_is_an_author_where_no_person_is_named() -> None:
    assert names(
        read(f"<h1>Bridge closed</h1>{TEXT}", ld('{"@type":"NewsArticle","author":{"name":"The Associated Press"}}'))
    ) == ["The Associated Press"]


def test_addresses_of_profiles_are_no_names() -> None:
    assert (
        names(
            read(
                f"<h1>Bridge closed</h1>{TEXT}", '<meta property="article:author" content="https://facebook.com/jane">'
            )
        )
        == []
    )


# --- dates ----------------------------------------------------------------------------------------

SOURCES = [
    ("jsonld:datePublished", ld('{"@type":"NewsArticle","datePublished":"2024-12-01T10:00:00+02:00"}'), ""),
    ("meta:article:published_time", '<meta property="article:published_time" content="2024-12-05T10:00:00+02:00">', ""),
    ("microdata:datePublished", "", "<div itemscope itemtype='https://schema.org/Article'><span itemprop='datePublished' content='2024-12-09T10:00:00+02:00'></span></div>"),
    ("time", "", "<time datetime='2024-12-13T10:00:00+02:00'>4 Jan</time>"),
    ("text", "", "<p>17 December 2024, 10:00</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("better", "worse"), list(pairwise(SOURCES)), ids=lambda source: source[0])
def test_sources_of_the_date_are_believed_in_their_order(
    better: tuple[str, str, str], worse: tuple[str, str, str]
) -> None:
    article = read(f"{worse[2]}{better[2]}<h1>Bridge closed</h1>{better[2]}{worse[2]}{TEXT}", worse[1] + better[1])
    assert article.provenance["published"] == better[0]
    assert any(said.startswith(worse[0]) for said in article.disagreements["published"])


def test_a_change_is_never_taken_for_publication() -> None:
    article = read(
        f"<h1>Bridge closed</h1><p>Updated: 6 January 2025, 11:00</p>{TEXT}",
        ld('{"@type":"NewsArticle","dateModified":"2025-01-06T11:00:00Z"}'),
    )
    assert article.published is None
    assert article.modified is not None
    assert article.modified.at == datetime(2025, 1, 6, 11, tzinfo=UTC)


def test_a_printed_date_among_other_words_is_read() -> None:
    article = read(f"<h1>Bridge closed</h1><p>Politics | 5 January 2025, 10:05 | 3 min read</p>{TEXT}")
    assert article.published is not None
    assert article.published.at == datetime(2025, 1, 5, 10, 5, tzinfo=UTC)
    assert (article.published.offset, article.published.precision) == (None, "minute")


def test_a_time_without_a_zone_is_read_in_the_country_of_the_address() -> None:
    article = read(
        f"<h1>Brücke gesperrt</h1>{TEXT}",
        ld('{"@type":"NewsArticle","datePublished":"2025-01-05T10:05:00"}'),
        "https://example.de/a",
    )
    assert article.published is not None
    assert (article.published.at, article.published.offset) == (datetime(2025, 1, 5, 9, 5, tzinfo=UTC), 60)


def test_the_offset_of_an_instant_in_utc_is_found_beside_the_printed_time() -> None:
    article = read(
        f"<h1>Bridge closed</h1><p>December 22, 2024 at 8:48 p.m.</p>{TEXT}",
        ld('{"@type":"NewsArticle","datePublished":"2024-12-23T01:48:19Z"}'),
    )
    assert article.published is not None
    assert (article.published.at, article.published.offset) == (datetime(2024, 12, 23, 1, 48, 19, tzinfo=UTC), -300)


def test_the_address_gives_the_day_and_the_page_the_time() -> None:
    article = read(
        f"<h1>Bridge closed</h1><p>5 January 2025, 10:05</p>{TEXT}", url="https://example.com/2025/01/05/bridge"
    )
    assert article.published is not None
    assert article.published.precision == "minute"


def test_a_date_that_cannot_be_read_is_kept_as_printed() -> None:
    article = read(f"<h1>Bridge closed</h1>{TEXT}", '<meta name="pubdate" content="when the moon was full">')
    assert article.published is not None
    assert (article.published.at, article.published.raw) == (None, "when the moon was full")


def test_dates_of_comments_and_teasers_are_not_the_storys() -> None:
    body = (
        f"<h1>Bridge closed</h1>{TEXT * 9}<div class='comments'><time datetime='2025-01-05T10:00Z'>5 Jan</time></div>"
    )
    assert read(body).published is None


def day(article: Article) -> str | None:
    return article.published and article.published.at.date().isoformat()


def test_json_ld_in_a_script_that_does_not_say_what_it_is_is_read() -> None:
    script = '<script>{"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": "2025-01-05T10:00:00Z"}</script>'
    assert day(read(f"{script}<h1>Bridge closed</h1>{TEXT}")) == "2025-01-05"


def test_what_a_page_marks_as_publication_wins_over_a_vague_date_in_its_head() -> None:
    article = read(
        f'<h1>Bridge closed</h1><time itemprop="datePublished" datetime="2025-01-05">5 January 2025</time>{TEXT}',
        '<meta name="dcterms.date" content="2025-01-02T10:00:00+01:00">',
    )
    assert day(article) == "2025-01-05"


def test_a_date_may_be_a_link_to_the_archive_of_its_day() -> None:
    assert day(read(f'<h1>Bridge closed</h1><p><a href="/2025/01/">5 January 2025</a></p>{TEXT}')) == "2025-01-05"


def test_a_clock_glued_to_the_year_is_read_apart() -> None:
    article = read(f"<h1>Bridge closed</h1><p>4 January 202507:59</p>{TEXT}")
    assert article.published is not None
    assert article.published.at.isoformat() == "2025-01-04T07:59:00+00:00"


def test_the_date_behind_the_one_of_a_change_is_read() -> None:
    for change in ("Last modified", "Letzte Änderung", "Оновлено"):
        line = f"<p>{change}: 6 January 2025 - 14:49<br>Published: 4 January 2025</p>"
        assert day(read(f"<h1>Bridge closed</h1>{TEXT}{line}")) == "2025-01-04"


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (TEXT, "https://example.com/news/05-01-2025-bridge"),
        (TEXT, "https://example.com/news/article/A2025010514320005196"),
        (f"<p>(5 January 2025) The city council met in the evening and did not decide.</p>{TEXT}", "https://example.com/a"),
        (f'{TEXT}<script>state = {{"story": {{"publishedDate": "2025-01-05T10:00:00Z"}}}}</script>', "https://example.com/a"),
        (f"{TEXT}<p>Filed to the archive by the desk in River Town on 5 January 2025 under roads</p>", "https://example.com/a"),
    ],
)  # fmt: skip
def test_where_nothing_else_speaks_of_a_date_weaker_signs_count(body: str, url: str) -> None:
    assert day(read(f"<h1>Bridge closed</h1>{body}", url=url)) == "2025-01-05"


def test_the_minute_at_which_an_archive_kept_a_page_is_no_date_of_publication() -> None:
    url = "https://archive.example.com/web/20250105143200/https://example.com/bridge"
    assert read(f"<h1>Bridge closed</h1>{TEXT}", url=url).published is None


@pytest.mark.parametrize(("printed", "wanted"), [("2. Januar 2025", "2025-01-02"), ("1. Februar 2025", "2025-02-01")])
def test_a_date_that_reads_two_ways_is_read_as_the_pages_other_date(printed: str, wanted: str) -> None:
    article = newscrawl.extract(
        f'<html lang="de"><head><meta property="article:published_time" content="01/02/2025 10:00:00"></head>'
        f"<body><h1>Brücke gesperrt</h1><p>{printed}</p>{TEXT}</body></html>",
        "https://example.com/a",
        fetched_at=datetime(2025, 3, 1, tzinfo=UTC),
    )
    assert day(article) == wanted
    assert article.published is not None
    assert article.published.raw == "01/02/2025 10:00:00"


def test_a_year_before_the_web_is_no_date_of_publication() -> None:
    assert read(f"<h1>Bridge closed</h1><p>Born 28.09.1912</p>{TEXT}").published is None


# --- pictures -------------------------------------------------------------------------------------


def test_the_printed_version_of_the_shared_picture_leads_with_caption_and_credit() -> None:
    figure = (
        "<figure><img src='/img/bridge-4711aa-640.jpg' srcset='/img/bridge-4711aa-640.jpg 640w, /img/bridge-4711aa-1280.jpg 1280w'>"
        "<figcaption>The bridge in May. Photo: Jane Doe</figcaption></figure>"
    )
    article = read(
        f"<h1>Bridge closed</h1>{figure}{TEXT}",
        '<meta property="og:image" content="https://example.com/og/20250101/bridge4711aa.jpg">',
    )
    lead = article.images[0]
    assert (lead.url, lead.caption, lead.credit) == (
        "https://example.com/img/bridge-4711aa-1280.jpg",
        "The bridge in May.",
        "Jane Doe",
    )


def test_without_a_printed_picture_the_shared_one_is_given() -> None:
    article = read(f"<h1>Bridge closed</h1>{TEXT}", '<meta property="og:image" content="/og/bridge.jpg">')
    assert [image.url for image in article.images] == ["https://example.com/og/bridge.jpg"]


def test_logos_avatars_and_tracking_pixels_are_no_pictures() -> None:
    body = f"<img class='logo' src='/logo.png'><h1>Bridge closed</h1><img class='avatar' src='/jane.jpg' width=400><img src='/p.gif' width=1>{TEXT}"
    assert read(body).images == []


# --- language -------------------------------------------------------------------------------------

UKRAINIAN = "<p>Міст через річку закрили в понеділок після того, як інженери знайшли тріщини у двох його опорах, повідомила міська влада.</p>"


def test_the_declared_language_is_believed() -> None:
    assert (
        newscrawl.extract(f"<html lang='en-GB'><h1>Bridge closed</h1>{TEXT}</html>", "https://example.com/a").language
        == "en-GB"
    )


def test_a_text_that_is_surely_in_another_language_overrules_the_page() -> None:
    article = newscrawl.extract(f"<html lang='en'><h1>Міст закрито</h1>{UKRAINIAN}</html>", "https://example.com/a")
    assert (article.language, article.provenance["language"]) == ("uk", "text")
    assert article.disagreements["language"] == ["html:lang: en"]


def test_without_a_declaration_the_text_tells_its_language() -> None:
    assert newscrawl.extract(f"<h1>Міст закрито</h1>{UKRAINIAN}", "https://example.com/a").language == "uk"
