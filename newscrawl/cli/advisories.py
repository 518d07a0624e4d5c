"""Versions of libraries that must not meet hostile pages: what is known of them, and since which one they are safe.

Only what newscrawl depends on, directly or through others. Looked up in November 2026 in the advisory databases of
GitHub and PyPA; `make audit` asks them for the whole list of today.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from packaging.version import Version


class Advisory(NamedTuple):
    """A published weakness of a library. `safe`: the first version without it."""

    package: str
    safe: str
    name: str
    about: str


ADVISORIES = (
    Advisory("aiohttp", "3.14.3", "CVE-2026-69244", "a malformed chunked answer makes its parser read beyond memory"),
    Advisory("brotli", "1.2.1", "CVE-2026-111497", "a crafted stream makes the decoder write beyond memory"),
    Advisory("brotlicffi", "1.2.1.0", "CVE-2026-111497", "a crafted stream makes the decoder write beyond memory"),
    Advisory("cryptography", "50.0.0", "CVE-2026-69247", "decryption of PKCS#7 tells by its time about the plain text"),
    Advisory("idna", "3.15", "CVE-2026-45409", "a long host name takes quadratic time"),
    Advisory("lxml", "6.1.0", "CVE-2026-41066", "some of its XML parsers read local files that a page names"),
    Advisory("pydantic", "2.4.0", "CVE-2024-3772", "a crafted e-mail address takes exponential time"),
    Advisory("pygments", "2.20.0", "CVE-2026-4539", "a crafted text takes exponential time"),
    Advisory("pymongo", "4.18.2", "CVE-2026-96749", "a very large value makes the encoder write beyond memory"),
    Advisory("requests", "2.33.0", "CVE-2026-25645", "temporary files have names that others can guess"),
    Advisory("scrapy", "2.14.2", "CVE-2026-105782", "a header of an answer is executed as a Python callable"),
    Advisory("twisted", "26.4.0", "CVE-2026-42304", "a crafted DNS answer takes exponential time"),
    Advisory("urllib3", "2.7.0", "CVE-2026-44432", "the limits of decompression are passed by"),
)


def affected(installed: dict[str, str], advisories: Iterable[Advisory] = ADVISORIES) -> list[tuple[Advisory, str]]:
    """The advisories that concern these versions, by package, each with the version that is there."""
    return [
        (advisory, found)
        for advisory in advisories
        if (found := installed.get(advisory.package)) and Version(found) < Version(advisory.safe)
    ]


def installed_versions() -> dict[str, str]:
    """Version of each library of the table that is installed here."""
    found = {}
    for package in {advisory.package for advisory in ADVISORIES}:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
