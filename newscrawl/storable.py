"""Types of the strings in records: whatever a page printed, what they hold can be stored, shown and logged.

Every model of `newscrawl.article` and `newscrawl.records` takes its strings from here, so that no way into the
database leads past the cleaning. They never refuse a text: they clean it and cut it. Limits in characters.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from newscrawl.normalize.text import clean, clean_lines
from newscrawl.normalize.urls import LONGEST, printable_url

LONGEST_HEADLINE = 1000
LONGEST_LEAD = 10_000
LONGEST_BODY = 1_000_000
"""The text is stored twice, as `body` and as `sections`: with four bytes a character that is half of what MongoDB
allows, and more than any newspaper ever printed in one article."""
LONGEST_LINE, LONGEST_NAME, LONGEST_HEADER = 2000, 300, 1000


def _line(text: str, longest: int) -> str:
    # What is dropped or folded is part of what is looked at: a megabyte of blanks is not worth its cleaning.
    return clean(text[: 4 * longest])[:longest].rstrip()


def _lines(text: str) -> str:
    return clean_lines(text[:LONGEST_BODY])


def header_value(value: str | None) -> str | None:
    """A header's value that can be sent back as it came: printable ASCII of up to 1,000 characters. None: it cannot."""
    return value if value and len(value) <= LONGEST_HEADER and value.isascii() and value.isprintable() else None


def _address(url: str) -> str:
    return printable_url(url[:LONGEST])


def _said(**keywords: Any) -> Any:
    """What the JSON Schema says of a type beside its name; it checks nothing."""
    return Field(json_schema_extra=keywords)


Name = Annotated[str, AfterValidator(partial(_line, longest=LONGEST_NAME)), _said(maxLength=LONGEST_NAME)]
"""One clean line of up to 300 characters: a name, a tag, a source."""

Line = Annotated[str, AfterValidator(partial(_line, longest=LONGEST_LINE)), _said(maxLength=LONGEST_LINE)]
"""One clean line of up to 2,000 characters."""

Headline = Annotated[str, AfterValidator(partial(_line, longest=LONGEST_HEADLINE)), _said(maxLength=LONGEST_HEADLINE)]

Lead = Annotated[str, AfterValidator(partial(_line, longest=LONGEST_LEAD)), _said(maxLength=LONGEST_LEAD)]

Counter = Annotated[str, AfterValidator(partial(_line, longest=200)), _said(maxLength=200)]
"""A date or counter as printed: one clean line of up to 200 characters."""

Paragraph = Annotated[str, AfterValidator(partial(_line, longest=LONGEST_BODY)), _said(maxLength=LONGEST_BODY)]

Body = Annotated[str, AfterValidator(_lines), _said(maxLength=LONGEST_BODY)]
"""Clean text with its line ends."""

Address = Annotated[str, AfterValidator(_address), _said(format="iri")]
"""An address with escapes for what cannot be printed (`printable_url`)."""

HeaderValue = Annotated[str | None, AfterValidator(header_value)]
"""A validator of RFC 9110 (ETag, Last-Modified), which is sent back as it came or not at all: null where it is not
printable ASCII or is longer than 1,000 characters."""
