"""Feeds and sitemaps that are traps: entities, endless lists, nests. Each is refused or cut, fast and in little memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable

import pytest

from newscrawl.extract.limits import Limits
from newscrawl.site import Site
from newscrawl.spiders.discovery import Unreadable, read_discovery
from newscrawl.spiders.walk import Kind

URL = "https://example.com/feed"
SITE = Site.generic(URL)

# Name of the trap to what stands before, again and again (`%d`: a number), and after.
FEEDS: dict[str, tuple[str, str, str]] = {
    "items": ("<rss><channel>", "<item><title>a</title><link>http://e.com/%d</link></item>", "</channel></rss>"),
    "empty items": ("<rss><channel>", "<item/>", "</channel></rss>"),
    "elements": ("<rss><channel>", "<a/>", "</channel></rss>"),
    "nested elements": ("<rss><channel><item>", "<a>", "</item></channel></rss>"),
    "categories": ("<rss><channel><item><link>http://e.com</link>", "<category>%d</category>", "</item></channel></rss>"),
    "a long title": ("<rss><channel><item><link>http://e.com</link><title>", "&lt;", "</title></item></channel></rss>"),
    "description of tags": ("<rss><channel><item><link>http://e.com</link><description>", "&lt;a ", "</description></item></channel></rss>"),
    "spaces": ("<rss><channel><item><title>", " ", "x</title></item></channel></rss>"),
    "damage": ("", "<rss><channel><item>", ""),
    "attributes": ("<rss><channel ", "a%d='1' ", "/></rss>"),
    "name spaces": ("<rss ", "xmlns:a%d='1' ", "/>"),
    "comments": ("<rss><channel>", "<!-- -->", "</channel></rss>"),
    "a document type": ("<!DOCTYPE rss [", "<!ELEMENT a%d ANY>", "]><rss><channel/></rss>"),
    "entities": ("<!DOCTYPE rss [", "<!ENTITY a%d 'x'>", "]><rss><channel/></rss>"),
    "references": ("<rss><channel><title>", "&foo;", "</title></channel></rss>"),
    "JSON": ('{"items":[', '{"url":"http://e.com/%d"},', '{"url":"http://e.com/x"}]}'),
    "JSON lists": ("", '{"items":[', ""),
}  # fmt: skip

SITEMAPS: dict[str, tuple[str, str, str]] = {
    "addresses": ("<urlset>", "<url><loc>http://e.com/%d</loc></url>", "</urlset>"),
    "indexes": ("<sitemapindex>", "<sitemap><loc>http://e.com/%d.xml</loc></sitemap>", "</sitemapindex>"),
    "elements": ("<urlset>", "<a/>", "</urlset>"),
    "elements of one address": ("<urlset><url>", "<a/>", "</url></urlset>"),
    "pictures of one address": ("<urlset><url><loc>http://e.com</loc>", "<image><loc>a</loc></image>", "</url></urlset>"),
    "lines": ("", "http://e.com/%d\n", ""),
    "spaces": ("http://e.com/", " ", ""),
    "keywords": ("<urlset><url><loc>http://e.com</loc><news><keywords>", "a,", "</keywords></news></url></urlset>"),
}  # fmt: skip


def shape(before: str, again: str, after: str) -> Callable[[int], str]:
    """A document of about so many bytes."""
    return lambda size: before + "".join(again.replace("%d", str(i)) for i in range(size // (len(again) + 4))) + after


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_is_read_in_time_that_grows_with_its_length(name: str, is_linear: Callable[..., bool]) -> None:
    assert is_linear(lambda body: read_discovery("feed", body, URL, {}, SITE), shape(*FEEDS[name]))


@pytest.mark.parametrize("name", SITEMAPS)
def test_a_sitemap_is_read_in_time_that_grows_with_its_length(name: str, is_linear: Callable[..., bool]) -> None:
    assert is_linear(lambda body: read_discovery("sitemap", body, URL, {}, SITE), shape(*SITEMAPS[name]))


ENTITIES = {
    "billion laughs": "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)),
    "quadratic blow-up": f'<!ENTITY a9 "{"x" * 50_000}">',
    "a file": '<!ENTITY a9 SYSTEM "file:///etc/hostname">',
    "an address": '<!ENTITY a9 SYSTEM "http://127.0.0.1:1/x">',
    "a parameter": '<!ENTITY % a9 SYSTEM "http://127.0.0.1:1/x.dtd"> %a9;',
    "behind a comment with an element": '<!-- <rss> --> <!ENTITY a9 "x">',
}


@pytest.mark.parametrize("name", ENTITIES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", ["feed", "sitemap"])
def test_a_document_that_declares_entities_is_refused_unread(name: str, encoding: str, kind: Kind) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{ENTITIES[name]}]>'
    text += f'<rss><channel x="&a9;"><title>{"&a9;" * 50_000}</title></channel></rss>'
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(Unreadable) as refused:
        read_discovery(kind, text.encode(encoding), URL, {}, SITE)
    assert refused.value.reason == "xml-entities"
    assert time.process_time() - begun < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024  # kilobytes


@pytest.mark.parametrize("doctype", ["<!DOCTYPE rss>", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">'])
def test_a_document_type_without_entities_is_no_fault(doctype: str) -> None:
    body = f"{doctype}<rss><channel><item><link>https://e.com/a</link></item></channel></rss>"
    assert [card.url for card in read_discovery("feed", body.encode(), URL, {}, SITE).cards] == ["https://e.com/a"]


def test_what_a_text_says_of_entities_declares_none() -> None:
    body = "<rss><channel><item><link>https://e.com/a</link><title><![CDATA[<!ENTITY a 'x'>]]></title></item></channel></rss>"
    assert len(read_discovery("feed", body.encode(), URL, {}, SITE).cards) == 1


def test_a_feed_beyond_the_limit_is_cut_and_says_so() -> None:
    items = "".join(f"<item><title>{i}</title><link>https://e.com/{i}</link></item>" for i in range(100_000))
    found = read_discovery("feed", f"<rss><channel>{items}</channel></rss>".encode(), URL, {}, SITE)
    assert (len(found.cards), found.remarks) == (5000, ["too-many-links"])


def test_a_feed_in_json_beyond_the_limit_is_cut_and_says_so() -> None:
    items = ",".join(f'{{"url":"https://e.com/{i}"}}' for i in range(20))
    found = read_discovery("feed", f'{{"items":[{items}]}}'.encode(), URL, {}, SITE, Limits(links=5))
    assert (len(found.cards), found.remarks) == (5, ["too-many-links"])


def test_a_sitemap_is_cut_where_the_protocol_ends_and_says_so() -> None:
    urls = "".join(f"<url><loc>https://e.com/{i}</loc></url>" for i in range(70_000))
    found = read_discovery("sitemap", f"<urlset>{urls}</urlset>".encode(), URL, {}, SITE)
    assert (len(found.cards), found.remarks) == (50_000, ["too-many-links"])


def test_an_address_beyond_the_limit_is_left_out_and_counted() -> None:
    body = f"<rss><item><link>https://e.com/{'a' * 3000}</link></item><item><link>https://e.com/b</link></item></rss>"
    found = read_discovery("feed", body.encode(), URL, {}, SITE)
    assert ([card.url for card in found.cards], found.remarks) == (["https://e.com/b"], ["address-too-long"])
