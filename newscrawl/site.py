"""A site is data: the schema of a site file, and the loading of site files.

A site file holds only what cannot be found out: addresses, country, time zone, editions, the pattern
of article URLs, and rules for fields that the general extraction cannot see. A mistake is refused with
the file's path, the key, what is wrong and what would be right. No network, no database, no Scrapy.
"""

from __future__ import annotations

import difflib
import os
import pickle
import re
import tomllib
import zoneinfo
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from newscrawl.normalize.spans import parse_ages

PACKAGED_SITES = Path(__file__).parent / "sites"

RuleField = Literal[
    "headline",
    "lead",
    "body",
    "dateline",
    "published",
    "modified",
    "authors",
    "section",
    "tags",
    "images",
    "views",
    "related",
]


class SiteError(ValueError):
    """A site file is wrong, or no site has the name asked for. The message is for people."""


def _http_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no http or https address; write it in full, such as https://example.com/news")
    return value


AT_A_GLANCE = {"is_glance": True}
"""Context of a validation that compiles no pattern and no selector, which takes most of its time."""


def _is_glance(info: ValidationInfo) -> bool:
    return info.context is AT_A_GLANCE


def _pattern(value: str, info: ValidationInfo) -> str:
    if _is_glance(info):
        return value
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}; quote it with '…' so that backslashes stay") from None
    return value


@lru_cache(maxsize=1000)
def _known_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(value, zoneinfo.available_timezones(), 1)
        raise ValueError("is no IANA time zone" + (f"; did you mean {near[0]}?" if near else "")) from None
    return value


def _archive(value: str) -> str:
    day = date(2024, 1, 31)
    try:
        filled = value.format(year=day.year, month=day.month, day=day.day)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise ValueError(f"has a field that is none of {{year}}, {{month:02}}, {{day:02}}: {error}") from None
    if "{year" not in value:
        raise ValueError("names no day; write it with {year}, {month:02} and {day:02}")
    _http_address(filled)
    return value


Address = Annotated[str, AfterValidator(_http_address)]
Archive = Annotated[str, AfterValidator(_archive)]
Pattern = Annotated[str, AfterValidator(_pattern)]
ZoneName = Annotated[str, AfterValidator(_known_zone)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Table):
    """Where a field stands in the page: `css` or `xpath`, then an attribute or the text, then a regular expression.

    The regular expression's first group is taken, or the whole match where it has none.
    """

    css: str | None = None
    xpath: str | None = None
    attribute: str | None = Field(default=None, description="Attribute to read; the text where absent.")
    regex: Pattern | None = None
    timezone: ZoneName | None = Field(default=None, description="Zone of this printed date, where not the site's.")

    @model_validator(mode="after")
    def _selects_once(self, info: ValidationInfo) -> Rule:
        if (self.css is None) == (self.xpath is None):
            raise ValueError("needs either css or xpath, and not both")
        if _is_glance(info):
            return self
        import cssselect
        from lxml import etree

        try:
            etree.XPath(self.selector)
        except (cssselect.SelectorError, etree.XPathSyntaxError) as error:
            raise ValueError(f"has a selector that cannot be read: {error}") from None
        return self

    @cached_property
    def selector(self) -> str:
        """The rule as XPath 1.0."""
        if self.xpath is not None:
            return self.xpath
        import cssselect

        return str(cssselect.HTMLTranslator().css_to_xpath(self.css or ""))


class Rewrite(_Table):
    """An address form of the same article, and the form that is its identity (`re.sub` syntax)."""

    pattern: Pattern
    replacement: str


