"""Where settings come from: two files, variables, and files that variables name; what names no setting is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from newscrawl.setting_sources import (
    ConfigurationError,
    Stated,
    configuration_files,
    read_file,
    read_variables,
    unknown_variables,
)
from newscrawl.settings import check_file, read_settings, stated_settings

KNOWN = ("delay", "mongo_uri", "sites")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the current one, with the user's folder of settings in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("DELAY", "MONGO_URI", "RETRIES"):
        monkeypatch.delenv(f"NEWSCRAWL_{name}", raising=False)
    (tmp_path / "config" / "newscrawl").mkdir(parents=True)
    return tmp_path


def test_the_file_of_the_folder_wins_over_the_users(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user, here = configuration_files()
    user.write_text("delay = 7\nretries = 1")
    here.write_text("delay = 5")
    assert (read_settings().delay, read_settings().retries) == (5, 1)
    monkeypatch.setenv("NEWSCRAWL_DELAY", "3")
    assert {name: said.origin for name, said in stated_settings().items() if name in ("delay", "retries")} == {
        "delay": "NEWSCRAWL_DELAY",
        "retries": str(user),
    }


def test_the_users_file_lies_where_xdg_says() -> None:
    assert configuration_files({"XDG_CONFIG_HOME": "/etc/x"})[0] == Path("/etc/x/newscrawl/config.toml")
    for relative in ({}, {"XDG_CONFIG_HOME": "x"}):
        assert configuration_files({"HOME": "/home/me", **relative})[0] == Path(
            "/home/me/.config/newscrawl/config.toml"
        )


def test_an_unknown_key_is_told_with_its_file_and_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("dealy = 7")
    with pytest.raises(ConfigurationError, match=r"own\.toml: dealy is no setting; did you mean delay\?"):
        read_file(file, KNOWN)


def test_a_wrong_value_is_told_with_its_file(home: Path) -> None:
    user, _here = configuration_files()
    user.write_text('delay = "soon"')
    with pytest.raises(ConfigurationError, match=r"config\.toml: delay: .*'soon'"):
        read_settings()


def test_a_value_is_read_from_the_file_that_a_variable_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "secret").write_text("mongodb://me:secret@host/\n")
    monkeypatch.setenv("NEWSCRAWL_MONGO_URI_FILE", str(home / "secret"))
    assert read_settings().mongo_uri == "mongodb://me:secret@host/"


def test_a_setting_whose_name_ends_so_is_no_file_of_another() -> None:
    known = ("alerts", "alerts_file")
    assert read_variables(known, {"NEWSCRAWL_ALERTS_FILE": "/nowhere"}) == {
        "alerts_file": Stated("/nowhere", "NEWSCRAWL_ALERTS_FILE")
    }


def test_a_value_and_a_file_of_it_exclude_each_other(tmp_path: Path) -> None:
    both = {"NEWSCRAWL_MONGO_URI": "mongodb://host/", "NEWSCRAWL_MONGO_URI_FILE": str(tmp_path / "secret")}
    with pytest.raises(ConfigurationError, match="both set"):
        read_variables(KNOWN, both)


def test_a_file_that_is_not_there_is_told_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"NEWSCRAWL_MONGO_URI_FILE: .*No such file"):
        read_variables(KNOWN, {"NEWSCRAWL_MONGO_URI_FILE": str(tmp_path / "nowhere")})


def test_variables_are_read_in_any_case() -> None:
    assert read_variables(KNOWN, {"newscrawl_delay": "3"}) == {"delay": Stated("3", "newscrawl_delay")}


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("NEWSCRAWL_DELAYS", "did you mean NEWSCRAWL_DELAY?"),
        ("NEWSCRAWL_MONGO_URL", "did you mean NEWSCRAWL_MONGO_URI?"),
        ("NEWSCRAWL_XYZZY", "newscrawl config show"),
    ],
)
def test_a_variable_that_is_no_setting_is_told(variable: str, said: str) -> None:
    [told] = unknown_variables(KNOWN, {variable: "1"})
    assert told.startswith(variable)
    assert said in told


def test_variables_of_settings_of_their_files_and_of_the_tests_are_known() -> None:
    names = ("NEWSCRAWL_DELAY", "NEWSCRAWL_MONGO_URI_FILE", "NEWSCRAWL_SHARED", "NEWSCRAWL_DEBUG", "PATH")
    assert unknown_variables(KNOWN, dict.fromkeys(names, "1")) == []


def test_one_file_is_checked_by_itself(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_DELAY", "soon")
    good, bad = home / "good.toml", home / "bad.toml"
    good.write_text("retries = 1")
    bad.write_text("delay = -1")
    check_file(good)
    with pytest.raises(ConfigurationError, match=r"bad\.toml: delay"):
        check_file(bad)
