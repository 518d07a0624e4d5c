"""The shipped site files: facts that hold together, and one form for all."""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from newscrawl.site import PACKAGED_SITES, Edition, Site, load_sites

SITES = load_sites()
NAMES = sorted(SITES)
HOME_OF_UTC = {"unn", "reuters"}  # they print times of UTC wherever they are

LANGUAGES = frozenset(
    "ar bg cs da de en es fr hi id is it ja kl ko lt nl no pl ru sv sw tr uk vi xh zh zu".split()
)  # ISO 639-1


def sources(site: Site) -> list[str]:
    return [a for edition in site.editions for a in (*edition.listings, *edition.feeds, *edition.sitemaps)]


def test_many_publishers_countries_and_languages_are_there() -> None:
    assert len({site.publisher for site in SITES.values()}) >= 200
    assert len({site.country for site in SITES.values()}) >= 45
    assert len({code.partition("-")[0] for site in SITES.values() for code in site.languages}) >= 25


@pytest.mark.parametrize("name", NAMES)
def test_a_site_has_what_a_crawl_needs(name: str) -> None:
    site = SITES[name]
    assert site.country
    assert site.timezone
    assert sources(site)
    for address in sources(site):
        assert site.owns(address), address
        assert site.is_article(address) is not True, address
    assert site.is_article(site.home) is not True
    assert site.owns(site.home)


@pytest.mark.parametrize("name", NAMES)
def test_languages_are_codes_and_addresses_belong_to_one_edition(name: str) -> None:
    site = SITES[name]
    assert {code.partition("-")[0] for code in site.languages} <= LANGUAGES
    assert len({edition.name for edition in site.editions}) == len(site.editions)
    paths = [edition.path for edition in site.editions]
    assert paths.count(None) <= 1, "two editions have the rest of the addresses"
    assert len(set(paths)) == len(paths)
    for edition in site.editions:
        for listing in edition.listings:
            assert _edition_of(site, listing).language == edition.language, listing


def _edition_of(site: Site, address: str) -> Edition:
    """The edition of an article that a listing shows: some listings have no address of their edition's form."""
    return site.edition_of(address + ("" if address.endswith("/") else "/")) or site.editions[0]


def test_no_address_and_no_host_is_of_two_sites() -> None:
    addresses = Counter(address for site in SITES.values() for address in sources(site))
    hosts = Counter(host for site in SITES.values() for host in site.all_hosts)
    homes = Counter(site.home for site in SITES.values())
    assert [thing for count in (addresses, hosts, homes) for thing, number in count.items() if number > 1] == []


def _zones_of_countries() -> dict[str, str]:
    """IANA zone to country, by the table that comes with the zones."""
    for folder in zoneinfo.TZPATH:
        table = Path(folder) / "zone.tab"
        if table.is_file():
            lines = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines() if line[0] != "#")
            return {cells[2]: cells[0] for cells in lines}
    pytest.skip("this system has no table of zones and countries")


def test_the_time_zone_is_one_of_the_country() -> None:
    country_of = _zones_of_countries()
    country_of.setdefault("Europe/Kyiv", "UA")  # tables before 2022 have its earlier name
    country_of.setdefault("America/Nuuk", "GL")  # and before 2020
    wrong = {
        name: (site.country, site.timezone)
        for name, site in SITES.items()
        if country_of.get(site.timezone or "") != site.country and name not in HOME_OF_UTC
    }
    assert wrong == {}
    assert {SITES[name].timezone for name in HOME_OF_UTC} == {"UTC"}


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern_is_of_the_site_s_own_hosts(name: str) -> None:
    for pattern in SITES[name].article:
        assert pattern.startswith("^https?://"), pattern
        assert not re.search(r"(?<!\\)\.[a-z]{2,3}/", pattern), f"a dot that is any character: {pattern}"


KEYS = [key for key in Site.model_fields if key != "name"]


@pytest.mark.parametrize("name", NAMES)
def test_files_have_one_form(name: str) -> None:
    text = (PACKAGED_SITES / f"{name}.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    assert "\t" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert list(table) == sorted(table, key=KEYS.index), "keys in the order of the schema"
    for edition in table["editions"]:
        assert list(edition) == sorted(edition, key=list(Edition.model_fields).index)
    assert not re.search(r"^[^#\n].*\n\[", text, re.M), "a blank line stands before each table"


@pytest.mark.parametrize(
    ("address", "name", "is_article"),
    [
        ("https://www.pravda.com.ua/rus/articles/2026/01/08/8015225/", "pravda", True),
        ("https://www.pravda.com.ua/rus/news/", "pravda", False),
        ("https://www.lemonde.fr/idees/article/2020/01/20/nous-chercheurs_6026543_3232.html", "lemonde", True),
        ("https://www.theguardian.com/world/2024/mar/24/marielle-franco", "guardian", True),
        ("https://www.theguardian.com/us-news/donaldtrump", "guardian", False),
        ("https://www.bbc.com/news/articles/cz7z06j1xy5o", "bbc", True),
        ("https://www.bbc.co.uk/news/world-europe-68652380", "bbc", True),
        ("https://japannews.yomiuri.co.jp/politics/politics-government/20241013-216478/", "japannews", True),
        ("https://www.yomiuri.co.jp/world/20241203-OYT1T50218/", "yomiuri", True),
        ("https://www.dw.com/de/themen/s-9077", "dw", False),
        ("https://www.sueddeutsche.de/digital/zuckerbergs-vager-masterplan-1.3383160", "sz", True),
        ("https://www.sueddeutsche.de/thema/Israel", "sz", False),
        ("https://www.stern.de/noch-fragen/wie-heisst-der-film-3000130116.html", "stern", False),
        ("https://ria.ru/20251105/pvo-2052885905.html", "ria", True),
        ("https://oboronka.mezha.ua/udari-po-alabuzi-307555/", "mezha", True),
        ("https://www.ansa.it/sito/notizie/topnews/index.shtml", "ansa", False),
    ],
)
def test_an_address_is_told_by_its_site(address: str, name: str, is_article: bool) -> None:
    owners = [site.name for site in SITES.values() if site.owns(address)]
    assert owners == [name]
    assert SITES[name].is_article(address) is is_article


@pytest.mark.parametrize(
    ("name", "address", "identity"),
    [
        ("bbc", "https://www.bbc.com/news/uk-51566470", "https://www.bbc.co.uk/news/uk-51566470"),
        ("winfuture", "https://m.winfuture.de/news/139377", "https://winfuture.de/news,139377.html"),
        ("focus", "https://m.focus.de/auto/kaufen_id_9209161.html", "https://www.focus.de/auto/kaufen_id_9209161.html"),
        ("haberturk", "https://m.haberturk.com/son-durum-3700095-amp", "https://www.haberturk.com/son-durum-3700095"),
        (
            "krautreporter",
            "https://krautreporter.de/politik/5481-ich-wollte",
            "https://krautreporter.de/5481-ich-wollte",
        ),
        ("voanews", "https://www.voanews.com/amp/a-b/7585813.html", "https://www.voanews.com/a/a-b/7585813.html"),
    ],
)
def test_two_addresses_of_one_article_have_one_identity(name: str, address: str, identity: str) -> None:
    assert SITES[name].rewrite(address) == identity
    assert SITES[name].rewrite(identity) == identity
    assert SITES[name].is_article(address)


def test_every_host_is_a_host() -> None:
    assert all(urlsplit(f"https://{host}/").hostname == host for site in SITES.values() for host in site.all_hosts)
