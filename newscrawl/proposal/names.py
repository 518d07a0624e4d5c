"""The name of a site file, from its domain, and that of the publisher, from what pages call it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

from newscrawl.normalize.urls import is_machine, registrable_domain
from newscrawl.proposal.hints import Hints

_ORDER = ("meta:og:site_name", "jsonld:publisher", "jsonld:NewsMediaOrganization", "jsonld:WebSite", "jsonld:Organization", "meta:application-name", "feed", "title")  # fmt: skip


def name_of_site(home: str) -> str:
    """Name of the file: `derstandard` of www.derstandard.at, `news-orf` of news.orf.at, `127-0-0-1-8008` of a machine."""
    parts = urlsplit(home)
    host = (parts.hostname or "").lower().removeprefix("www.")
    if is_machine(host):
        name = f"{host}-{parts.port}" if parts.port else host
    else:
        domain = registrable_domain(home)
        name = host.removesuffix(domain) + domain.partition(".")[0]
    return re.sub(r"[^a-z0-9_-]+", "-", name).strip("-")[:64] or "site"


def publisher_of(pages: Sequence[Hints], feeds: Sequence[str | None], home: str) -> tuple[str, str]:
    """The publisher's name and its source: the surest sign that most pages agree on."""
    for source in _ORDER:
        names = Counter(page.names[source] for page in pages if source in page.names)
        if source == "feed":
            names = Counter(title for title in feeds if title and len(title) <= 60)
        if not names:
            continue
        name, number = names.most_common(1)[0]
        # A title may hold anything; several pages that end alike name their site.
        if source != "title" or number > 1:
            return name, source
    return (urlsplit(home).hostname or home).removeprefix("www."), "address"
