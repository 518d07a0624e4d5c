"""Parts of CLDR's data, held against Babel's own loader."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from babel import localedata

from newscrawl.normalize.cldr import cldr, parent_of
from newscrawl.normalize.date_words import _PARTS, words_of

WANTED = (*_PARTS, "compact_decimal_formats", "territories")
LOCALES = (
    "root en en_GB en_001 uk ru sr_Latn sr zh_Hant zh_Hant_HK zh pt pt_PT es_MX nb no he fa ar_EG hi ja az_Cyrl".split()
)


def _plain(data: Any) -> Any:
    """The data with all aliases resolved; Babel's patterns as they are printed."""
    if isinstance(data, localedata.LocaleDataDict):
        return {name: _plain(data[name]) for name in data}
    if isinstance(data, Mapping):
        return {name: _plain(value) for name, value in data.items()}
    return str(data)


def _copied(data: Any) -> Any:
    return {name: _copied(value) for name, value in data.items()} if isinstance(data, Mapping) else data


@pytest.mark.parametrize("locale", LOCALES)
def test_parts_of_a_locale_are_what_babel_reads_as_a_whole(locale: str) -> None:
    whole = localedata.load(locale)
    expected = localedata.LocaleDataDict({part: _copied(whole[part]) for part in WANTED})
    assert _plain(cldr(locale, WANTED)) == _plain(expected)


@pytest.mark.parametrize(
    ("locale", "parent"),
    [
        ("uk", "root"),
        ("en_AU", "en_001"),
        ("de_AT", "de"),
        ("sr_Latn", "root"),
        ("sr_Cyrl", "sr"),
        ("zh_Hant_MO", "zh_Hant_HK"),
    ],
)
def test_a_locale_inherits_as_cldr_says(locale: str, parent: str) -> None:
    assert parent_of(locale) == parent


def test_what_one_locale_has_resolved_is_not_in_another() -> None:
    assert words_of("he") is not None
    chinese = words_of("zh")
    assert chinese is not None
    assert not any("\u0590" <= letter < "\u0600" for month in chinese.months for letter in month)
