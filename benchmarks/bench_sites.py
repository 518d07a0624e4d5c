"""Small sites over real HTTP, made of real pages of one publisher each: what `sites_add.py` measures on.

The pages stand at their own paths, their links lead to this machine. Around them is what a site has: a home page with
menus, sections, services, sometimes feeds, sitemaps and pages of a listing.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as xml_escape

from newscrawl.normalize.urls import registrable_domain
from newscrawl.normalize.zones import zone_of_country

SETS = ("fundus_td", "aed", "traf", "newspaper4k")
SHARED_BY_MANY = frozenset({"wordpress.com", "archive.org", "blogspot.com", "medium.com"})
Form = Literal["listing", "feed", "sitemap", "news sitemap", "everything"]
FORMS: tuple[Form, ...] = ("everything", "listing", "feed", "news sitemap", "sitemap")
SERVICES = {
    "/about-us": "About us",
    "/contact": "Contact",
    "/privacy-policy": "Privacy policy",
    "/terms-and-conditions-of-use": "Terms and conditions",
    "/author/jane-doe-smith": "Jane Doe-Smith",
    "/tag/local-elections-2024": "Local elections",
}
_TEXT = (
    "<p>This page tells who we are and how we work, to whom the paper belongs, and how a reader can reach us.</p>" * 6
)


@dataclass(frozen=True)
class Real:
    """A real page with what is known of it."""

    path: str
    html: bytes
    title: str
    language: str
    published: datetime | None


@dataclass
class BenchSite:
    """One site: its articles, the form in which it shows them, what is true of it."""

    domain: str
    form: Form
    articles: list[Real]
    country: str | None = None
    zone: str | None = None
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """The language of most of its articles."""
        return max((a.language for a in self.articles), key=[a.language for a in self.articles].count)


def real_sites(shared: Path, *, fewest: int) -> list[BenchSite]:
    """Sites of the publishers with the most pages, each in another form."""
    bench = shared / "data" / "bench"
    groups: dict[tuple[str, str], dict[str, Real]] = defaultdict(dict)
    for name in SETS:
        for line in (bench / name / "truth.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            url = row.get("url") or ""
            domain = registrable_domain(url)
            if not domain or domain in SHARED_BY_MANY or len(urlsplit(url).path) < 3:
                continue
            page = bench / name / "pages" / f"{row['id']}.html.gz"
            if page.exists():
                real = _real(row, gzip.decompress(page.read_bytes()))
                groups[domain, real.language].setdefault(real.path, real)
    countries = _countries(shared)
    chosen = [(domain, list(pages.values())) for (domain, _), pages in groups.items() if len(pages) >= fewest]
    chosen.sort(key=lambda item: (-len(item[1]), item[0]))
    sites = []
    for number, (domain, articles) in enumerate(chosen):
        country = countries.get(domain)
        zone = zone_of_country(country) if country else None
        sites.append(BenchSite(domain, FORMS[number % len(FORMS)], articles, country, zone))
    return sites


def _countries(shared: Path) -> dict[str, str]:
    lines = (shared / "data" / "sites" / "publishers.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    named = {"uk": "GB"}
    return {registrable_domain(row["domain"]): named.get(row["country"], row["country"].upper()) for row in rows}


def _real(row: dict[str, Any], html: bytes) -> Real:
    parts = urlsplit(row["url"])
    query = f"?{parts.query}" if parts.query and "utm_" not in parts.query and "maca=" not in parts.query else ""
    text = row.get("published_time") or row.get("published")
    published = None
    if text and len(str(text)) >= 16:
        published = datetime.fromisoformat(str(text))
        published = published if published.tzinfo else published.replace(tzinfo=UTC)
    return Real(parts.path + query, html, row.get("title") or parts.path, (row.get("lang") or "en")[:2], published)


@contextmanager
def served(site: BenchSite) -> Iterator[tuple[str, list[str]]]:
    """The site on a port of this machine: its home page, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(self.path)
            kind, body = site.pages.get(self.path.partition("?utm_")[0], ("", b"not here"))
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """`asked` is the log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    site.pages = _pages(site, base)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield base, asked
    finally:
        server.shutdown()
        server.server_close()


HTML, XML = "text/html; charset=utf-8", "application/xml; charset=utf-8"


def _pages(site: BenchSite, base: str) -> dict[str, tuple[str, bytes]]:
    """Path to type and body of everything that the site has."""
    own = re.compile(rb"(?:https?:)?//(?:[\w-]+\.)*" + re.escape(site.domain.encode()) + rb"(?=[/\"'?#\s<\\])")
    pages = {a.path: ("text/html", own.sub(base.encode(), a.html)) for a in site.articles}
    shown = {"listing": True, "everything": True}.get(site.form, False)
    sections = sorted({_section(a.path) for a in site.articles} - {""})
    for path, title in SERVICES.items():
        pages[path] = (HTML, _html(site, title, f"<main><h1>{title}</h1>{_TEXT}</main>", sections))
    for section in sections:
        of_section = [a for a in site.articles if _section(a.path) == section]
        cards = _cards(of_section) if shown else ""
        pages.setdefault(
            section,
            (HTML, _html(site, section.strip("/").title(), f"<main><h1>{section}</h1>{cards}</main>", sections)),
        )
    feeds = (
        '<link rel="alternate" type="application/rss+xml" href="/rss/all.xml">'
        if site.form in ("feed", "everything")
        else ""
    )
    home = f"<main>{_cards(site.articles)}</main>" if shown else "<main><p>Welcome.</p></main>"
    pages["/"] = (HTML, _html(site, f"{site.domain} - home", home, sections, feeds))
    robots = "User-agent: *\nDisallow: /search\n"
    if site.form in ("feed", "everything"):
        pages["/rss/all.xml"] = (XML, _feed(site, base))
    if site.form == "sitemap":
        further = [*SERVICES, *sections]
        pages["/sitemap.xml"] = (
            XML,
            _sitemap([*((base + a.path, "") for a in site.articles), *((base + p, "") for p in further)]),
        )
    if site.form == "news sitemap":
        robots += f"Sitemap: {base}/sitemaps/index.xml\n"
        index = f"<sitemap><loc>{base}/sitemaps/news.xml</loc></sitemap><sitemap><loc>{base}/sitemaps/pages.xml</loc></sitemap>"
        pages["/sitemaps/index.xml"] = (
            XML,
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{index}</sitemapindex>'.encode(),
        )
        pages["/sitemaps/news.xml"] = (XML, _sitemap((base + a.path, _news(site, a)) for a in site.articles))
        pages["/sitemaps/pages.xml"] = (XML, _sitemap((base + p, "") for p in SERVICES))
    pages["/robots.txt"] = ("text/plain", robots.encode())
    return pages


def _section(path: str) -> str:
    first, _, rest = path.lstrip("/").partition("/")
    return f"/{first}" if rest.strip("/") and not re.search(r"\d{3}", first) else ""


def _cards(articles: Iterable[Real]) -> str:
    return "".join(
        f'<div class="teaser"><a href="{escape(a.path)}"><img src="/i.jpg" alt=""></a><h3><a href="{escape(a.path)}">{escape(a.title)}</a></h3></div>'
        for a in articles
    )


def _html(site: BenchSite, title: str, main: str, sections: Sequence[str], head: str = "") -> bytes:
    menu = "".join(f'<li><a href="{s}">{s.strip("/").title()}</a></li>' for s in ["/", *sections])
    foot = "".join(f'<li><a href="{path}">{text}</a></li>' for path, text in SERVICES.items())
    outside = '<a href="https://www.facebook.com/news">Facebook</a><a href="/search?q=news">Search</a><a href="/login">Log in</a>'
    return (
        f'<!DOCTYPE html><html lang="{site.language}"><head><meta charset="utf-8"><title>{escape(title)}</title>{head}</head><body>'
        f"<header><nav><ul>{menu}</ul></nav>{outside}</header>{main}"
        f'<aside><a href="/tag/local-elections-2024">Local elections</a></aside><footer><ul>{foot}</ul></footer></body></html>'
    ).encode()


def _feed(site: BenchSite, base: str) -> bytes:
    items = "".join(
        f"<item><title>{xml_escape(a.title)}</title><link>{xml_escape(base + a.path)}</link>"
        + (f"<pubDate>{format_datetime(a.published)}</pubDate>" if a.published else "")
        + "</item>"
        for a in site.articles
    )
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{site.domain}</title>{items}</channel></rss>".encode()


def _news(site: BenchSite, article: Real) -> str:
    at = (article.published or datetime(2024, 5, 1, tzinfo=UTC)).isoformat()
    return (
        f"<news:news><news:publication><news:name>{site.domain}</news:name><news:language>{site.language}</news:language></news:publication>"
        f"<news:publication_date>{at}</news:publication_date><news:title>{xml_escape(article.title)}</news:title></news:news>"
    )


def _sitemap(entries: Iterable[tuple[str, str]]) -> bytes:
    urls = "".join(f"<url><loc>{xml_escape(url)}</loc>{block}</url>" for url, block in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
    ).encode()
