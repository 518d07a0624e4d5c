"""Which agency a copied text names as its origin. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from newscrawl.normalize.agencies import AGENCIES, WIRES, Agency, agency_of, names_agency

_CREDIT = re.compile(rf"[(\[/]\s*({WIRES})(?:[/-]\w+)?\s*[)\]/]")


def named_agency(
    text: str, *, dateline: str | None, authors: Iterable[str], sources: Iterable[str | None] = ()
) -> str | None:
    """The international name of the agency that a text has its news from, where it says so; None where it does not.

    Said by the dateline (its agency, as printed), else by the byline, by a credit in the text such as `(Reuters)`, or
    by any mention of the source: `sources` are names of the outlet that had the text first.
    """
    if (row := agency_of(dateline)) is not None:
        return row.name
    for author in authors:
        if (row := agency_of(author) or _by_name().get(author.casefold())) is not None:
            return row.name
        if names_agency(author):
            return author
    if (credit := _CREDIT.search(text)) and (row := agency_of(credit[1])) is not None:
        return row.name
    for source in sources:
        row = (agency_of(source) or _by_name().get(source.casefold())) if source else None
        if row is not None and _mention(row).search(text):
            return row.name
    return None


def foreign_agency(text: str, *, dateline: str | None, authors: Iterable[str], publisher: str | None) -> str | None:
    """The agency that a text is from, where that is another house than its publisher; else as `named_agency`."""
    agency = named_agency(text, dateline=dateline, authors=authors)
    if agency is None or publisher is None:
        return agency
    own = agency_of(publisher) or _by_name().get(publisher.casefold())
    is_own = publisher.casefold() == agency.casefold() or (own is not None and own.name == agency)
    return None if is_own else agency


@lru_cache(maxsize=1)
def _by_name() -> dict[str, Agency]:
    return {name.casefold(): row for row in AGENCIES for name in (row.name, f"the {row.name}")}


@lru_cache(maxsize=128)
def _mention(row: Agency) -> re.Pattern[str]:
    names = [row.code, re.escape(row.name), *(name for name in row.spellings.split("|") if name)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)")
