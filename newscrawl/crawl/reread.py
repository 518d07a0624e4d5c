"""An archived page read again, in the processes that read pages, just as it was read when it was fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from newscrawl.archive.pages import ArchivedPage
from newscrawl.article import Article, Fetch
from newscrawl.crawl.context import card_in, met_in, policy_in
from newscrawl.crawl.pages import read_article_page
from newscrawl.crawl.reader import Reader
from newscrawl.settings import Settings
from newscrawl.site import Site, site_of


class Sites:
    """The site of an address: the one whose file owns its host, else one of which nothing is known."""

    def __init__(self, known: Mapping[str, Site]) -> None:
        self.known = known
        self._by_host = {host: site for site in reversed(list(known.values())) for host in site.all_hosts}

    def of(self, url: str, name: str | None = None) -> Site:
        """`name`: of the site that it was fetched for. Raises ValueError where the address is no http(s) address."""
        if name is not None and name in self.known and self.known[name].owns(url):
            return self.known[name]
        host = url.split("/", 3)[2].lower() if url.count("/") > 1 else ""
        return self._by_host.get(host) or site_of(url, self.known.values()) or Site.generic(url)


async def read_again(reader: Reader, page: ArchivedPage, site: Site, own: Settings, *, run: str | None) -> Article:
    """The article on an archived page. `run`: the run that it is read in, where no crawl of ours fetched it.

    Raises NotAnArticle and ReadingFailed.
    """
    read = await reader.read(
        site.name,
        read_article_page,
        page.body,
        page.url,
        page.headers,
        site,
        card_in(page.context),
        met_in(page.context),
        _milliseconds(page.fetched_at),
        policy_in(page.context),
        own.limits,
    )
    fetch = Fetch(
        at=page.fetched_at,
        status=page.status,
        url=page.url,
        etag=page.headers.get("etag"),
        last_modified=page.headers.get("last-modified"),
        run=page.run or run,
        archive=page.place,
    )
    return read.article.model_copy(update={"fetch": fetch})


def _milliseconds(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
