"""Settings: their order, and mistakes that are told with name and remedy."""

from datetime import timedelta
from pathlib import Path

import pytest

from newscrawl.settings import ConfigurationError, read_settings, scrapy_settings


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("DELAY", "CONCURRENCY", "MONGO_URI", "SITES", "DATA", "REVISITS"):
        monkeypatch.delenv(f"NEWSCRAWL_{name}", raising=False)


def test_without_anything_set_the_crawl_is_polite() -> None:
    scrapy = scrapy_settings(read_settings())
    assert scrapy["ROBOTSTXT_OBEY"]
    assert scrapy["DOWNLOAD_DELAY"] >= 1
    assert scrapy["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert not scrapy["TELNETCONSOLE_ENABLED"]
    assert not scrapy["REMOTE_CONTROL_ENABLED"]


def test_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "newscrawl.toml").write_text("delay = 7")
    assert read_settings().delay == 7


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "newscrawl.toml").write_text("delay = 7")
    monkeypatch.setenv("NEWSCRAWL_DELAY", "5")
    assert read_settings().delay == 5


def test_ages_of_revisits_are_read_from_the_environment_and_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "newscrawl.toml").write_text('revisits = ["2h", "1d"]')
    assert read_settings().revisits == (timedelta(hours=2), timedelta(days=1))
    monkeypatch.setenv("NEWSCRAWL_REVISITS", "30m 2h")
    assert read_settings().revisits == (timedelta(minutes=30), timedelta(hours=2))
    monkeypatch.setenv("NEWSCRAWL_REVISITS", "")
    assert read_settings().revisits == ()


@pytest.mark.parametrize("ages", ["soon", "2h 1h"])
def test_ages_that_make_no_sense_are_told(monkeypatch: pytest.MonkeyPatch, ages: str) -> None:
    monkeypatch.setenv("NEWSCRAWL_REVISITS", ages)
    with pytest.raises(ConfigurationError, match=r"NEWSCRAWL_REVISITS.*such as"):
        read_settings()


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_DELAY", "5")
    assert read_settings(delay=3).delay == 3


def test_a_wrong_value_is_told_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_DELAY", "soon")
    with pytest.raises(ConfigurationError, match=r"NEWSCRAWL_DELAY.*'soon'"):
        read_settings()


def test_an_unknown_key_of_the_file_is_told_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "newscrawl.toml").write_text("delai = 7")
    with pytest.raises(ConfigurationError, match=r"delai is no setting.*delay"):
        read_settings()


def test_a_file_that_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "newscrawl.toml").write_text("delay = = 7")
    with pytest.raises(ConfigurationError, match=r"newscrawl\.toml"):
        read_settings()


def test_site_files_in_the_data_folder_are_read_whatever_else_is_named(tmp_path: Path) -> None:
    assert read_settings(data=tmp_path, sites="more").site_folders == [Path("more")]
    (tmp_path / "sites").mkdir()
    assert read_settings(data=tmp_path, sites="more").site_folders == [tmp_path / "sites", Path("more")]
