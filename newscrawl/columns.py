"""The article as one row: the columns of exports and of the flat view in the database. Pure data.

One table tells both, so that a name means the same in Parquet, JSON lines, CSV and `v_articles_flat`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "number", "flag", "instant", "texts", "records", "pairs", "json"]
"""`texts`: list of text. `records`: list of parts, each with the same fields. `pairs`: a table, as a list of `name` and
`value`. `json`: whatever it is, as JSON."""

SCHEMA = "newscrawl.rows/1"
"""Version of the columns: another one where a column is renamed, goes, or changes its type."""

SEPARATOR = "; "
"""Between the values of a list where a row has to be flat: in CSV and in the view."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, where the document has it, and what it holds."""

    name: str
    path: tuple[str, ...]
    """Keys from the document down. Where the first one names a list, the column is made of each of its parts, or with
    `is_first` of the first one."""
    kind: Kind
    told: str
    parts: tuple[tuple[str, Kind], ...] = ()
    """Of `records`: their fields."""
    is_first: bool = False

    @property
    def is_flat(self) -> bool:
        """Whether the view and CSV have it; they have lists of text as one text."""
        return self.kind not in ("records", "pairs")


def _column(name: str, kind: Kind, told: str, path: str = "", /, *, first: bool = False, **parts: Kind) -> Column:
    return Column(name, tuple((path or name).split(".")), kind, told, tuple(parts.items()), first)


