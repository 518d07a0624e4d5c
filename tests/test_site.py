"""Site files: those that are shipped, and mistakes that are refused with path, key and remedy."""

from pathlib import Path

import pytest

from newscrawl.site import Site, SiteError, find_site, load_sites, read_site, site_of

GOOD = """
publisher = "Example"
home = "https://example.com/"
[[editions]]
name = "en"
language = "en"
listings = ["https://example.com/news"]
"""


def write(folder: Path, text: str, name: str = "example") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("unn", "https://unn.ua/news/blinken-zasterih"),
        ("unn", "https://unn.ua/ru/news/blinken-predostereg--2"),
        ("unn", "https://unn.ua/en/news/blinken-warns"),
        ("unn", "https://unn.ua/amp/blinken-zasterih"),
        ("unn", "https://www.unn.com.ua/uk/news/1906059-parlament-moldovi"),
        ("unn", "http://www.unn.com.ua/ru/exclusive/1906059-parlament-moldovi"),
        ("apnews", "https://apnews.com/article/river-bridge-closed-0a1b2c3d4e5f"),
        ("derstandard", "https://www.derstandard.at/story/3000000218734/nach-kalifat-rufen?ref=rss"),
        ("mainichi", "https://mainichi.jp/articles/20250114/k00/00m/030/335000c"),
        ("ukrinform", "https://www.ukrinform.ua/rubric-economy/3950001-mist-zakryto.html"),
    ],
)
def test_addresses_of_articles_are_recognised(name: str, address: str) -> None:
    site = load_sites()[name]
    assert site.owns(address)
    assert site.is_article(address)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("unn", "https://unn.ua/politics"),
        ("unn", "https://unn.ua/ru/exclusives?page=2"),
        ("unn", "https://unn.ua/news"),
        ("apnews", "https://apnews.com/hub/rivers"),
        ("derstandard", "https://www.derstandard.at/international"),
        ("mainichi", "https://mainichi.jp/flash/"),
        ("ukrinform", "https://www.ukrinform.ua/block-lastnews"),
    ],
)
def test_addresses_of_listings_are_no_articles(name: str, address: str) -> None:
    assert load_sites()[name].is_article(address) is False


def test_old_addresses_of_unn_are_its_own_and_name_the_same_article() -> None:
    unn = load_sites()["unn"]
    old = "https://www.unn.com.ua/uk/news/1906059-parlament-moldovi-obmezhiv"
    assert site_of(old, [unn]) is unn
    assert unn.rewrite(old) == "https://unn.ua/news/parlament-moldovi-obmezhiv"


@pytest.mark.parametrize(
    ("address", "edition"),
    [("https://unn.ua/news/a", "uk"), ("https://unn.ua/ru/news/a", "ru"), ("https://unn.ua/en/news/a", "en")],
)
def test_the_edition_is_told_by_the_address(address: str, edition: str) -> None:
    found = load_sites()["unn"].edition_of(address)
    assert found is not None
    assert found.name == edition


