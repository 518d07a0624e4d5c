"""The record: what newscrawl knows of one article, and the raw evidence it is made from.

The one schema of an article; the other collections are in `newscrawl.records`. Everything else is derived
from these models: the MongoDB validators and indexes (`newscrawl.store.schema`), the JSON that
`newscrawl.extract` and the command line give. Pure data: no reading of pages, no database, no clock.

Two stages:

- `Card` and `RawArticle` hold strings as printed, with their sources. `newscrawl.extract` makes them.
- `Article` holds typed values. `newscrawl.normalize` makes it from a `RawArticle`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from newscrawl.normalize.urls import article_id
from newscrawl.storable import Address, Body, Counter, HeaderValue, Headline, Lead, Line, Name, Paragraph

SCHEMA_VERSION = 3
"""Version of the stored record; a migration leads from each version to the next (`newscrawl.store.migrate`)."""

INT64_MAX = 2**63 - 1
MOST_EVIDENCE, LONGEST_EVIDENCE = 6, 200  # candidates of a field, characters of one

Precision = Literal["second", "minute", "hour", "day", "month", "year"]
ContentType = Literal["article", "live", "gallery", "video", "opinion", "press_release"]
Permission = Literal["allowed", "disallowed"]
Status = Literal["active", "gone", "merged"]
Zone = Literal["stated", "site", "assumed"]
CardSource = Literal["listing", "feed", "sitemap", "related"]


class NotAnArticle(ValueError):
    """The page is no article. `reason` is a short stable code, `detail` a sentence for people."""

    def __init__(self, reason: str, detail: str, url: str | None = None) -> None:
        self.reason = reason
        self.detail = detail
        self.url = url
        super().__init__(f"{detail} ({reason})" + (f": {url}" if url else ""))

    def __reduce__(self) -> tuple[type[NotAnArticle], tuple[str, str, str | None]]:
        """So that it comes whole from another process."""
        return type(self), (self.reason, self.detail, self.url)


def _to_utc_milliseconds(value: datetime) -> datetime:
    """BSON dates are UTC with milliseconds: the record holds nothing that the database would drop."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    value = value.astimezone(UTC)
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


Instant = Annotated[datetime, AfterValidator(_to_utc_milliseconds)]
"""An aware datetime in UTC, cut to milliseconds."""

Count = Annotated[int, Field(ge=0, le=INT64_MAX)]


# --- evidence, as printed ---------------------------------------------------------------------


@dataclass(slots=True)
class Card:
    """What a listing, feed, sitemap or teaser says of an article before it is fetched. Strings as printed."""

    url: str
    source: CardSource
    headline: str | None = None
    lead: str | None = None
    published: str | None = None
    modified: str | None = None
    views: str | None = None
    section: str | None = None
    language: str | None = None
    image: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    is_pinned: bool = False
    found_at: str | None = None
    """Address of the listing, feed, sitemap or article that showed the card."""


@dataclass(slots=True)
class RawDate:
    """One printed or machine-readable date with its source, such as `jsonld:datePublished`."""

    text: str
    source: str
    timezone: str | None = None
    """IANA zone of this date, where a site's rule states another than the site's."""


@dataclass(slots=True)
class RawAuthor:
    """A byline as printed, with the address of the author's page where the page links one."""

    text: str
    url: str | None = None


