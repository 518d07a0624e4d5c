"""Reading WARC files record by record, whole and damaged ones. Frames as in ISO 28500, members as in RFC 1952."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from newscrawl.archive.records import Damage, Position, Record, read_records


def record(name: str, block: bytes = b"HTTP/1.1 200 OK\r\n\r\nhello", *, length: int | str | None = None) -> bytes:
    stated = len(block) if length is None else length
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/{name}\r\nContent-Length: {stated}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def read(path: Path, start: Position = Position()) -> list[str]:  # noqa: B008
    """Names of the records, and reasons of what is damaged."""
    found = read_records(path, start, most=1000)
    return [one.url.rpartition("/")[2] if isinstance(one, Record) else one.reason for one in found]


FORMS = {
    "each record a member": lambda parts: b"".join(map(gzip.compress, parts)),
    "one member for all": lambda parts: gzip.compress(b"".join(parts)),
    "not compressed": b"".join,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_file_is_read(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS[form]([record("1"), record("2"), record("3")]))
    assert read(path) == ["1", "2", "3"]


@pytest.mark.parametrize("form", FORMS)
def test_reading_goes_on_where_any_record_ended(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS[form]([record("1"), record("2"), record("3")]))
    for number, found in enumerate(list(read_records(path)), 1):
        assert read(path, Position.parse(str(found.after))) == ["1", "2", "3"][number:]


@pytest.mark.parametrize("form", FORMS)
def test_a_record_is_read_again_at_its_own_place(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS[form]([record("1"), record("2")]))
    for found in read_records(path):
        again = next(read_records(path, found.at))
        assert isinstance(found, Record)
        assert isinstance(again, Record)
        assert (again.url, again.block) == (found.url, b"HTTP/1.1 200 OK\r\n\r\nhello")


def broken(data: bytes) -> bytes:
    """The member with a byte of its middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


one, two, three = (gzip.compress(record(name)) for name in "123")
DAMAGED = {
    "a byte is wrong within a member": (one + broken(two) + three, ["1", "damaged-gzip", "3"]),
    "a member is cut and another one follows": (one + two[:-30] + three, ["1", "damaged-gzip", "3"]),
    "the file ends within a member": (one + two[:-9], ["1", "cut-short"]),
    "the file ends within a checksum": (one + two[:-3], ["1", "cut-short"]),
    "what follows the last member is padding": (one + bytes(100), ["1", "no-warc"]),
    "a compressed record is shorter than it says": (
        one + gzip.compress(record("2", length=400)) + three,
        ["1", "cut-short", "3"],
    ),
    "a compressed record is longer than it says": (
        one + gzip.compress(record("2", length=5)) + three,
        ["1", "wrong-length", "3"],
    ),
    "a plain record is longer than it says": (
        record("1") + record("2", length=5) + record("3"),
        ["1", "wrong-length", "3"],
    ),
    "a plain record says that it takes up the next one": (
        record("1") + record("2", length=60) + record("3"),
        ["1", "wrong-length", "3"],
    ),
    "a plain record says that it is longer than the file": (
        record("1") + record("2", length=999) + record("3"),
        ["1", "cut-short", "3"],
    ),
    "a plain record says that it is larger than the disk": (
        record("1") + record("2", length=10**14) + record("3"),
        ["1", "cut-short", "3"],
    ),
    "no length at all": (one + gzip.compress(record("2", length="many")) + three, ["1", "wrong-length", "3"]),
    "a record is larger than what is read": (
        one + gzip.compress(record("2", b"x" * 5000)) + three,
        ["1", "record-too-large", "3"],
    ),
    "a plain record is larger than what is read": (
        record("1") + record("2", b"x" * 5000) + record("3"),
        ["1", "record-too-large", "3"],
    ),
    "members of other files among them": (one + gzip.compress(b"<html>") + three, ["1", "no-warc", "3"]),
    "no WARC file": (b"<html><body>hello</body></html>", ["no-warc"]),
    "an empty file": (b"", []),
    "headers without end": (b"WARC/1.0\r\n" + b"A: b\r\n" * 100_000, ["no-warc"]),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_costs_the_damaged_record_alone(tmp_path: Path, case: str) -> None:
    data, expected = DAMAGED[case]
    path = tmp_path / "a.warc"
    path.write_bytes(data)
    assert read(path) == expected


def test_what_inflates_without_end_is_not_held_in_memory(tmp_path: Path) -> None:
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = compressor.compress(b"WARC/1.0\r\nContent-Length: 5\r\n\r\nhello") + compressor.compress(bytes(50_000_000))
    path = tmp_path / "a.warc.gz"
    path.write_bytes(bomb + compressor.flush() + gzip.compress(record("2")))
    found = list(read_records(path, most=1000))
    assert [one.reason if isinstance(one, Damage) else one.url for one in found] == ["wrong-length", "http://a/2"]
