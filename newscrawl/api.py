"""The public call for one page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from newscrawl.article import Article
from newscrawl.extract.article import read_article
from newscrawl.extract.page import Page
from newscrawl.normalize.article import normalize_article
from newscrawl.site import Site, load_sites, site_of


def extract(
    html: bytes | str,
    url: str,
    *,
    site: Site | None = None,
    fetched_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Article:
    """Read one article page. No network, no database.

    `url`: where it was fetched. `site`: its site file; without one the packaged file whose host owns the address, if
    any. `fetched_at`: aware instant that relative dates count from; now by default. `headers`: those of the HTTP
    response, for the encoding. Raises NotAnArticle with a reason, ValueError where `url` is no http(s) address.
    """
    site = site or site_of(url, _packaged().values()) or Site.generic(url)
    page = Page(html, url, headers=headers)
    return normalize_article(read_article(page, site), site, fetched_at=fetched_at or datetime.now(UTC))


@lru_cache(maxsize=1)
def _packaged() -> dict[str, Site]:
    return load_sites()