@dataclass(slots=True)
class RawArticle:
    """Everything one page says of its article, as printed, with the source of each field in `provenance`.

    `published` and `modified` hold every candidate, best source first. `dateline` is a header line such
    as `Kyiv • UNN`; a dateline at the head of the body is still in `sections`.
    """

    url: str
    headline: str | None = None
    lead: str | None = None
    sections: list[Section] = field(default_factory=list)
    canonical_url: str | None = None
    aliases: list[str] = field(default_factory=list)
    alternates: dict[str, str] = field(default_factory=dict)
    publisher: str | None = None
    language: str | None = None
    published: list[RawDate] = field(default_factory=list)
    modified: list[RawDate] = field(default_factory=list)
    dateline: str | None = None
    authors: list[RawAuthor] = field(default_factory=list)
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    views: str | None = None
    related: list[Card] = field(default_factory=list)
    is_paywalled: bool | None = None
    is_live: bool = False
    content_type: ContentType = "article"
    declared_language: str | None = None
    rights: Rights | None = None
    provenance: dict[str, str] = field(default_factory=dict)
    disagreements: dict[str, list[str]] = field(default_factory=dict)
    evidence: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """Reasons for what of the page was left out, such as `json-ld-too-large`."""

    def note(self, name: str, candidates: Iterable[tuple[str, str | None]]) -> None:
        """Keep the candidates for a field, source and text, the one that won first; empty ones are left out."""
        texts = ((source, " ".join((text or "")[: 4 * LONGEST_EVIDENCE].split())) for source, text in candidates)
        kept = ((source, text[:LONGEST_EVIDENCE]) for source, text in texts if text)
        self.evidence[name] = list(islice(dict.fromkeys(kept), MOST_EVIDENCE))


# --- the record -------------------------------------------------------------------------------


class Part(BaseModel):
    """A part of the record. Unknown keys are refused: no key ever comes from a page."""

    model_config = ConfigDict(extra="forbid")

    def __reduce__(self) -> tuple[Any, ...]:
        """So that it goes from process to process in two thirds of the time that pydantic's own way takes."""
        return _as_it_was, (type(self), self.__dict__, self.__pydantic_fields_set__)


def _as_it_was(kind: type[Part], values: dict[str, Any], stated: set[str]) -> Part:
    """A part that another process has checked."""
    part = object.__new__(kind)
    put = object.__setattr__  # the model's own would check again
    put(part, "__dict__", values)
    put(part, "__pydantic_fields_set__", stated)
    put(part, "__pydantic_extra__", None)
    put(part, "__pydantic_private__", None)
    return part


class Timestamp(Part):
    """An instant as a page printed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: Instant | None = Field(description="The instant in UTC; null where the text could not be read.")
    raw: Counter = Field(description="The date as printed.")
    offset: int | None = Field(
        default=None,
        ge=-1080,
        le=1080,
        description="Offset from UTC that was used, in minutes east; null where none was known and UTC was assumed.",
    )
    precision: Precision = Field(description="The smallest unit that the text states.")
    zone: Zone | None = Field(
        default=None,
        description="How the offset is known. `stated`: the text says it; `site`: it is that of the site or its "
        "country; `assumed`: nothing tells, and UTC was taken. Null: an earlier version of the record did not keep it.",
    )
    source: Line | None = Field(default=None, description="Where the page has it, such as `jsonld:datePublished`.")


class Dateline(Part):
    """Where a story was filed and by which agency: `KYIV, Jan 6 (Reuters) -`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    raw: Line = Field(description="The dateline as printed.")
    place: Name | None = Field(default=None, description="Place as printed.")
    region: Name | None = Field(default=None, description="Country, state or province printed beside it.")
    country: Name | None = Field(
        default=None, description="Country of the place, ISO 3166-1 alpha-2; null where not sure."
    )
    agency: Name | None = Field(default=None, description="Agency or outlet as printed.")
    agency_code: Name | None = Field(default=None, description="The agency's code, one for all its spellings: `UNN`.")
    agency_name: Name | None = Field(default=None, description="The agency's own international name.")
    reporter: Name | None = Field(default=None, description="Reporter named in the dateline.")


class Author(Part):
    """A person or agency in the byline."""

    name: Name = Field(description="As printed, without titles and roles; a name in capitals is written as a name.")
    url: Address | None = Field(default=None, description="Address of the author's page; null: the byline links none.")
    is_agency: bool = Field(
        default=False, description="It is a news agency, such as `Reuters`, and not a person or a desk."
    )


class Section(Part):
    """A heading and the paragraphs below it. The first section of an article often has no heading."""

    heading: Line | None = Field(default=None, description="Null: the text before the first heading.")
    paragraphs: list[Paragraph] = Field(default_factory=list, description="In reading order, without markup.")