COLUMNS: tuple[Column, ...] = (
    _column("id", "text", "Identity, the same for ever: a row with a known one replaces the known one.", "_id"),
    _column("seq", "integer", "Place in the order of all news; higher than before after each change."),
    _column("status", "text", "`active`, `gone` (its site shows it no more) or `merged` (drop it, see `merged_into`)."),
    _column("merged_into", "text", "Of a merged article: the `id` that it is a part of now."),
    _column("url", "text", "Canonical address."),
    _column("site", "text", "Name of the site file."),
    _column("publisher", "text", "Its name, as the page or the site file has it."),
    _column("edition", "text", "Edition of the site."),
    _column("language", "text", "BCP 47 code."),
    _column("headline", "text", "Without the name of the site."),
    _column("lead", "text", "The summary that the page shows above the text."),
    _column("body", "text", "Plain text, paragraphs separated by blank lines."),
    _column("word_count", "integer", "Words of `body`."),
    _column("is_cut", "flag", "The text is longer than what is kept of it."),
    _column("published_at", "instant", "Publication; null: none was found, or it could not be read.", "published.at"),
    _column("published_raw", "text", "The same as printed.", "published.raw"),
    _column("published_precision", "text", "The smallest unit that the page states.", "published.precision"),
    _column("published_offset", "integer", "Minutes east of UTC that were used.", "published.offset"),
    _column("published_zone", "text", "How they are known: `stated`, `site` or `assumed`.", "published.zone"),
    _column("published_source", "text", "Where the page has it.", "published.source"),
    _column("modified_at", "instant", "Last change, as the page states it.", "modified.at"),
    _column("modified_raw", "text", "The same as printed.", "modified.raw"),
    _column("modified_precision", "text", "The smallest unit that the page states.", "modified.precision"),
    _column("dateline", "text", "The dateline as printed.", "dateline.raw"),
    _column("place", "text", "Its place, as printed.", "dateline.place"),
    _column("region", "text", "Country, state or province beside it.", "dateline.region"),
    _column("country", "text", "Country of the place, ISO 3166-1 alpha-2; null where not sure.", "dateline.country"),
    _column("agency", "text", "Its agency or outlet, as printed.", "dateline.agency"),
    _column("agency_code", "text", "The agency's code, one for all spellings.", "dateline.agency_code"),
    _column("agency_name", "text", "The agency's own international name.", "dateline.agency_name"),
    _column("reporter", "text", "Reporter named in the dateline.", "dateline.reporter"),
    _column("author_names", "texts", "Names in the byline, in its order.", "authors.name"),
    _column("section", "text", "Rubric of the site."),
    _column("tags", "texts", "Topics that the page shows to its readers."),
    _column("keywords", "texts", "Those that it declares for search engines."),
    _column("image_url", "text", "The lead image.", "images.url", first=True),
    _column("views", "integer", "Latest view counter; null: none was seen, which is not zero.", "views.count"),
    _column("views_seen_at", "instant", "When it was seen.", "views.seen_at"),
    _column("kind", "text", "What kind of page it is: `article`, `opinion`, `live` …", "content_type"),
    _column("is_paywalled", "flag", "Null: the page does not tell."),
    _column("is_live", "flag", "A live blog, or a text that is being added to."),
    _column("syndication_agency", "text", "The agency whose news it is, as the text says.", "syndication.agency"),
    _column("cluster", "text", "The `id` of the first publisher among the copies of this text."),
    _column("copied_from", "text", "The `id` of the earlier article that most of its text is from.", "copied.article"),
    _column("copied_share", "number", "Share of the text that stands there, too.", "copied.share"),
    _column("story", "text", "One for the twins of a story in other editions."),
    _column("fingerprint", "text", "SHA-256 of headline, lead and body, typography folded."),
    _column("revision", "integer", "1 for the first version, one more at each change of text."),
    _column("is_stealth_edit", "flag", "The last change is one that the page says nothing of.", "change.is_stealth"),
    _column("first_seen_at", "instant", "First fetch."),
    _column("last_seen_at", "instant", "Latest fetch that found it there."),
    _column("changed_at", "instant", "Fetch that found this version of its text."),
    _column("gone_at", "instant", "When it was first found gone.", "gone.at"),
    _column("gone_status", "integer", "HTTP status of that answer.", "gone.status"),
    _column("fetched_at", "instant", "When this version was fetched.", "fetch.at"),
    _column("run", "text", "The run that fetched it.", "fetch.run"),
    _column("rights_noindex", "flag", "Not to be shown by search engines.", "rights.noindex"),
    _column("rights_noarchive", "flag", "No copy of the page is to be offered.", "rights.noarchive"),
    _column("rights_nosnippet", "flag", "Nothing of the text is to be shown beside a link.", "rights.nosnippet"),
    _column("rights_noai", "flag", "The text is not to be used for training.", "rights.noai"),
    _column("rights_noimageai", "flag", "Its pictures are not to be used for training.", "rights.noimageai"),
    _column("rights_tdm_reserved", "flag", "Rights of text and data mining are reserved.", "rights.tdm_reserved"),
    _column("rights_tdm_policy", "text", "Address of the terms on which they may be had.", "rights.tdm_policy"),
    _column("rights_ai_txt", "text", "What the site's ai.txt says: `allowed`, `disallowed`.", "rights.ai_txt"),
    _column("aliases", "texts", "Other addresses under which it was met."),
    _column("videos", "texts", "Addresses of players or files."),
    _column("authors", "records", "The byline.", name="text", url="text", is_agency="flag"),
    _column(
        "images",
        "records",
        "Pictures of the article, the lead image first; sizes in pixels.",
        url="text",
        caption="text",
        credit="text",
        alt="text",
        width="integer",
        height="integer",
    ),
    _column("alternates", "records", "The story in other languages, as the page says.", language="text", url="text"),
    _column("provenance", "pairs", "Field name to the source that it was read from."),
    _column("labels", "json", "What the readers of the database have put there."),
    _column("schema_version", "integer", "Version of the record that it was made from."),
)
"""In the order of exports."""

FLAT: tuple[Column, ...] = tuple(column for column in COLUMNS if column.is_flat)
"""Those of CSV."""

VIEWED: tuple[Column, ...] = tuple(c for c in FLAT if c.kind != "json" and c.name != "merged_into")
"""Those of the view, which shows no merged articles."""


def chosen(names: Iterable[str], among: Iterable[Column] = COLUMNS) -> tuple[Column, ...]:
    """The columns of these names, in their order, each once. Raises ValueError for a name that is none."""
    known = {column.name: column for column in among}
    wanted = dict.fromkeys(names)
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise ValueError(f"{name!r} is no column" + (f"; did you mean {near[0]}?" if near else ""))
    return tuple(known[name] for name in wanted)


def projection(columns: Iterable[Column]) -> dict[str, int]:
    """What of a document the columns are made of, as a projection of MongoDB."""
    return dict.fromkeys((column.path[0] for column in columns), 1)
