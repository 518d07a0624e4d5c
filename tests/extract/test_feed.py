"""Feeds: every format, and the damage that they come with."""

import gzip
from pathlib import Path

import pytest

from newscrawl.extract.feed import NotAFeed, read_feed
from newscrawl.extract.limits import Limits
from newscrawl.extract.sitemap import NotASitemap, read_sitemap

URL = "https://example.com/rss/news.xml"

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>River Post</title><language>en</language>
<item><title><![CDATA[Bridge <b>closed</b> &amp; ferries run]]></title><link>/news/bridge?a=1&amp;b=2</link><guid isPermaLink="false">4711</guid>
<pubDate>Mon, 06 Jan 2025 10:50:00 +0200</pubDate><description>&lt;p&gt;Cracks were found.&lt;/p&gt;</description><dc:creator>Jane Doe</dc:creator>
<category>Traffic</category><category>City</category><media:content url="https://example.com/b.jpg" medium="image"/></item>
<item><title>Harvest</title><guid>https://example.com/news/harvest</guid></item>
<item><title>No address</title></item></channel></rss>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://example.com/"><title>川新聞</title></channel>
<item rdf:about="https://example.com/a"><title>橋を閉鎖</title><link>https://example.com/a</link><dc:date>2025-01-06T10:50:00+09:00</dc:date></item></rdf:RDF>"""

ATOM = """<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'><title>River Post</title>
<link rel='next' href='?page=2'/>
<entry><title type='html'>Bridge &amp;amp; ferries</title><link rel='self' href='https://example.com/self'/><link rel='alternate' href='https://example.com/a'/>
<published>2025-01-06T10:50:00Z</published><updated>2025-01-07T10:50:00Z</updated><author><name>Jane Doe</name></author><category term='Traffic'/><summary>Cracks.</summary></entry></feed>"""

JSON = """{"version":"https://jsonfeed.org/version/1.1","title":"River Post","language":"en","next_url":"https://example.com/2","items":[
{"id":"1","url":"https://example.com/a","title":"Bridge closed","date_published":"2025-01-06T10:50:00Z","authors":[{"name":"Jane Doe"}],"tags":["Traffic"]},
{"id":"no address"}]}"""


def test_rss_2_0_says_everything_that_it_knows_of_an_article() -> None:
    card = read_feed(RSS.encode(), URL).cards[0]
    assert (card.url, card.headline) == ("https://example.com/news/bridge?a=1&b=2", "Bridge closed & ferries run")
    assert (card.published, card.lead) == ("Mon, 06 Jan 2025 10:50:00 +0200", "Cracks were found.")
    assert (card.authors, card.tags, card.section) == (("Jane Doe",), ("Traffic", "City"), "Traffic")
    assert (card.image, card.language, card.source) == ("https://example.com/b.jpg", "en", "feed")


def test_a_permalink_serves_where_there_is_no_link_and_each_title_stays_with_its_item() -> None:
    cards = read_feed(RSS.encode(), URL).cards
    assert [(card.url, card.headline) for card in cards[1:]] == [("https://example.com/news/harvest", "Harvest")]


def test_an_rss_item_whose_link_is_an_attribute_is_read() -> None:
    body = b'<rss><channel><item><title>A</title><link href="https://example.com/a"/></item></channel></rss>'
    assert read_feed(body, URL).cards[0].url == "https://example.com/a"


def test_rss_1_0_is_read() -> None:
    (card,) = read_feed(RDF.encode(), URL).cards
    assert (card.url, card.headline, card.published) == (
        "https://example.com/a",
        "橋を閉鎖",
        "2025-01-06T10:50:00+09:00",
    )


def test_atom_with_single_quotes_is_read() -> None:
    feed = read_feed(ATOM.encode(), URL)
    (card,) = feed.cards
    assert (card.url, card.headline, card.published) == (
        "https://example.com/a",
        "Bridge & ferries",
        "2025-01-06T10:50:00Z",
    )
    assert (card.authors, card.tags, card.lead) == (("Jane Doe",), ("Traffic",), "Cracks.")
    assert feed.next_page == "https://example.com/rss/news.xml?page=2"


def test_json_feed_is_read() -> None:
    feed = read_feed(JSON.encode(), URL)
    assert [(c.url, c.headline, c.published, c.authors) for c in feed.cards] == [
        ("https://example.com/a", "Bridge closed", "2025-01-06T10:50:00Z", ("Jane Doe",))
    ]
    assert feed.next_page == "https://example.com/2"


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + RSS.encode(),
        b"\n\n  " + RSS.encode(),
        RSS.replace('version="1.0"', 'version="1.0" encoding="windows-1251"').encode("cp1251"),
        RSS.encode("utf-16"),
        RSS.replace("xmlns:dc=", "xmlns:dx=").replace("dc:creator", "dx:creator").encode(),
        RSS.replace("</channel></rss>", "").encode(),
        RSS.replace("Cracks", "Cracks &nbsp; &hellip;").encode(),
        RSS.replace("Cracks", "Cr\x03acks").encode(),
    ],
    ids=["byte order mark", "leading space", "declared encoding", "utf-16", "other prefix", "cut off", "html entities", "control characters"],
)  # fmt: skip
def test_damage_is_recovered(body: bytes) -> None:
    cards = read_feed(body, URL).cards
    assert cards[0].headline == "Bridge closed & ferries run"
    assert len(cards) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>',
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><rss><channel><item><title>&f;</title></item></channel></rss>',
        b"<html><body>Not found</body></html>",
        b"",
        b"{]",
        b'{"version": 1}',
        b"plain text",
    ],
    ids=["entity bomb", "external entity", "page", "empty", "broken JSON", "other JSON", "text"],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes) -> None:
    with pytest.raises(NotAFeed) as refused:
        read_feed(body, URL)
    assert str(refused.value)