class Image(Part):
    """A picture of the article, never of its surroundings. Sizes in pixels."""

    url: Address = Field(description="Address of the file; newscrawl does not fetch it.")
    caption: Line | None = Field(default=None, description="What is printed below it; null: nothing is.")
    credit: Name | None = Field(
        default=None, description="Photographer, agency or owner, as printed; null: nobody is named."
    )
    alt: Line | None = Field(
        default=None, description="Its description for those who do not see it; null: there is none."
    )
    width: Count | None = Field(default=None, description="Pixels, as the page declares them; null: it does not.")
    height: Count | None = Field(default=None, description="Pixels, as the page declares them; null: it does not.")


class Rights(Part):
    """What the publisher says of the use of the article, for readers of the database to keep to.

    newscrawl records it, and stores the article whatever it says. From the page's robots elements, its headers and two
    files of its site; where several say something of one thing, the strictest holds.
    """

    noindex: bool = Field(default=False, description="It is not to be shown by search engines.")
    noarchive: bool = Field(default=False, description="No copy of the page is to be offered.")
    nosnippet: bool = Field(default=False, description="Nothing of the text is to be shown beside a link to it.")
    max_snippet: Count | None = Field(default=None, description="Characters of the text that may be shown so.")
    unavailable_after: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="When it is to be taken out of search, as stated."
    )
    noai: bool = Field(default=False, description="The text is not to be used for training (`noai`).")
    noimageai: bool = Field(default=False, description="Its pictures are not to be used for training.")
    tdm_reserved: bool | None = Field(
        default=None, description="Rights of text and data mining are reserved (TDMRep). Null: nothing is said."
    )
    tdm_policy: str | None = Field(default=None, description="Address of the terms on which they may be had.")
    ai_txt: Permission | None = Field(default=None, description="What the site's ai.txt says of texts for training.")


class Views(Part):
    """The latest view counter of the article."""

    count: Count | None = Field(description="Views; null: the counter could not be read.")
    seen_at: Instant = Field(description="When the page that shows it was fetched, UTC.")
    raw: Counter = Field(description="The counter as printed.")


class Related(Part):
    """An article that the page shows as a teaser card, with whatever date and views the card prints."""

    url: Address | None = Field(default=None, description="Null where the page prints the card without a link.")
    headline: Headline | None = Field(default=None, description="As the card prints it.")
    published_at: Instant | None = Field(
        default=None, description="Publication by the card, UTC; null: it prints none that can be read."
    )
    views: Count | None = Field(default=None, description="Views by the card; null: it prints no counter.")


class Evidence(Part):
    """One candidate for a field."""

    source: Name = Field(description="Where the page has it, such as `jsonld:headline`.")
    text: Line = Field(description="As printed, up to 200 characters.")


class Change(Part):
    """How one version of an article differs from the version before it."""

    changed: list[Literal["headline", "lead", "body"]] = Field(description="Fields whose wording differs.")
    paragraphs_added: Count = Field(default=0, description="Paragraphs that only the new text has.")
    paragraphs_removed: Count = Field(default=0, description="Paragraphs that only the old text has.")
    paragraphs_changed: Count = Field(
        default=0, description="Paragraphs that share at least half of their words with one of the old text."
    )
    paragraphs_moved: Count = Field(default=0, description="Word for word the same, elsewhere in the text.")
    share: float = Field(
        ge=0, le=1, description="Share of the words of both versions that they have in common; 1: the same words."
    )
    is_stealth: bool | None = Field(
        default=None,
        description="The page says nothing of the change: no later date, no notice. Null: that cannot be told.",
    )
    same_as: int | None = Field(
        default=None, description="Number of the earlier version that the page came back to; null: the text is new."
    )


class Syndication(Part):
    """Another house's news: the text says which agency it is from, whether or not the original is stored.

    `cluster` and `copied` tell of the original and the other copies, as far as they are stored.
    """

    agency: Name = Field(description="International name of the agency that dateline, byline or a credit name.")


