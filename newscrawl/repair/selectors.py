"""How a rule can name an element of a page, and of the next page of the same layout: the surest names first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from newscrawl.site import Rule

MOST_NEAR = 3  # elements above one that help to name it
MOST_FOUND = 40  # elements of one page that a name may fit
_MEANT = ("itemprop", "data-testid", "data-test", "data-qa", "data-component", "data-field", "rel", "property", "name")
"""Attributes that say what an element is, and stay when a layout is built anew."""
_WORD = re.compile(r"-?[A-Za-z_][\w-]*$")
_HASHED = re.compile(r"^(?P<stem>[A-Za-z][\w-]*__|[A-Za-z][\w-]*_)(?P<hash>(?=[\w-]*[A-Z0-9])[\w-]{5,})$")
"""CSS modules, styled components and their like add a hash that changes with each build."""
_GENERATED = re.compile(r"^(?:css|sc|jsx|svelte|emotion|_)-?[A-Za-z0-9]{4,}$|^[a-z]{1,2}[A-Z0-9]\w{3,}$|\d{3,}")
_LAYOUT = re.compile(
    r"^(?:[mp][trblxy]?-|[wh]-|text-|font-|flex|grid|col(?:umn)?s?\b|row\b|d-|is-|has-|js-|clear|container|wrap|active|hidden|"
    r"bg-|border|rounded|items-|justify-|gap-|space-|lg:|md:|sm:|xl:|block$|inline)"
)
"""Class names of frameworks say how an element looks, not what it is."""


def names_of(element: Any) -> Iterator[str]:
    """CSS of the element by itself: by what it is said to be, by its id, by its classes."""
    tag = element.tag
    for attribute in _MEANT:
        value = (element.get(attribute) or "").strip()
        if value and len(value) <= 60 and '"' not in value and "\n" not in value and "\\" not in value:
            yield f'{tag}[{attribute}="{value}"]'
    if (name := element.get("id")) and _WORD.match(name) and not re.search(r"\d{2,}", name):
        yield f"#{name}"
    for name in (element.get("class") or "").split():
        if not _WORD.match(name) or _LAYOUT.match(name):
            continue
        if hashed := _HASHED.match(name):
            yield f'{tag}[class*="{hashed["stem"]}"]'
        elif not _GENERATED.search(name):
            yield f"{tag}.{name}"


def selectors_of(element: Any) -> list[str]:
    """CSS that finds the element, the surest first: its own names, then its tag or names below those around it."""
    own = list(names_of(element))
    found = list(own)
    above = element.getparent()
    for _ in range(MOST_NEAR):
        if above is None or above.tag in ("body", "html"):
            break
        found += [f"{name} {inner}" for name in names_of(above) for inner in (*own[:2], element.tag)]
        above = above.getparent()
    if element.tag in ("h1", "time", "article", "main"):
        found.append(element.tag)
    return list(dict.fromkeys(found))


def rules_of(element: Any, attribute: str | None) -> list[Rule]:
    """The same as rules that read the element's text, or an attribute of it."""
    return [Rule(css=selector, attribute=attribute) for selector in selectors_of(element)]
