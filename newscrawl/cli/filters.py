"""Which articles a command is about: the options that `articles list`, `search`, `tail` and `export` share.

@app.command("list")
@filtered
def list_stored(filters: Filters, *, limit: … = 20) -> None:
    chosen = filters.selection()
"""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from newscrawl.cli.asked import all_sites, instant_asked
from newscrawl.cli.output import Exit, fail

if TYPE_CHECKING:
    from pydantic import ValidationError

    from newscrawl.selection import Selection
    from newscrawl.store.lookup import Database

KINDS = ("article", "live", "gallery", "video", "opinion", "press_release")
STATUSES = ("active", "gone", "merged")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _option(*names: str, place: str | None = None, told: str, **limits: Any) -> Any:
    return typer.Option(*names, metavar=place, help=told, **limits)


Words = list[str] | None
OPTIONS: Mapping[str, Any] = {
    "text": Annotated[str | None, _option("--query", place="WORDS", told="With these words, as `search` takes them.")],
    "sites": Annotated[Words, _option("--site", place="SITE", told="Of this site; several: name it again.")],
    "languages": Annotated[Words, _option("--language", place="CODE", told="In this language, such as uk (BCP 47).")],
    "countries": Annotated[Words, _option("--country", place="CODE", told="From this country, such as UA (ISO 3166).")],
    "places": Annotated[Words, _option("--place", place="NAME", told="From this place, as the dateline names it.")],
    "agencies": Annotated[Words, _option("--agency", place="NAME", told="Of this agency, such as Reuters.")],
    "tags": Annotated[Words, _option("--tag", place="TAG", told="With this tag.")],
    "sections": Annotated[Words, _option("--section", place="NAME", told="Of this rubric of its site.")],
    "authors": Annotated[Words, _option("--author", place="NAME", told="By this author.")],
    "kinds": Annotated[Words, _option("--kind", place="KIND", told=f"Of this kind: {', '.join(KINDS)}.")],
    "statuses": Annotated[Words, _option("--status", place="STATUS", told=f"Whose status is: {', '.join(STATUSES)}.")],
    "published_from": Annotated[
        str | None,
        _option("--from", "--since", place="WHEN", told="Published since then: 2d, 12h, or a date like 2026-01-31."),
    ],
    "published_to": Annotated[
        str | None, _option("--to", "--until", place="WHEN", told="Published before then; a day counts whole.")
    ],
    "min_views": Annotated[int | None, _option("--min-views", place="NUMBER", told="Read at least so often.", min=0)],
    "after_seq": Annotated[
        int | None, _option("--after-seq", place="SEQ", told="New or changed after this `seq`.", min=0)
    ],
}
"""Field of `Selection` to the option that sets it."""
NAMES = {"published_from": "--from", "published_to": "--to", "text": "--query"} | {
    name: f"--{option}"
    for name, option in zip(
        ("sites", "languages", "countries", "places", "agencies", "tags", "sections", "authors", "kinds", "statuses"),
        ("site", "language", "country", "place", "agency", "tag", "section", "author", "kind", "status"),
        strict=True,
    )
}
"""Field of `Selection` to the name of its option, where that is not the field's."""
SPLIT = ("sites", "languages", "countries", "kinds", "statuses")
"""Fields of codes, several of which may stand in one word: `--site unn,bbc`."""


@dataclass(frozen=True)
class Filters:
    """What the filters of one command line say. `given`: field of `Selection` to the words of the command line."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def selection(self, **further: Any) -> Selection:
        """The articles that are meant. `further`: fields that the command sets itself.

        Ends with code 2 where a filter names nothing that there can be. Names of sites are left to `want_sites`.
        """
        from pydantic import ValidationError

        from newscrawl.selection import Selection

        values = {name: _read(name, value) for name, value in self.given.items() if value not in (None, [])} | further
        first, end = values.get("published_from"), values.get("published_to")
        if first and end and first >= end:
            fail(
                f"--from {self.given['published_from']} is not before --to {self.given['published_to']}; exchange them",
                Exit.USAGE,
            )
        try:
            return Selection(**values)
        except ValidationError as error:
            fail(_wrong(error, further), Exit.USAGE)

    def words(self) -> list[str]:
        """The filters as words of a command line, for a command that goes on where this one ended."""
        words = []
        for name, value in self.given.items():
            for one in value if isinstance(value, list) else [value] if value is not None else []:
                words += [_option_of(name), str(one)]
        return words


def filtered(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of `OPTIONS` behind its own ones, and their values as its argument `filters`.

    `left_out`: fields of `Selection` for which the command has options of its own, or none.
    """
    options = {name: option for name, option in OPTIONS.items() if name not in left_out}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)

        @functools.wraps(command)
        def run(**arguments: Any) -> None:
            given = {name: arguments.pop(name) for name in options}
            command(filters=Filters(given), **arguments)

        shared = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
            for name, option in options.items()
        ]
        kept = [parameter for name, parameter in own.parameters.items() if name != "filters"]
        parameters = [*kept, *shared]
        run.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        return run

    return decorate