class Copied(Part):
    """Where a near-duplicate has its text from."""

    article: str = Field(description="Identity of the earlier article that has most of this text.")
    url: Address = Field(description="Address of that article.")
    site: Name | None = Field(default=None, description="Name of the site file of that article.")
    share: float = Field(ge=0, le=1, description="Share of this text that stands in the other, 0 to 1.")
    agency: Name | None = Field(
        default=None, description="Agency that this text's dateline, byline or words name as its origin."
    )


class Fetch(Part):
    """How the current version was fetched."""

    at: Instant | None = Field(default=None, description="When the page had arrived, UTC.")
    status: int | None = Field(default=None, description="HTTP status of the answer.")
    url: Address | None = Field(default=None, description="Address that showed it, after redirects.")
    etag: HeaderValue = Field(
        default=None,
        description="Header `ETag`, sent back at the next visit; null: none, or one that cannot be sent back.",
    )
    last_modified: HeaderValue = Field(
        default=None,
        description="Header `Last-Modified`, sent back at the next visit; null: none, or one that cannot be sent back.",
    )
    not_modified: Count = Field(default=0, description="Answers 304 in a row since.")
    run: str | None = Field(default=None, description="Identity of the run in `runs`.")
    archive: Line | None = Field(default=None, description="Where the page is archived.")


class Gone(Part):
    """An article that its site does not show any more. Its text is kept."""

    at: Instant = Field(description="When it was first found gone, UTC.")
    status: int = Field(description="HTTP status of the answer: 404, 410, or that of a redirect away from it.")
    redirected_to: Address | None = Field(
        default=None, description="Address that the site leads to instead; null: it leads nowhere."
    )
    sightings: int = Field(default=1, ge=1, description="How often in a row; it is looked for until there are 2.")


class Absence(Part):
    """A time for which an article was gone."""

    gone_at: Instant = Field(description="When it was first found gone, UTC.")
    status: int = Field(description="HTTP status of the answer then.")
    back_at: Instant = Field(description="When it was found there again, UTC.")


