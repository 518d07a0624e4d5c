"""The replica over HTTP/1.1 on loopback, with conditional requests, as a thread of the calling process."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from newscrawl.replica import pages
from newscrawl.replica.stories import EDITIONS, RUBRICS, Replica, ReplicaArticle

PAGE = 20  # cards of a listing page
NEWEST = 30  # items of a feed


@dataclass
class Answer:
    """An HTTP answer."""

    status: int = 200
    body: bytes = b""
    kind: str = "text/html; charset=utf-8"
    location: str | None = None


SPOKEN_TO_CRAWLERS = frozenset({"/robots.txt", "/ai.txt", "/.well-known/tdmrep.json"})
"""Files by which a site speaks to crawlers: asked for once a day, whatever else a crawl does."""


@dataclass
class Server:
    """A running replica."""

    base_url: str
    replica: Replica
    requests: list[str] = field(default_factory=list)
    """Path of every request so far."""

    @property
    def visited(self) -> list[str]:
        """The same without the files by which a site speaks to crawlers."""
        return [path for path in self.requests if path not in SPOKEN_TO_CRAWLERS]


class Site:
    """Addresses of the replica to answers."""

    def __init__(self, replica: Replica, base_url: str) -> None:
        self.replica, self.base_url = replica, base_url
        self.by_path = {article.path: article for article in replica.articles}

    def answer(self, host: str, target: str) -> Answer:
        """The answer to one request."""
        parts = urlsplit(target)
        path, query = parts.path, parse_qs(parts.query)
        if host.startswith("localhost"):
            return self._old_host(path)
        if article := self.by_path.get(path):
            return Answer(body=pages.article(self.replica, article, self.base_url).encode())
        steps = [step for step in path.split("/") if step]
        edition = steps.pop(0) if steps and steps[0] in EDITIONS else "uk"
        if len(steps) == 1 and steps[0] in ("news", *RUBRICS):
            return self._listing(edition, steps[0], path, query)
        if len(steps) == 4 and steps[0] == "archive":
            return self._archive(edition, "-".join(steps[1:]), path, query)
        if len(steps) == 2 and steps[0] == "amp":
            prefix = "" if edition == "uk" else f"/{edition}"
            twin = self.by_path.get(f"{prefix}/news/{steps[1]}")
            return Answer(body=pages.article(self.replica, twin, self.base_url).encode()) if twin else Answer(404)
        return self._fixed(path)

    def _archive(self, edition: str, day: str, path: str, query: dict[str, list[str]]) -> Answer:
        """The articles of one day; a day without any has a page, too."""
        found = [article for article in self.replica.edition(edition) if f"{article.published:%Y-%m-%d}" == day]
        if not found:
            return Answer(body=pages.listing([], None, None).encode())
        return self._page(found, None, path, query)

    def _listing(self, edition: str, name: str, path: str, query: dict[str, list[str]]) -> Answer:
        rubric = RUBRICS.index(name) if name in RUBRICS else None
        found = self.replica.edition(edition, rubric)
        return self._page(found, found[len(found) // 2] if found else None, path, query)

    def _page(
        self, found: list[ReplicaArticle], pinned: ReplicaArticle | None, path: str, query: dict[str, list[str]]
    ) -> Answer:
        page = int(query.get("page", ["1"])[0]) if query.get("page", ["1"])[0].isdigit() else 1
        shown = found[(page - 1) * PAGE : page * PAGE]
        more = f"{path}?page={page + 1}" if len(found) > page * PAGE else None
        return Answer(body=pages.listing(shown, pinned, more).encode()) if shown else Answer(404)

    def _old_host(self, path: str) -> Answer:
        steps = path.strip("/").split("/")
        if len(steps) == 3 and steps[0] in EDITIONS and "-" in steps[2]:
            prefix = "" if steps[0] == "uk" else f"/{steps[0]}"
            return Answer(301, location=f"{self.base_url}{prefix}/news/{steps[2].partition('-')[2]}")
        return Answer(404)

    def _fixed(self, path: str) -> Answer:
        xml = "application/xml; charset=utf-8"
        if path == "/robots.txt":
            text = f"User-agent: *\nDisallow: /closed/\nDisallow: /news/closed-\nSitemap: {self.base_url}/sitemap.xml\n"
            return Answer(body=text.encode(), kind="text/plain")
        for edition in EDITIONS:
            if path == f"/rss/news_{edition}.xml":
                return Answer(body=pages.feed(self._newest(edition), self.base_url, edition).encode(), kind=xml)
        if path == "/sitemap.xml":
            return Answer(body=pages.sitemap_index(self.base_url).encode(), kind=xml)
        if path == "/sitemap-news.xml":
            newest = [a for edition in EDITIONS for a in self._newest(edition)]
            return Answer(body=pages.news_sitemap(newest, self.base_url).encode(), kind=xml)
        if path == "/sitemap-months.xml":
            months = sorted({f"{article.published:%Y-%m}" for article in self.replica.articles})
            names = [f"sitemap-{month}.xml" for month in months]
            return Answer(body=pages.sitemap_index(self.base_url, names).encode(), kind=xml)
        if month := re.fullmatch(r"/sitemap-(\d{4}-\d{2})\.xml", path):
            found = [a for e in EDITIONS for a in self.replica.edition(e) if f"{a.published:%Y-%m}" == month[1]]
            return Answer(body=pages.news_sitemap(found, self.base_url).encode(), kind=xml)
        if path == "/sitemap-archive.xml.gz":
            further = ["/news/bad-headless"] if self.replica.bad else []
            oldest = self.replica.articles[-NEWEST:]
            text = pages.news_sitemap(oldest, self.base_url, dated=False, further=further)
            return Answer(body=gzip.compress(text.encode(), mtime=0), kind="application/gzip")
        if self.replica.bad and (path == "/bad" or path.startswith(("/news/bad-", "/closed/"))):
            return self._bad(path)
        return Answer(404, b"<html><body><h1>404</h1></body></html>")

    def _bad(self, path: str) -> Answer:
        if path == "/bad":
            return Answer(body=pages.bad_listing().encode())
        name = path.rsplit("/", 1)[-1].removeprefix("bad-")
        if name == "500":
            return Answer(500, b"<html><body>error</body></html>")
        if name == "empty":
            return Answer()
        body = pages.BAD.get(name)
        return Answer(body=body) if body is not None else Answer(404, b"<html><body>gone</body></html>")

    def _newest(self, edition: str) -> list[ReplicaArticle]:
        return self.replica.edition(edition)[:NEWEST]


@contextmanager
def serve(replica: Replica, port: int = 0) -> Iterator[Server]:
    """Serve the replica on 127.0.0.1 while the context lasts. Port 0: any free one. Raises OSError where it is taken."""
    log: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            log.append(self.path)
            answer = site.answer(self.headers.get("Host", ""), self.path)
            tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
            if answer.status == 200 and self.headers.get("If-None-Match") == tag:
                answer = Answer(304)
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Content-Type", answer.kind)
            if answer.status in (200, 304):
                self.send_header("ETag", tag)
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            if answer.status != 304:
                self.wfile.write(answer.body)

        def log_message(self, *_arguments: object) -> None:
            """The caller reads `requests` instead of a log."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, *_arguments: object) -> None:
            """A crawler that was killed leaves broken connections behind: no news."""

    http = Quiet(("127.0.0.1", port), Handler)
    base_url = f"http://127.0.0.1:{http.server_port}"
    site = Site(replica, base_url)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Server(base_url, replica, log)
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
