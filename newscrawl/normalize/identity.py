"""The address that is an article's identity: what decides whether two addresses are one article. Pure."""

from __future__ import annotations

from newscrawl.normalize.urls import canonical_url
from newscrawl.site import Site


def identity(url: str, site: Site) -> str:
    """The address that is an article's identity: canonical, in the form that the site's rewrites give it.

    Raises ValueError on what is no http(s) address.
    """
    rewritten = site.rewrite(url)
    return site.rewrite(canonical_url(rewritten))


def identity_or_none(url: str, site: Site) -> str | None:
    """The same; None for what is no http(s) address."""
    try:
        return identity(url, site)
    except ValueError:
        return None
