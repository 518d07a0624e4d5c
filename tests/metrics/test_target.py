"""Where metrics are told, as a setting says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newscrawl.metrics.target import Folder, Listen, Target, Textfile, parse_target
from newscrawl.settings import ConfigurationError, read_settings


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", None),
        ("off", None),
        ("9464", Listen("127.0.0.1", 9464)),
        (":9464", Listen("127.0.0.1", 9464)),
        ("0", Listen("127.0.0.1", 0)),
        ("0.0.0.0:9464", Listen("0.0.0.0", 9464)),
        ("[::1]:9464", Listen("::1", 9464)),
        ("crawler-1.example:80", Listen("crawler-1.example", 80)),
        ("/var/lib/newscrawl.prom", Textfile(Path("/var/lib/newscrawl.prom"))),
        ("./newscrawl.prom", Textfile(Path("newscrawl.prom"))),
        ("/run/children/", Folder(Path("/run/children"))),
    ],
)
def test_a_setting_names_a_port_or_a_file_or_nothing(text: str, target: Target | None) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["99999", "somewhere", "host:", "1.2.3.4:port", "/var/lib/newscrawl.txt"])
def test_a_mistake_is_told_with_the_setting_and_an_example(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSCRAWL_METRICS", text)
    with pytest.raises(ConfigurationError, match=r"NEWSCRAWL_METRICS: .*\.prom"):
        read_settings()