class Article(Part):
    """One news article: the document of the collection `articles`. All times UTC."""

    url: Address = Field(max_length=2048, description="Canonical URL; `_id` is the hash of the first one.")
    aliases: list[Address] = Field(default_factory=list, description="Other addresses under which it was met.")
    site: str | None = Field(default=None, description="Name of the site file.")
    publisher: Name | None = Field(default=None, description="Name of the outlet, as the page or the site file has it.")
    edition: str | None = Field(default=None, description="Edition of the site, such as `uk`.")
    language: Name | None = Field(default=None, description="Language of the text, BCP 47 code; null: not known.")

    headline: Headline = Field(
        min_length=1, max_length=1000, description="As printed above the story, without the name of the site."
    )
    lead: Lead | None = Field(default=None, description="The summary that the page shows above the text.")
    body: Body = Field(default="", description="Plain text of `sections`, paragraphs separated by blank lines.")
    sections: list[Section] = Field(default_factory=list, description="The text by headings.")
    word_count: Count = Field(default=0, description="Number of words of `body`.")
    is_cut: bool = Field(default=False, description="The text is longer than what is kept of it: a million characters.")
    undecodable: float = Field(
        default=0, ge=0, le=1, description="Share of the characters of headline, lead and body that are U+FFFD, 0 to 1."
    )

    dateline: Dateline | None = Field(default=None, description="Where it was filed, and by which agency.")
    published: Timestamp | None = Field(default=None, description="Publication, as the page states it.")
    modified: Timestamp | None = Field(default=None, description="Last change, as the page states it.")
    authors: list[Author] = Field(default_factory=list, description="Who wrote it, in the order of the byline.")
    section: Name | None = Field(default=None, description="Rubric of the site.")
    tags: list[Name] = Field(default_factory=list, description="Topics that the page shows to its readers.")
    keywords: list[Name] = Field(default_factory=list, description="Words that it declares for search engines.")
    images: list[Image] = Field(default_factory=list, description="Pictures of the story, the lead image first.")
    videos: list[Address] = Field(default_factory=list, description="Addresses of video players or files.")
    views: Views | None = Field(
        default=None, description="Latest view counter; null: none was seen, which is not zero."
    )
    related: list[Related] = Field(default_factory=list, description="Articles that its page shows as cards.")
    alternates: list[Alternate] = Field(default_factory=list, description="The story in other languages (hreflang).")

    is_paywalled: bool | None = Field(
        default=None, description="Readers pay or subscribe for the whole text; null: the page does not tell."
    )
    is_live: bool = Field(default=False, description="It is a live blog.")
    content_type: ContentType = Field(default="article", description="What kind of page it is.")
    rights: Rights | None = Field(default=None, description="What the publisher says of its use; null: nothing.")

    fingerprint: str = Field(default="", description="SHA-256 of headline, lead and body, typography folded.")
    similarity: list[int] | None = Field(
        default=None, description="Near-duplicate signature: 32 signed numbers of 64 bits; null: less than 40 words."
    )
    cluster: str | None = Field(
        default=None, description="Identity of the first publisher among the copies of this text; null: no copy."
    )
    copied: Copied | None = Field(
        default=None, description="Where the text is from; null: it is the first one, or no copy."
    )
    syndication: Syndication | None = Field(
        default=None, description="Whose news it is; null: its own publisher's, as far as the text says."
    )
    story: str | None = Field(
        default=None, description="A name that the twins of a story in other editions share; null: it has none."
    )
    links_due: str | None = Field(default=None, description="Set while copies and twins are still to be looked for.")

    revision: int = Field(default=1, ge=1, description="1 for the first version, one more at each change of text.")
    change: Change | None = Field(default=None, description="What made this version; null for the first one.")
    returns: Count = Field(
        default=0,
        description="Times that the page came back to an earlier version. The first ten make a version each; after "
        "that, a return takes the place of a return before it.",
    )
    first_seen_at: Instant | None = Field(default=None, description="First fetch, UTC.")
    last_seen_at: Instant | None = Field(default=None, description="Latest fetch that found it there, UTC.")
    changed_at: Instant | None = Field(default=None, description="Fetch that found this version of its text, UTC.")
    next_visit_at: Instant | None = Field(default=None, description="When it is visited again, UTC; null: it is not.")
    gone: Gone | None = Field(
        default=None, description="That the site does not show it any more; null: it does, as far as is known."
    )
    absences: list[Absence] = Field(default_factory=list, description="Times for which it was gone, the last ten.")

    fetch: Fetch = Field(default_factory=Fetch, description="How this version was fetched.")
    provenance: dict[str, Line] = Field(default_factory=dict, description="Field name to the source it was read from.")
    evidence: dict[str, list[Evidence]] = Field(
        default_factory=dict, description="Field name to the candidates that there were, the one that won first."
    )
    disagreements: dict[str, list[Line]] = Field(
        default_factory=dict, description="Field name to the sources that say otherwise, with what they say."
    )
    status: Status = Field(default="active", description="`active`: its site shows it; `gone`: it does not any more.")
    seq: Annotated[int, Field(ge=1, le=INT64_MAX)] | None = Field(
        default=None,
        description="Place in the order of all news: it gets another, higher one when it is stored, when its text "
        "changes, when it is gone and when it is back. Null: given within a second of the write.",
    )
    seq_due: str | None = Field(default=None, description="Set while a new `seq` is still to be given.")
    schema_version: int = Field(default=SCHEMA_VERSION, description="Version of this form of the record.")

    @property
    def id(self) -> str:
        """Identity in the database: the hash of `url`."""
        return article_id(self.url)

    def __str__(self) -> str:
        """The address: logs hold no whole articles."""
        return self.url


class Alternate(Part):
    """An edition twin that the page declares by `hreflang`."""

    language: Name = Field(description="BCP 47 code, as the page declares it.")
    url: Address = Field(description="Address of the twin.")


Article.model_rebuild()
