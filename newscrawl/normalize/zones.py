"""The time zone of a country that a page declares, where the country has one or one that nearly all of it keeps (CLDR)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

# Country-code domains that are used as names all over the world.
_WORLDWIDE = frozenset(
    "tv io co me ai fm ly to ws cc am la ag gg sh eu su nu tk ml ga cf gq pw st vc bz mu sc pm news".split()
)
# CLDR metaZones.xml, primaryZones: countries whose other zones are those of far islands or few people.
_PRIMARY = {
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "DE": "Europe/Berlin", "EC": "America/Guayaquil", "ES": "Europe/Madrid",
    "MH": "Pacific/Majuro", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon", "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}  # fmt: skip
_RENAMED = {"uk": "GB"}


@lru_cache(maxsize=512)
def zone_of_country(country: str) -> str | None:
    """IANA name for an ISO 3166-1 alpha-2 code; None where the country keeps several times."""
    from babel.core import get_global

    zones: list[str] = get_global("territory_zones").get(country.upper(), [])
    if len(zones) == 1:
        return zones[0]
    if (primary := _PRIMARY.get(country.upper())) is not None or not zones:
        return primary
    # Zones that keep one time all year are one zone to a newspaper: Europe/Berlin and Europe/Busingen.
    return zones[0] if len({_rules(zone) for zone in zones}) == 1 else None


def country_of_page(url: str, language: str | None) -> str | None:
    """Country that an address (its top-level domain) or a language tag (its region) declares, as ISO 3166-1 alpha-2."""
    from babel.core import get_global

    domain = (urlsplit(url).hostname or "").rpartition(".")[2]
    if len(domain) == 2 and domain not in _WORLDWIDE:
        code = _RENAMED.get(domain, domain.upper())
        if code in get_global("territory_zones"):
            return code
    region = re.search(r"-([A-Z]{2})\b", language or "")
    # en-US is what software writes where nobody chose.
    return region[1] if region and language != "en-US" else None


def _rules(zone: str) -> tuple[object, ...]:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return tuple(datetime(2025, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in range(1, 13))
