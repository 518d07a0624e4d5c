"""Listings of very long addresses, as percent-encoded Hindi makes them: all are met, also where no query holds them."""

from __future__ import annotations

from typing import Any

NUMBER, LENGTH = 5000, 1150
"""More bytes than MongoDB takes in one query that names each of them several times."""


def test_every_article_of_a_sitemap_of_long_addresses_is_met(newscrawl: Any, website: Any) -> None:
    tail = "%E0%A4%A8" * 130
    urls = [f"{website.base_url}/news/{number:05d}{tail}"[:LENGTH] for number in range(NUMBER)]
    entries = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    space = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    website.pages["/map.xml"] = (200, f"<?xml version='1.0'?><urlset {space}>{entries}</urlset>")
    newscrawl.add_site(
        "long", website.site_file(article="'/news/'", listings="[]", sitemaps=f'["{website.base_url}/map.xml"]')
    )
    newscrawl.run("crawl", "long", "--limit", "2")
    [run] = newscrawl.documents("runs")
    assert run["counts"]["cards"] == NUMBER
    assert run["dropped"] == {"limit": NUMBER - 2, "http-404": 2}
    assert sum(request.startswith("/news/") for request in website.requests) == 2