class Edition(_Table):
    """One language or regional edition with its places of discovery."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$", description="BCP 47 code.")
    path: Pattern | None = Field(default=None, description="Pattern that addresses of this edition match.")
    listings: tuple[Address, ...] = ()
    feeds: tuple[Address, ...] = ()
    sitemaps: tuple[Address, ...] = ()
    archives: tuple[Archive, ...] = Field(
        default=(), description="Pages of past days, such as https://example.com/archive/{year}/{month:02}/{day:02}."
    )


class ListingRules(_Table):
    """How listing pages are read, where the general reading fails."""

    card: str | None = Field(default=None, description="CSS of one teaser card.")
    next_page: str | None = Field(default=None, description="CSS of the link to the next page.")
    page_parameter: str | None = Field(default=None, description="Query parameter that counts pages, such as `page`.")
    pinned: str | None = Field(default=None, description="CSS that marks a card as pinned or promoted.")

    @field_validator("card", "next_page", "pinned")
    @classmethod
    def _is_css(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and not _is_glance(info):
            import cssselect

            try:
                cssselect.HTMLTranslator().css_to_xpath(value)
            except cssselect.SelectorError as error:
                raise ValueError(f"is no CSS selector: {error}") from None
        return value


class CrawlRules(_Table):
    """Politeness and limits that this site needs other than the defaults."""

    delay: Annotated[float, Field(ge=0, le=3600)] | None = Field(default=None, description="Seconds between requests.")
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None
    max_pages: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Pages of one listing in one run.")
    revisits: tuple[timedelta, ...] | None = Field(
        default=None, description='Ages at which articles are visited again, such as `["1h", "6h", "1d"]`; `[]`: never.'
    )
    revisit_budget: Annotated[int, Field(ge=0)] | None = Field(default=None, description="Such visits in one run.")

    @field_validator("revisits", mode="before")
    @classmethod
    def _rising_ages(cls, value: Any) -> Any:
        return parse_ages(value) if isinstance(value, list | tuple | str) else value


class Site(_Table):
    """One news site, as its site file describes it."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,64}$", description="Name of the file without `.toml`.")
    publisher: str
    home: Address
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")
    timezone: ZoneName | None = Field(default=None, description="IANA name; for printed times without a zone.")
    hosts: tuple[str, ...] = Field(default=(), description="Further hosts of the site: old, mobile, AMP.")
    article: tuple[Pattern, ...] = Field(default=(), description="Patterns of article URLs; any may match.")
    ignore: tuple[Pattern, ...] = Field(default=(), description="Patterns of addresses that are never fetched.")
    rewrites: tuple[Rewrite, ...] = ()
    editions: tuple[Edition, ...] = ()
    rules: Mapping[RuleField, tuple[Rule, ...]] = Field(default_factory=dict, description="Field to rules, best first.")
    remove: tuple[Rule, ...] = Field(default=(), description="Parts of the page that belong to no field.")
    listing: ListingRules = ListingRules()
    crawl: CrawlRules = CrawlRules()

    @field_validator("article", "ignore", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("rules", mode="before")
    @classmethod
    def _rule_or_rules(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        return {key: rules if isinstance(rules, list | tuple) else [rules] for key, rules in value.items()}

    @classmethod
    def generic(cls, url: str) -> Site:
        """A site of which nothing is known but one address: general extraction only.

        Raises ValueError where `url` is no http(s) address.
        """
        host = urlsplit(_http_address(url)).hostname or ""
        name = re.sub(r"[^a-z0-9_-]+", "-", host.removeprefix("www.")).strip("-")[:64] or "unknown"
        return cls(name=name, publisher=host.removeprefix("www."), home=f"{urlsplit(url).scheme}://{host}/")

    @cached_property
    def packed(self) -> bytes:
        """The site for another process; see `unpacked`."""
        return pickle.dumps(self, pickle.HIGHEST_PROTOCOL)

    @cached_property
    def sources(self) -> dict[str, str]:
        """Address to kind of every listing, feed and sitemap of every edition."""
        kinds = ("listing", "feed", "sitemap")
        return {
            address: kind for edition in self.editions for kind in kinds for address in getattr(edition, f"{kind}s")
        }

    @cached_property
    def all_hosts(self) -> frozenset[str]:
        """Every host of the site, with its port where it is named with one, with and without `www.`."""
        named = [urlsplit(self.home).netloc.rpartition("@")[2], *self.hosts]
        bare = {host.lower().removeprefix("www.") for host in named}
        return frozenset(bare | {f"www.{host}" for host in bare})

    def owns(self, url: str) -> bool:
        """True where the address stands on one of the site's hosts."""
        return _host(url) in self.all_hosts

    def is_article(self, url: str) -> bool | None:
        """True or False by the site's patterns; None where the file gives none. Old and AMP forms count."""
        if any(re.search(pattern, url) for pattern in self.ignore):
            return False
        if not self.article:
            return None
        rewritten = self.rewrite(url)
        return any(re.search(pattern, rewritten) for pattern in self.article)

    def rewrite(self, url: str) -> str:
        """The address in the form that is its identity, by the file's `rewrites`; else unchanged."""
        for pattern, replacement in self._rewrites:
            if pattern.search(url):  # `sub` alone makes ready to replace before it searches, and most have none of them
                return pattern.sub(replacement, url, count=1)
        return url

    @cached_property
    def _rewrites(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(rule.pattern), rule.replacement) for rule in self.rewrites]

    def edition_of(self, url: str) -> Edition | None:
        """The edition that an address belongs to: the first whose `path` matches, else the one without a `path`."""
        default = None
        for edition in self.editions:
            if edition.path is None:
                default = default or edition
            elif re.search(edition.path, url):
                return edition
        return default

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the editions, in their order, each once."""
        return tuple(dict.fromkeys(edition.language for edition in self.editions))


@lru_cache(maxsize=256)
def unpacked(packed: bytes) -> Site:
    """The site that another process has packed; the same object for the same bytes."""
    site: Site = pickle.loads(packed)
    return site


def read_site(path: Path, *, at_a_glance: bool = False) -> Site:
    """The site of one file. Raises SiteError that names path, key, mistake and remedy.

    `at_a_glance`: for showing it; mistakes in patterns and selectors are not found.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SiteError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{path}: is no TOML: {error}") from None
    return parse_site(table, path, at_a_glance=at_a_glance)


def parse_site(table: Mapping[str, Any], path: Path, *, at_a_glance: bool = False) -> Site:
    """The site that a parsed site file describes; `path` gives it its name and stands in errors."""
    if "name" in table:
        raise SiteError(f"{path}: name: is not written in the file; rename the file to {table['name']}.toml instead")
    try:
        context = AT_A_GLANCE if at_a_glance else None
        return Site.model_validate({**table, "name": path.stem}, context=context)
    except ValidationError as error:
        raise SiteError("\n".join(_explain(path, dict(item)) for item in error.errors())) from None


def _explain(path: Path, item: dict[str, Any]) -> str:
    location = [part for part in item["loc"] if not (isinstance(part, str) and part.startswith("function-"))]
    key = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in location)
    message = str(item["msg"]).removeprefix("Value error, ")
    if key == "name":
        return f"{path}: the file's name must be lower-case letters, digits, - or _ and end in .toml"
    if item["type"] == "extra_forbidden":
        known = _keys_at(location[:-1])
        near = difflib.get_close_matches(str(location[-1]), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}"
        return f"{path}: {key}: unknown key; {hint}"
    if item["type"] == "missing":
        return f"{path}: {key}: is missing; add it, such as {_EXAMPLES.get(str(location[-1]), f'{location[-1]} = …')}"
    if item["type"] == "string_pattern_mismatch":
        example = _EXAMPLES.get(str(location[-1]))
        return f"{path}: {key}: {item['input']!r} is not of the right form" + (
            f"; such as {example}" if example else ""
        )
    return f"{path}: {key}: {item['input']!r} {message}"