MISTAKES = {
    "unknown key": ("publischer = 'x'\n" + GOOD, r"publischer: unknown key; did you mean publisher"),
    "missing key": (GOOD.replace('home = "https://example.com/"', ""), r"home: is missing; add it, such as home ="),
    "no address": (GOOD.replace("https://example.com/news", "example.com/news"), r"listings.*write it in full"),
    "ages that are no spans": (GOOD + "[crawl]\nrevisits = ['1 hour']\n", r"crawl.revisits.*such as 15m, 6h"),
    "ages that fall": (GOOD + "[crawl]\nrevisits = ['6h', '1h']\n", r"crawl.revisits.*has to rise"),
    "ages that are no list": (GOOD + "[crawl]\nrevisits = 6\n", r"crawl.revisits: 6 .*tuple"),
    "broken pattern": ("article = '('\n" + GOOD, r"article.*is no regular expression.*quote it"),
    "unknown zone": ("timezone = 'Europe/Kiyv'\n" + GOOD, r"timezone: 'Europe/Kiyv'.*Europe/Kyiv"),
    "country name": ("country = 'Ukraine'\n" + GOOD, r"country: 'Ukraine' is not of the right form; such as country = \"UA\""),
    "language name": (GOOD.replace('language = "en"', 'language = "English"'), r"language: 'English' is not of the right form"),
    "broken CSS": (GOOD + "[rules]\nheadline = { css = 'h1[' }\n", r"rules.*headline"),
    "broken XPath": (GOOD + "[rules]\nheadline = { xpath = '//h1[' }\n", r"rules.*headline"),
    "unknown field": (GOOD + "[rules]\nheadlines = { css = 'h1' }\n", r"headlines"),
    "broken card": (GOOD + "[listing]\ncard = 'a['\n", r"listing.card.*is no CSS selector"),
    "wrong type": (GOOD.replace('["https://example.com/news"]', "7"), r"listings"),
    "negative delay": (GOOD + "[crawl]\ndelay = -1\n", r"crawl.delay"),
    "no day in an archive": (GOOD + "archives = ['https://example.com/archive']\n", r"archives.*write it with \{year\}"),
    "odd field in an archive": (GOOD + "archives = ['https://example.com/{yaer}']\n", r"archives.*none of \{year\}"),
    "broken TOML": ("publisher = = 'x'", r"is no TOML"),
    "name inside": ("name = 'x'\n" + GOOD, r"name: is not written in the file; rename the file to x.toml"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_path_key_and_remedy(mistake: str, tmp_path: Path) -> None:
    text, message = MISTAKES[mistake]
    path = write(tmp_path, text)
    with pytest.raises(SiteError, match=message) as refused:
        read_site(path)
    assert str(path) in str(refused.value)


def test_a_file_whose_name_is_no_site_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="the file's name must be lower-case"):
        read_site(write(tmp_path, GOOD, "My Site"))


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as refused:
        read_site(write(tmp_path, "country = 'Ukraine'\npublischer = 'x'\n" + GOOD))
    assert len(str(refused.value).splitlines()) == 2


def test_a_folder_adds_sites_and_replaces_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("Example", "Own UNN"), "unn")
    sites = load_sites([tmp_path])
    assert sites["example"].publisher == "Example"
    assert sites["unn"].publisher == "Own UNN"
    assert "apnews" in sites


def test_a_wrong_file_costs_its_own_site_alone_where_others_are_to_go_on(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, "timezon = 'UTC'\n" + GOOD, "unn")
    with pytest.raises(SiteError, match=r"unn\.toml"):
        load_sites([tmp_path])
    sites = load_sites([tmp_path], keep_going=True)
    assert "example" in sites
    assert "unn" not in sites  # nor the shipped one in its place
    assert list(sites.wrong) == ["unn"]
    with pytest.raises(SiteError, match="did you mean timezone"):
        find_site("unn", sites)


def test_only_the_files_of_the_names_asked_for_are_read(tmp_path: Path) -> None:
    (tmp_path / "river.toml").write_text('publisher = "River"\nhome = "https://river.example/"\n')
    (tmp_path / "wrong.toml").write_text("nonsense")
    assert list(load_sites([tmp_path], only=["river", "unknown", "../river"])) == ["river"]


def test_a_folder_that_does_not_exist_is_told() -> None:
    with pytest.raises(SiteError, match="create it or correct NEWSCRAWL_SITES"):
        load_sites([Path("/nowhere/at/all")])


def test_an_unknown_site_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(SiteError, match=r"no site 'unm'; did you mean unn\?"):
        find_site("unm", load_sites())


def test_a_generic_site_knows_its_host_and_nothing_else() -> None:
    site = Site.generic("https://www.example.com/news/a")
    assert site.owns("https://example.com/b")
    assert site.is_article("https://example.com/b") is None


def test_at_a_glance_names_and_keys_are_checked_and_patterns_are_not(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text('publisher = "x"\nhome = "https://example.com/"\narticle = "["\nremove = [{css = "&&"}]')
    assert read_site(file, at_a_glance=True).publisher == "x"
    with pytest.raises(SiteError, match=r"article.*no regular expression"):
        read_site(file)
    file.write_text('publisher = "x"\nhome = "https://example.com/"\ntimezon = "UTC"')
    with pytest.raises(SiteError, match="did you mean timezone"):
        read_site(file, at_a_glance=True)
