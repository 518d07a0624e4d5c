"""What a page says of its publisher: its name, its country, its other hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from newscrawl.extract import structured
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.text import clean
from newscrawl.normalize.urls import is_machine, registrable_domain
from newscrawl.normalize.zones import country_of_page

MOST = 1500  # elements with an address that are looked at
LONGEST_NAME = 60  # characters of a publisher's name
_MAIL = re.compile(r"mailto:[^@?\s]{1,64}@([a-z0-9.-]{3,100})", re.I)
_PHONE = re.compile(r"tel:\s*(?:\+|00)(\d[\d\s().-]{5,20})", re.I)
_OUTLETS = frozenset({"Organization", "NewsMediaOrganization", "WebSite", "Corporation", "LocalBusiness"})
# Between a page's title and the name of its site.
_SEPARATOR = re.compile(r"\s+[|–—·•»:-]\s+|\s*\|\s*")


@dataclass(slots=True)
class Hints:
    """Signs of one page. `countries`: source to ISO 3166-1 alpha-2; `names`: source to a publisher's name."""

    countries: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)
    """Registrable domains that the page links or loads from, each once."""


def read_hints(page: Page) -> Hints:
    """The signs of a page."""
    hints = Hints()
    hints.names = dict(reversed(list(_names(page))))
    hints.countries = dict(reversed(list(_countries(page))))
    hints.domains = list(dict.fromkeys(_domains(page)))
    return hints


def _names(page: Page) -> Iterator[tuple[str, str]]:
    declared = structured.article_object(page) or {}
    for source, text in (
        ("meta:og:site_name", (page.meta_first("og:site_name") or ("", None))[1]),
        ("jsonld:publisher", structured.first(declared.get("publisher"))),
        *(("jsonld:" + kind, structured.first(item.get("name"))) for item in page.json_ld for kind in _outlets(item)),
        ("meta:application-name", (page.meta_first("application-name") or ("", None))[1]),
        ("title", _of_title(page)),
    ):
        name = clean(text or "")
        if 1 < len(name) <= LONGEST_NAME and not name.startswith("http"):
            yield source, name


def _outlets(item: dict[str, Any]) -> list[str]:
    return [kind for kind in structured.types(item) if kind in _OUTLETS]


def _of_title(page: Page) -> str | None:
    """The name of the site in a title: the last part of `Story | Site`, the first of a home page's."""
    title = next((text_of(element) for element in page.tree.iter("title")), "")
    parts = [part for part in _SEPARATOR.split(title) if part.strip()]
    if not parts:
        return None
    return parts[0] if not urlsplit(page.url).path.strip("/") else parts[-1]


def _countries(page: Page) -> Iterator[tuple[str, str]]:
    for item in page.json_ld:
        publisher = item.get("publisher")
        for table in (item if _outlets(item) else None, publisher if isinstance(publisher, dict) else None):
            address = table.get("address") if table is not None else None
            country = address.get("addressCountry") if isinstance(address, dict) else None
            if (text := structured.first(country)) and re.fullmatch(r"[A-Za-z]{2}", text.strip()):
                yield "jsonld:address", text.strip().upper()
    locale = (page.meta_first("og:locale") or ("", ""))[1]
    if region := re.fullmatch(r"[A-Za-z]{2,3}[-_]([A-Za-z]{2})", locale.strip()):
        yield "meta:og:locale", region[1].upper()
    declared = re.match(r"\s*[A-Za-z]{2,3}[-_]([A-Za-z]{2})(?![A-Za-z])", page.tree.get("lang") or "")
    if declared:
        yield "html:lang", declared[1].upper()
    for address in _own_addresses(page):
        if not is_machine(urlsplit(address).hostname or "") and (country := country_of_page(address, None)):
            yield "address", country
    for element in islice(page.tree.iter("a"), MOST):
        href = element.get("href") or ""
        if found := _MAIL.match(href):
            if country := country_of_page(f"https://{found[1]}/", None):
                yield "mail", country
        elif (found := _PHONE.match(href)) and (country := _called(found[1])):
            yield "telephone", country


def _own_addresses(page: Page) -> Iterator[str]:
    """Addresses under which the page says that it stands."""
    yield page.url
    for element in page.tree.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split() and (
            address := page.absolute(element.get("href") or "")
        ):
            yield address
    if found := page.meta_first("og:url"):
        yield found[1]


def _domains(page: Page) -> Iterator[str]:
    for element in islice(page.tree.iter("a", "img", "link", "script", "source", "iframe"), MOST):
        address = element.get("href") or element.get("src") or ""
        if address.startswith(("http://", "https://", "//")) and (domain := registrable_domain(address)):
            yield domain


_CODES = {"43": "AT", "61": "AU", "880": "BD", "32": "BE", "55": "BR", "359": "BG", "56": "CL", "86": "CN", "57": "CO", "385": "HR",
    "420": "CZ", "45": "DK", "20": "EG", "372": "EE", "358": "FI", "33": "FR", "49": "DE", "30": "GR", "852": "HK", "36": "HU",
    "91": "IN", "62": "ID", "98": "IR", "353": "IE", "972": "IL", "39": "IT", "81": "JP", "254": "KE", "82": "KR", "371": "LV",
    "370": "LT", "352": "LU", "60": "MY", "52": "MX", "31": "NL", "64": "NZ", "234": "NG", "47": "NO", "92": "PK", "51": "PE",
    "63": "PH", "48": "PL", "351": "PT", "40": "RO", "381": "RS", "65": "SG", "421": "SK", "386": "SI", "27": "ZA", "34": "ES",
    "46": "SE", "41": "CH", "886": "TW", "66": "TH", "90": "TR", "380": "UA", "44": "GB", "84": "VN"}  # fmt: skip
"""Country codes of telephone numbers (ITU-T E.164) that are of one country."""


def _called(number: str) -> str | None:
    digits = re.sub(r"\D", "", number)
    return next((_CODES[digits[:length]] for length in (3, 2) if digits[:length] in _CODES), None)
