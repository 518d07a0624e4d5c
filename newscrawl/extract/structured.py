"""What a page declares of its article in JSON-LD, microdata and meta elements (schema.org, Open Graph)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newscrawl.article import Image, RawAuthor
from newscrawl.extract.page import Page, text_of

_ARTICLE_TYPES = re.compile(r"(?:article|blogposting|report|newsstory|liveblog|reportage)", re.I)
_PAGE_TYPES = frozenset({"WebPage", "ItemPage", "AboutPage", "VideoObject", "Recipe", "PodcastEpisode", "Episode", "HowTo", "CreativeWork", "MedicalWebPage", "QAPage", "DiscussionForumPosting", "AudioObject", "Review", "TVEpisode", "RadioEpisode", "FAQPage", "Book", "Event"})  # fmt: skip
MOST = 100  # values of one list


def article_object(page: Page) -> dict[str, Any] | None:
    """The JSON-LD object of the page's article: the one with the most to say."""
    found = [item for item in page.json_ld if is_article(item)]
    return max(found, key=len, default=None)


def types(item: dict[str, Any]) -> list[str]:
    """The `@type` names of an object."""
    value = item.get("@type")
    return [str(name) for name in value] if isinstance(value, list) else [str(value)] if value else []


def strings(value: Any) -> list[str]:
    """Every text that a JSON-LD value holds: itself, its `name` or `@value`, or those of a list."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value[:MOST] for text in strings(item)]
    if isinstance(value, dict):
        return strings(value.get("name") or value.get("@value") or value.get("headline") or "")
    return []


def first(value: Any) -> str | None:
    """The first text of a JSON-LD value."""
    return next(iter(strings(value)), None)


def is_article(item: dict[str, Any]) -> bool:
    """Whether an object is an article of any kind."""
    return any(_ARTICLE_TYPES.search(name) for name in types(item))


def is_page(item: dict[str, Any]) -> bool:
    """Whether an object is the page itself, a recipe, a video or another work that stands on it."""
    return any(name in _PAGE_TYPES for name in types(item))


def authors(item: dict[str, Any], page: Page) -> list[RawAuthor]:
    """Names and pages of the JSON-LD authors; those named by `@id` alone are looked up among the page's objects."""
    value = item.get("author") or item.get("creator")
    found: list[RawAuthor] = []
    for entry in value[:MOST] if isinstance(value, list) else [value]:
        person = _resolved(entry, page)
        link = person.get("url") if isinstance(person, dict) else None
        address = page.absolute(link) if isinstance(link, str) else None
        if (
            isinstance(person, dict)
            and not person.get("name")
            and (parts := [person.get("givenName"), person.get("familyName")])
        ):
            found += [RawAuthor(" ".join(part for part in parts if isinstance(part, str)), address)]
        found += [RawAuthor(name, address) for name in strings(person)]
    return [author for author in found if author.text.strip(" ,")]


def _resolved(entry: Any, page: Page) -> Any:
    identity = entry.get("@id") if isinstance(entry, dict) and not entry.get("name") else None
    if identity is None:
        return entry
    named = (item for item in page.json_ld if item.get("@id") == identity and item is not entry and len(item) > 1)
    return next(named, entry)


def images(item: dict[str, Any], page: Page) -> list[Image]:
    """Pictures of the JSON-LD article."""
    value = item.get("image") or item.get("thumbnailUrl")
    found: list[Image] = []
    for item_or_id in value if isinstance(value, list) else [value]:
        is_named = isinstance(item_or_id, dict) and not item_or_id.get("url")
        entry = _resolved(item_or_id, page) if is_named else item_or_id
        table = entry if isinstance(entry, dict) else {"url": entry}
        address = table.get("url") or table.get("contentUrl")
        if isinstance(address, list):
            address = address[0] if address else None
        if isinstance(address, str) and (absolute := page.absolute(address)) and len(found) < MOST:
            found.append(
                Image(
                    url=absolute,
                    caption=first(table.get("caption")),
                    credit=first(table.get("creditText") or table.get("creator")),
                    width=pixels(table.get("width")),
                    height=pixels(table.get("height")),
                )
            )
    return found


def pixels(value: Any) -> int | None:
    """A size in pixels from a number or `1200px`."""
    if isinstance(value, dict):
        value = value.get("value")
    found = re.match(r"\s*(\d{1,6})(?:px)?\s*$", str(value)) if value is not None else None
    return int(found[1]) if found else None


def views(item: dict[str, Any]) -> str | None:
    """The view counter among the `interactionStatistic`; comments, likes and shares are none."""
    if (
        plain := re.fullmatch(
            r"(?:UserPageVisits|UserPlays|UserPageViews)?:?\s*(\d+)", str(item.get("interactionCount", ""))
        )
    ) is not None:
        return f"{plain[1]} views"
    value = item.get("interactionStatistic")
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            kind = str(entry.get("interactionType"))
            count = str(entry.get("userInteractionCount", "")).removesuffix(".0")
            if re.search(r"(?:View|Read|Watch)Action", kind) and count[:1].isdigit():
                return f"{count} views"
    return None


def breadcrumbs(item: dict[str, Any]) -> list[str]:
    """Names of the pages on the path to this one, from the home page on; none where the object is no BreadcrumbList."""
    if "BreadcrumbList" not in types(item):
        return []
    value = item.get("itemListElement")
    entries = [entry for entry in (value if isinstance(value, list) else [value])[:MOST] if isinstance(entry, dict)]
    names = [first(entry.get("name")) or first(entry.get("item")) for entry in entries]
    return [name for name in names if name and not name.startswith("http")]


def is_free(item: dict[str, Any]) -> bool | None:
    """schema.org `isAccessibleForFree`."""
    value = item.get("isAccessibleForFree")
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(str(value).rsplit("/", 1)[-1].casefold())


def microdata(page: Page, name: str) -> Iterator[str]:
    """Values of an `itemprop` of the page's article (WHATWG HTML, 5.2.4); of a nested item its name."""
    for element in page.itemprops.get(name, ()):
        nested = element.get("itemscope") is not None
        inner = next((e for e in element.iterdescendants() if e.get("itemprop") == "name"), None) if nested else None
        value = text_of(inner) if inner is not None else element.get("content") or element.get("datetime") or ""
        if text := (value or text_of(element)).strip():
            yield text