NEWS = """<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:n="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://example.com/a</loc><lastmod>2025-01-07</lastmod><n:news><n:publication><n:name>River Post</n:name><n:language>uk</n:language></n:publication>
<n:publication_date>2025-01-06T10:50:00+02:00</n:publication_date><n:title>Міст закрито</n:title><n:keywords>міст, річка</n:keywords></n:news>
<image:image><image:loc>https://example.com/b.jpg</image:loc></image:image></url><url><loc> /b </loc></url><url></url></urlset>"""


def test_a_news_sitemap_says_title_date_language_and_keywords() -> None:
    card, other = read_sitemap(NEWS.encode(), "https://example.com/sitemap-news.xml").cards
    assert (card.url, card.headline, card.published) == (
        "https://example.com/a",
        "Міст закрито",
        "2025-01-06T10:50:00+02:00",
    )
    assert (card.language, card.tags, card.image) == ("uk", ("міст", "річка"), "https://example.com/b.jpg")
    assert other.url == "https://example.com/b"


def test_the_date_of_a_change_is_not_taken_for_publication() -> None:
    body = b"<urlset><url><loc>https://example.com/a</loc><lastmod>2025-01-07</lastmod></url></urlset>"
    assert read_sitemap(body, URL).cards[0].published is None


def test_a_sitemap_index_names_further_sitemaps() -> None:
    body = b"<sitemapindex><sitemap><loc>https://example.com/1.xml</loc><lastmod>2025-01-06</lastmod></sitemap><sitemap>\nhttps://example.com/2.xml\n</sitemap></sitemapindex>"
    assert [(s.url, s.modified) for s in read_sitemap(body, URL).sitemaps] == [
        ("https://example.com/1.xml", "2025-01-06"),
        ("https://example.com/2.xml", None),
    ]


def test_gzip_and_plain_text_sitemaps_are_read() -> None:
    assert len(read_sitemap(gzip.compress(NEWS.encode()), URL).cards) == 2
    assert [c.url for c in read_sitemap(b"https://example.com/a\nhttps://example.com/b\n", URL).cards] == [
        "https://example.com/a",
        "https://example.com/b",
    ]


def test_a_gzip_bomb_is_refused() -> None:
    with pytest.raises(NotASitemap, match="larger than"):
        read_sitemap(gzip.compress(b"<urlset>" + b" " * 10_000_000), URL, limits=Limits(decompressed_bytes=1_000_000))


@pytest.mark.parametrize("body", [b"", b"<html></html>", b"\x1f\x8bdamaged", b"not an address"])
def test_what_is_no_sitemap_is_refused(body: bytes) -> None:
    with pytest.raises(NotASitemap):
        read_sitemap(body, URL)


def test_feeds_of_other_projects_give_their_items(shared: Path) -> None:
    import json

    checked = 0
    for expected in sorted((shared / "data/bench/feeds").glob("*.expected.json")):
        items = [item for item in json.loads(expected.read_text(errors="replace"))["feed"]["items"] if item.get("link")]
        body = expected.with_name(expected.name.removesuffix(".expected.json")).read_bytes()
        try:
            cards = read_feed(body, URL).cards
        except NotAFeed:
            continue
        if items:
            checked += 1
            assert len(cards) == len(items), expected.name
    assert checked > 15


def test_entities_between_elements_of_a_feed_are_no_elements() -> None:
    body = RSS.replace("<item><title>Harvest", "<item>&nbsp;<title>Harvest").replace("<channel>", "<channel>&foo;")
    assert [card.headline for card in read_feed(body.encode(), URL).cards] == ["Bridge closed & ferries run", "Harvest"]


@pytest.mark.parametrize("address", ["http://[", "//[x]/a"])
def test_an_entry_whose_address_is_none_is_left_out(address: str) -> None:
    assert not read_feed(f'{{"items":[{{"url":"{address}"}}]}}'.encode(), URL).cards
    assert not read_feed(f"<rss><item><link>{address}</link></item></rss>".encode(), URL).cards
    assert not read_sitemap(f"<urlset><url><loc>{address}</loc></url></urlset>".encode(), URL).cards
    assert not read_sitemap(
        f"<sitemapindex><sitemap><loc>{address}</loc></sitemap></sitemapindex>".encode(), URL
    ).sitemaps