_EXAMPLES = {
    "publisher": 'publisher = "Example News"',
    "home": 'home = "https://example.com/"',
    "country": 'country = "UA"',
    "language": 'language = "uk"',
    "name": 'name = "uk"',
}


def _keys_at(location: Iterable[Any]) -> list[str]:
    model: type[_Table] = Site
    tables: dict[str, type[_Table]] = {
        "editions": Edition,
        "rewrites": Rewrite,
        "rules": Rule,
        "remove": Rule,
        "listing": ListingRules,
        "crawl": CrawlRules,
    }
    for part in location:
        model = tables.get(str(part), model)
    return [key for key in model.model_fields if not (model is Site and key == "name")]


class Sites(dict[str, Site]):
    """Sites by name. `wrong`: by name, what is wrong with the files of those that are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: dict[str, SiteError] = {}

    def left_out(self) -> list[str]:
        """What is said of each of them, for people."""
        return [f"{mistake}; {name} is left out until this is corrected" for name, mistake in self.wrong.items()]


def load_sites(
    folders: Iterable[Path] = (),
    *,
    at_a_glance: bool = False,
    keep_going: bool = False,
    only: Collection[str] | None = None,
) -> Sites:
    """Every site by name: the packaged ones, then those of `folders`, which may replace them.

    `only`: of these names, as far as there are such; no other file is read, of which there may be thousands.
    `at_a_glance` is for lists of sites, see `read_site`. Raises SiteError where a folder does not exist and at the
    first wrong file, or with `keep_going` leaves the sites of wrong files out and notes them.
    """
    sites = Sites()
    for folder in (PACKAGED_SITES, *folders):
        if not folder.is_dir():
            raise SiteError(f"{folder}: is no folder of site files; create it or correct NEWSCRAWL_SITES")
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".toml"))
        except OSError as error:
            said = f"{folder}: cannot be read: {error.strerror}; let this user read it, or correct NEWSCRAWL_SITES"
            raise SiteError(said) from None
        for path in (folder / name for name in names):
            if only is not None and path.stem not in only:
                continue
            try:
                sites[path.stem] = read_site(path, at_a_glance=at_a_glance)
                sites.wrong.pop(path.stem, None)
            except SiteError as error:
                if not keep_going:
                    raise
                sites.pop(path.stem, None)  # not the packaged one in its place, silently
                sites.wrong[path.stem] = error
    return sites


def find_site(name: str, sites: Mapping[str, Site]) -> Site:
    """The site with this name. Raises SiteError with the nearest names, or with what is wrong with its file."""
    if name in sites:
        return sites[name]
    if isinstance(sites, Sites) and name in sites.wrong:
        raise sites.wrong[name]
    near = difflib.get_close_matches(name, sites, 3)
    raise SiteError(
        f"there is no site {name!r}"
        + (f"; did you mean {', '.join(near)}?" if near else ";")
        + " `newscrawl sites list` shows all"
    )


def site_of(url: str, sites: Iterable[Site]) -> Site | None:
    """The first site that owns the address."""
    host = _host(url)
    return next((site for site in sites if host in site.all_hosts), None)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2].lower()
