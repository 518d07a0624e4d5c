"""newscrawl turns news sites into a clean, living database.

For scripts and notebooks: `newscrawl.extract(html, url)` reads one page into an `Article`. Names are loaded when they
are first used, so that `import newscrawl` and the command line start fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newscrawl.api import extract
    from newscrawl.article import Article, NotAnArticle
    from newscrawl.json_schema import article_schema
    from newscrawl.site import Site, load_sites
else:
    from newscrawl import extract

__all__ = ["Article", "NotAnArticle", "Site", "article_schema", "extract", "load_sites"]

_HOMES = {
    "Article": "newscrawl.article",
    "NotAnArticle": "newscrawl.article",
    "Site": "newscrawl.site",
    "article_schema": "newscrawl.json_schema",
    "load_sites": "newscrawl.site",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("newscrawl")
    raise AttributeError(f"module 'newscrawl' has no attribute {name!r}")