async def want_sites(database: Database, chosen: Selection) -> None:
    """Go on only where every chosen site has a site file or a stored article; else end with code 2."""
    unknown = sorted(set(chosen.sites) - all_sites(at_a_glance=True).keys())
    for name in unknown:
        if await database["articles"].find_one({"site": name}, {"_id": 1}, max_time_ms=5000) is None:
            near = _near(name, all_sites(at_a_glance=True))
            fail(f"there is no site {name!r}; {near or '`newscrawl sites list` shows them'}", Exit.USAGE)


def _read(name: str, value: Any) -> Any:
    """One filter as the field of this name takes it."""
    if name == "published_from":
        return instant_asked(value, "--from")
    if name == "published_to":
        return _end(value)
    if not isinstance(value, list):
        return value
    words = [part.strip() for word in value for part in (word.split(",") if name in SPLIT else [word])]
    words = [word for word in words if word]
    if not words:
        fail(f"{_option_of(name)} is empty; name one, or leave it out", Exit.USAGE)
    read = _READERS.get(name)
    return tuple(dict.fromkeys(map(read, words) if read else words))


def _end(text: str) -> datetime:
    """The instant before which articles are published: the end of a day, or an instant."""
    end = instant_asked(text, "--to")
    return end + timedelta(days=1) if _DAY.fullmatch(text.strip()) else end


def _language(text: str) -> str:
    """A BCP 47 code whose language there is; ends with code 2 for another text."""
    from babel import Locale
    from babel.languages import get_official_languages

    names = Locale("en").languages
    base, *further = text.replace("_", "-").split("-")
    if base.lower() in names and all(part.isalnum() and len(part) <= 8 for part in further):
        return "-".join([base.lower(), *further])
    spoken = get_official_languages(text.upper())
    by_name = {name.lower(): code for code, name in names.items()}
    [near] = difflib.get_close_matches(text.lower(), by_name, 1) or [None]
    meant = spoken[0] if spoken else by_name.get(near or "")
    fail(
        f"--language {text!r} is no code of a language; " + (f"did you mean {meant}?" if meant else "such as uk or en"),
        Exit.USAGE,
    )


def _country(text: str) -> str:
    """An ISO 3166-1 code that there is; ends with code 2 for another text."""
    from babel import Locale

    from newscrawl.normalize.places import country_of

    if len(text) == 2 and text.upper() in Locale("en").territories and text.upper() not in ("EU", "EZ", "UN", "ZZ"):
        return text.upper()
    meant = country_of(text)
    fail(
        f"--country {text!r} is no code of a country; " + (f"did you mean {meant}?" if meant else "such as UA or DE"),
        Exit.USAGE,
    )


def _one_of(option: str, known: tuple[str, ...]) -> Callable[[str], str]:
    """Reads a word that is one of a few; ends with code 2 for another one."""

    def read(text: str) -> str:
        word = text.lower().replace("-", "_")
        if word not in known:
            fail(f"{option} {text!r} is none of {', '.join(known)}{_ending(_near(word, known))}", Exit.USAGE)
        return word

    return read


def _ending(near: str) -> str:
    return f"; {near}" if near else ""


_READERS: Mapping[str, Callable[[str], str]] = {
    "languages": _language,
    "countries": _country,
    "kinds": _one_of("--kind", KINDS),
    "statuses": _one_of("--status", STATUSES),
}


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f"did you mean {near[0]}?" if near else ""


def _option_of(name: str) -> str:
    return NAMES.get(name) or f"--{name.replace('_', '-')}"


_TOO_LONG = {"string_too_long": "it has more than {} characters", "too_long": "it has more than {} values"}


def _wrong(error: ValidationError, further: Mapping[str, Any]) -> str:
    """What a `Selection` refused, by the name of the option or argument."""
    first = error.errors(include_url=False, include_input=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    if first["type"] in _TOO_LONG:
        said = _TOO_LONG[first["type"]].format(first["ctx"]["max_length"])
    name, told = (str(first["loc"][0]), said) if first["loc"] else said.split(": ", 1)
    return f"{'QUERY' if name in further else _option_of(name)}: {told}; correct it, or leave it out"
