"""What the publisher allows to be done with an article: robots elements and headers, TDM reservation, `noai`.

Sources of the rules: Google, "Robots meta tag, data-nosnippet, and X-Robots-Tag specifications"; the W3C TDM
Reservation Protocol; DeviantArt's `noai` and `noimageai`. Recorded only: nothing here decides what is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from newscrawl.article import RawArticle, Rights
from newscrawl.extract.page import Page
from newscrawl.normalize.publisher_policy import PagePolicy, SitePolicy, policy_address, reservation
from newscrawl.normalize.text import clean

CRAWLERS = ("robots", "googlebot", "googlebot-news", "newscrawl")
"""Meta elements and prefixes of `X-Robots-Tag` that are read. What is said to the largest search engine is meant for
news crawlers as well."""

MOST_DIRECTIVES = 100
LONGEST = 10_000  # characters of one element or header
_WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_MEANS = {
    "noindex": ("noindex",), "none": ("noindex",), "noarchive": ("noarchive",), "nocache": ("noarchive",),
    "nosnippet": ("nosnippet",), "noai": ("noai",), "noimageai": ("noimageai",),
}  # fmt: skip
_PREFIX = re.compile(r"([A-Za-z][\w-]{0,60})\s*:\s*(.*)", re.S)


def read_rights(page: Page) -> tuple[Rights | None, str]:
    """What the page and its headers say, and where; None where they say nothing.

    The directives of all elements and headers hold together. Of a TDM reservation the page's own holds before the
    header's (TDMRep, "Processing priority").
    """
    found: dict[str, bool | int | str] = {}
    sources: list[str] = []
    for source, directive, value in _directives(page):
        said = _said(directive, value)
        for name, what in said.items():
            before = found.get(name)
            found[name] = min(before, what) if isinstance(before, int) and isinstance(what, int) else what
        if said and source not in sources:
            sources.append(source)
    for source, stated, policy in (
        ("meta", _first(page, "tdm-reservation"), _first(page, "tdm-policy")),
        ("header", page.headers.get("tdm-reservation"), page.headers.get("tdm-policy")),
    ):
        if (is_reserved := reservation(stated)) is not None:
            found["tdm_reserved"] = is_reserved
            if is_reserved and (address := policy_address(policy)):
                found["tdm_policy"] = address
            sources.append(f"{source}:tdm-reservation")
            break
    return (Rights.model_validate(found) if found else None), ", ".join(sources)


def add_policy(raw: RawArticle, policy: SitePolicy | PagePolicy) -> None:
    """Add what the two files of the article's site say; of a TDM reservation the page and its headers know better."""
    page = policy.of(raw.url)
    said: dict[str, bool | str | None] = {}
    sources: list[str] = []
    if (raw.rights is None or raw.rights.tdm_reserved is None) and page.tdm_reserved is not None:
        said |= {"tdm_reserved": page.tdm_reserved, "tdm_policy": page.tdm_policy}
        sources.append("site:tdmrep.json")
    if page.ai_txt is not None:
        said["ai_txt"] = page.ai_txt
        sources.append("site:ai.txt")
    if said:
        raw.rights = (raw.rights or Rights()).model_copy(update=said)
        raw.provenance["rights"] = ", ".join(filter(None, (raw.provenance.get("rights"), *sources)))


def _first(page: Page, name: str) -> str | None:
    return next(iter(page.meta.get(name, ())), None)


def _directives(page: Page) -> Iterator[tuple[str, str, str]]:
    """Source, name and value of each directive for this crawler or one of which the same is to be thought."""
    for name in CRAWLERS:
        for content in page.meta.get(name, ()):
            for _, directive, value in _split(content):
                yield f"meta:{name}", directive, value
    for crawler, directive, value in _split(page.headers.get("x-robots-tag", "")):
        if crawler in CRAWLERS:
            yield "header:x-robots-tag", directive, value


def _split(text: str) -> Iterator[tuple[str, str, str]]:
    """Crawler, name and value of each directive of a list.

    A crawler's name before a directive holds for those after it, too: several headers arrive joined by commas, and
    which of them had a name is not known any more.
    """
    crawler = "robots"
    parts = text[:LONGEST].split(",")[:MOST_DIRECTIVES]
    for position, printed in enumerate(parts):
        part = printed.strip()
        prefix = _PREFIX.match(part)
        if prefix and prefix[1].lower() not in _WITH_VALUE:
            crawler, part = prefix[1].lower(), prefix[2].strip()
            prefix = _PREFIX.match(part)
        if prefix:
            value = prefix[2].strip()
            if value.isalpha() and position + 1 < len(parts):  # `Saturday, 25-Jun-10 15:00:00 GMT`
                value = f"{value}, {parts[position + 1].strip()}"
            yield crawler, prefix[1].lower(), value
        else:
            for directive in part.lower().split():  # some pages write spaces for commas
                yield crawler, directive, ""


def _said(directive: str, value: str) -> dict[str, bool | int | str]:
    if directive == "max-snippet":
        if not re.fullmatch(r"\d{1,18}", value, re.A):
            return {}  # -1: as much as they like
        return {"max_snippet": int(value), **({"nosnippet": True} if int(value) == 0 else {})}
    if directive == "unavailable_after":
        return {"unavailable_after": clean(value)[:100]} if clean(value) else {}
    return dict.fromkeys(_MEANS.get(directive, ()), True)
