"""Libraries with known advisories are refused, by name, version and remedy."""

from packaging.version import Version

from newscrawl.cli.advisories import ADVISORIES, Advisory, affected, installed_versions
from newscrawl.cli.doctor import clock

EXAMPLE = Advisory("brotli", "1.2.1", "CVE-2026-111497", "a crafted stream makes the decoder write beyond memory")


def test_a_version_before_the_first_safe_one_is_affected() -> None:
    assert affected({"brotli": "1.2.0"}, [EXAMPLE]) == [(EXAMPLE, "1.2.0")]


def test_the_first_safe_version_and_later_ones_are_not() -> None:
    for version in ("1.2.1", "1.2.10", "2.0"):
        assert affected({"brotli": version}, [EXAMPLE]) == []


def test_a_release_candidate_of_the_safe_version_is_affected() -> None:
    assert affected({"brotli": "1.2.1rc1"}, [EXAMPLE])


def test_a_library_that_is_not_installed_is_no_finding() -> None:
    assert affected({}, [EXAMPLE]) == []


def test_nothing_that_is_installed_here_has_a_known_advisory() -> None:
    assert affected(installed_versions()) == []


def test_every_advisory_names_a_version_and_an_identity() -> None:
    for advisory in ADVISORIES:
        assert Version(advisory.safe)
        assert advisory.name.startswith(("CVE-", "GHSA-", "PYSEC-"))
        assert advisory.package == advisory.package.lower()


def test_clocks_that_differ_by_more_than_a_minute_are_told_with_the_direction() -> None:
    assert clock(-30).ok
    assert not clock(90).ok
    assert "90 s behind" in clock(90).found
    assert "90 s ahead" in clock(-90).found
