"""The replica is the same for the same seed, and serves what it promises."""

from __future__ import annotations

import gzip
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from newscrawl.replica import Replica, Server, serve


def get(server: Server, path: str, host: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request, redirects not followed."""
    connection = HTTPConnection(urlsplit(server.base_url).netloc, timeout=10)
    connection.request("GET", path, headers={**headers, **({"Host": host} if host else {})})
    answer = connection.getresponse()
    result = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return result


@pytest.fixture(scope="module")
def server():  # type: ignore[no-untyped-def]
    with serve(Replica(articles=150, bad=True)) as server:
        yield server


def test_the_same_seed_gives_the_same_articles_and_another_others() -> None:
    assert Replica(30, seed=3).articles == Replica(30, seed=3).articles
    assert Replica(30, seed=3).articles != Replica(30, seed=4).articles


def test_no_two_articles_share_an_address() -> None:
    articles = Replica(600).articles
    assert len({article.path for article in articles}) == 600


def test_each_edition_and_both_layouts_are_there() -> None:
    articles = Replica(60).articles
    assert {article.edition for article in articles} == {"uk", "ru", "en"}
    assert {article.is_old_layout for article in articles} == {True, False}


def test_listings_lead_on_to_their_last_page(server: Server) -> None:
    path, seen = "/en/news", 0
    while path:
        _status, _headers, body = get(server, path)
        seen += body.count(b'class="news-card_root__S0MnP"')
        marker = b'rel="next" href="'
        path = body.partition(marker)[2].partition(b'"')[0].decode() if marker in body else ""
    assert seen == 50


def test_an_old_address_redirects_and_an_amp_twin_names_its_article(server: Server) -> None:
    article = server.replica.articles[1]
    port = urlsplit(server.base_url).port
    status, headers, _body = get(server, f"/ru/news/1-{article.slug}", host=f"localhost:{port}")
    assert (status, headers["location"]) == (301, server.base_url + article.path)
    _status, _headers, body = get(server, f"/ru/amp/{article.slug}")
    assert f'<link rel="canonical" href="{server.base_url}{article.path}">'.encode() in body


def test_what_has_not_changed_is_not_sent_again(server: Server) -> None:
    _status, headers, _body = get(server, "/rss/news_en.xml")
    status, _headers, body = get(server, "/rss/news_en.xml", **{"If-None-Match": headers["etag"]})
    assert (status, body) == (304, b"")


def test_the_archive_sitemap_is_gzipped(server: Server) -> None:
    _status, _headers, body = get(server, "/sitemap-archive.xml.gz")
    assert b"<urlset" in gzip.decompress(body)


def test_time_lets_counters_grow_and_some_articles_change() -> None:
    replica = Replica(40)
    before = [(article.views, article.paragraphs[:]) for article in replica.articles]
    replica.advance()
    assert all(article.views > views for article, (views, _) in zip(replica.articles, before, strict=True))
    changed = [a for a, (_, paragraphs) in zip(replica.articles, before, strict=True) if a.paragraphs != paragraphs]
    assert len(changed) == 4


def test_what_is_not_published_yet_is_listed_nowhere() -> None:
    replica = Replica(30)
    replica.unpublished = 15
    with serve(replica) as server:
        for path in ("/en/news", "/rss/news_en.xml", "/sitemap-news.xml"):
            body = get(server, path)[2].decode()
            assert replica.articles[2].slug not in body
            assert replica.articles[17].path in body
