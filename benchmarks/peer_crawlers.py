"""The crawls of the peers in `peers_crawl.py`, as their own documentation writes them: `python peer_crawlers.py PEER`.

Reads from its input a line of JSON with `uri` and `database` of the server and `sites`: for each the base address and
the addresses of its articles. Each peer stores every article as one document with `url`, `headline` and `body` by an
insert of its own, and downloads with `THREADS` at once, without delay and without robots.txt.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterable
from datetime import datetime
from importlib import import_module
from typing import Any

THREADS = 16
Site = dict[str, Any]
Store = Callable[[str, Any, Any], None]
"""Inserts an article: address, headline, body."""


def addresses(sites: list[Site]) -> list[str]:
    """Of all articles, the sites in turns."""
    longest = max(len(site["addresses"]) for site in sites)
    return [site["addresses"][n] for n in range(longest) for site in sites if n < len(site["addresses"])]


def in_parts(found: list[str], size: int) -> Iterable[list[str]]:
    """So many at a time."""
    return (found[start : start + size] for start in range(0, len(found), size))


def trafilatura(sites: list[Site], store: Store) -> None:
    """Its parallel downloads from a store of addresses, each page read as it comes."""
    package, downloads = import_module("trafilatura"), import_module("trafilatura.downloads")
    waiting = import_module("courlan").UrlStore(compressed=False, strict=False)
    waiting.add_urls(addresses(sites))
    while not waiting.done:
        buffer, waiting = downloads.load_download_buffer(waiting, sleep_time=0)
        for url, html in downloads.buffered_downloads(buffer, THREADS):
            found = package.bare_extraction(html, url=url, with_metadata=True) if html else None
            if found:
                store(url, found.title, found.text)


def scrapy(sites: list[Site], store: Store) -> None:
    """A plain spider, trafilatura in its callback, and an insert per item in a pipeline."""
    extract, package = import_module("trafilatura").bare_extraction, import_module("scrapy")

    class Insert:
        def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
            store(item["url"], item["headline"], item["body"])
            return item

    class Spider(package.Spider):  # type: ignore[misc, name-defined]
        name = "plain"
        start_urls = addresses(sites)

        def parse(self, response: Any) -> Iterable[dict[str, Any]]:
            found = extract(response.text, url=response.url, with_metadata=True)
            if found:
                yield {"url": response.url, "headline": found.title, "body": found.text}

    process = import_module("scrapy.crawler").CrawlerProcess(
        {"LOG_LEVEL": "ERROR", "ITEM_PIPELINES": {Insert: 1}, "CONCURRENT_REQUESTS_PER_DOMAIN": THREADS}
        | {"CONCURRENT_REQUESTS": THREADS, "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False}
    )
    process.crawl(Spider)
    process.start()


def newspaper4k(sites: list[Site], store: Store) -> None:
    """Its `fetch_news` with threads, a hundred articles at a time, for it gives all that it was asked for at once."""
    package, fetch = import_module("newspaper"), import_module("newspaper.mthreading").fetch_news
    for some in in_parts(addresses(sites), 100):
        for article in fetch([package.Article(url, fetch_images=False) for url in some], threads=THREADS):
            store(article.url, article.title, article.text)


def news_please(sites: list[Site], store: Store) -> None:
    """Its `from_urls`, a hundred at a time: it has a thread for each, and then reads the pages in processes."""
    package = import_module("newsplease").NewsPlease
    for some in in_parts(addresses(sites), 100):
        for url, found in package.from_urls(some, {"timeout": 30}, fetch_images=False).items():
            if found:
                store(url, found.title, found.maintext)


def fundus(sites: list[Site], store: Store) -> None:
    """Its crawler with a thread a publisher; a parser written for the site, and a map of its articles."""
    parsing, utility = import_module("fundus.parser"), import_module("fundus.parser.utility")
    sources = import_module("fundus.scraping.url")
    publisher = import_module("fundus.publishers.base_objects").Publisher
    xpath = import_module("lxml.etree").XPath
    new, old = '//div[starts-with(@class, "single-news-card_body__")]', '//div[@itemprop="articleBody"]'
    headline = xpath('string((//h1[starts-with(@class, "single-news-card_newsTitle__")] | //h1[@class="title"])[1])')
    printed = xpath('string(//span[@itemprop="datePublished"]/@content)')
    attribute = parsing.attribute

    class Parser(parsing.ParserProxy):  # type: ignore[misc, name-defined]
        class V1(parsing.BaseParser):  # type: ignore[misc, name-defined]
            _paragraphs = xpath(f"{new}/p | {old}/p")
            _headings = xpath(f"{new}/h2")
            _lead = xpath('//div[starts-with(@class, "single-news-card_announce__")]/p')

            @attribute  # type: ignore[untyped-decorator]
            def body(self) -> Any:
                return utility.extract_article_body_with_selector(
                    self.precomputed.doc,
                    summary_selector=self._lead,
                    subheadline_selector=self._headings,
                    paragraph_selector=self._paragraphs,
                )

            @attribute  # type: ignore[untyped-decorator]
            def title(self) -> str | None:
                return headline(self.precomputed.doc) or None

            @attribute  # type: ignore[untyped-decorator]
            def publishing_date(self) -> datetime | None:
                date = self.precomputed.ld.bf_search("datePublished") or printed(self.precomputed.doc)
                return utility.generic_date_parsing(date)

    publishers = []
    for number, site in enumerate(sites):
        listed = sources.NewsMap(site["base_url"] + "/map.xml", languages={"en"})
        publishers.append(publisher(f"Site {number}", site["base_url"], Parser, [listed], suppress_robots=True))
        publishers[-1].__name__ = f"Site{number}"
    crawler = import_module("fundus").Crawler(*publishers, delay=0.0, ignore_robots=True)
    for article in crawler.crawl(only_complete=False):
        store(article.html.requested_url, article.title, article.plaintext)


PEERS: dict[str, tuple[Callable[[list[Site], Store], None], str]] = {
    "Scrapy and trafilatura": (scrapy, "scrapy"),
    "trafilatura": (trafilatura, "trafilatura"),
    "fundus": (fundus, "fundus"),
    "newspaper4k": (newspaper4k, "newspaper4k"),
    "news-please": (news_please, "news-please"),
}
"""Peers by name, with the package that each comes in."""


def main(name: str) -> None:
    """Crawl as one peer."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    task = json.loads(sys.stdin.readline())
    client = import_module("pymongo").MongoClient(task["uri"])
    articles = client[task["database"]]["articles"]

    def store(url: str, headline: Any, body: Any) -> None:
        articles.insert_one({"url": url, "headline": headline, "body": body, "at": datetime.now()})

    PEERS[name][0](task["sites"], store)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
