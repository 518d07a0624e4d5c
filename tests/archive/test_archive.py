"""The archive of a site: what is written, found again, repeated, cut by a kill, listed and pruned."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from newscrawl.archive.index import NAME
from newscrawl.archive.keep import archive_files, prune
from newscrawl.archive.pages import ArchivedPage, archived_pages, page_at
from newscrawl.archive.records import Record, read_records
from newscrawl.archive.write import Exchange, SiteArchive

NOW = datetime(2026, 1, 6, 10, 50, 0, 123000, tzinfo=UTC)
EXCHANGE = Exchange(
    url="https://example.com/news/1?a=b",
    at=NOW,
    request_headers=[(b"Host", b"example.com"), (b"Cookie", b"secret=1")],
    status=200,
    reason="OK",
    headers=[(b"Content-Type", b"text/html"), (b"Server", b"caf\xe9")],
    body=b"<html>one</html>",
    address="192.0.2.1",
    context={"kind": "article", "met": ["https://example.com/news/1?a=b"]},
)


async def kept(
    folder: Path, *exchanges: Exchange, run: str = "r1", site: str = "example", most: int = 2**30
) -> list[str]:
    archive = SiteArchive(folder, site, run, most_bytes=most)
    places = [await archive.keep(exchange) for exchange in exchanges]
    await archive.close()
    assert all(places)
    return [place for place in places if place]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*/*/*"))


def at(folder: Path, place: str) -> ArchivedPage:
    page = page_at(folder, place)
    assert isinstance(page, ArchivedPage), page
    return page


def headers_of(folder: Path, place: str) -> dict[str, str]:
    """The WARC headers of the record at a place."""
    path, _, offset = place.rpartition(":")
    record = next(one for one in read_records(folder / path) if str(one.at) == offset)
    assert isinstance(record, Record)
    return record.headers


async def test_a_page_is_found_at_its_place_as_it_came(tmp_path: Path) -> None:
    first, second = await kept(
        tmp_path, EXCHANGE, replace(EXCHANGE, url="https://example.com/2", body=b"<html>two</html>")
    )
    page = at(tmp_path, first)
    assert (page.url, page.fetched_at, page.status, page.body) == (EXCHANGE.url, NOW, 200, b"<html>one</html>")
    assert (page.run, page.is_article, page.context) == ("r1", True, EXCHANGE.context)
    assert page.headers == {"content-type": "text/html", "server": "café"}
    assert at(tmp_path, second).body == b"<html>two</html>"


async def test_the_file_is_sound_to_other_readers_and_tells_no_secrets(tmp_path: Path) -> None:
    await kept(tmp_path, EXCHANGE)
    [path] = files(tmp_path)
    assert path.relative_to(tmp_path) == Path("example/2026-01-06/r1-00000.warc.gz")
    with path.open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        found = [
            (r.rec_type, r.rec_headers.get_header("WARC-Payload-Digest"), r.content_stream().read()) for r in records
        ]
    assert [kind for kind, _, _ in found] == ["warcinfo", "response", "request", "metadata"]
    assert found[1][1].startswith("sha1:")
    [request] = [one for one in read_records(path) if isinstance(one, Record) and one.kind == "request"]
    assert request.block == b"GET /news/1?a=b HTTP/1.1\r\nHost: example.com\r\n\r\n"
    assert path.stat().st_mode & 0o077 == 0


async def test_a_chunked_body_is_kept_under_truthful_headers(tmp_path: Path) -> None:
    headers = [*EXCHANGE.headers, (b"Transfer-Encoding", b"chunked")]
    [place] = await kept(tmp_path, replace(EXCHANGE, headers=headers))
    page = at(tmp_path, place)
    assert page.body == EXCHANGE.body
    assert page.headers["x-crawl-transfer-encoding"] == "chunked"
    assert page.headers["content-length"] == str(len(EXCHANGE.body))


async def test_the_same_payload_is_written_once_also_by_another_run_and_at_another_address(tmp_path: Path) -> None:
    [first] = await kept(tmp_path, EXCHANGE)
    later = replace(EXCHANGE, at=NOW + timedelta(hours=1), url="https://example.com/amp/1", reason="Fine")
    [second] = await kept(tmp_path, later, run="r2")
    said = headers_of(tmp_path, second)
    assert (said["warc-type"], said["warc-profile"].rpartition("/")[2]) == ("revisit", "identical-payload-digest")
    assert said["warc-refers-to-target-uri"] == EXCHANGE.url
    assert said["warc-refers-to-date"] == headers_of(tmp_path, first)["warc-date"] == "2026-01-06T10:50:00.123Z"
    page = at(tmp_path, second)
    assert (page.url, page.fetched_at, page.body, page.run) == (later.url, later.at, EXCHANGE.body, "r2")


async def test_an_answer_304_refers_to_the_page_that_has_not_changed(tmp_path: Path) -> None:
    later = replace(EXCHANGE, at=NOW + timedelta(hours=1), status=304, body=b"")
    _, second = await kept(tmp_path, EXCHANGE, later)
    said = headers_of(tmp_path, second)
    assert said["warc-profile"].endswith("/server-not-modified")
    assert said["warc-refers-to-target-uri"] == EXCHANGE.url
    assert (at(tmp_path, second).status, at(tmp_path, second).body) == (304, b"")


async def test_a_cut_body_says_so_and_is_referred_to_by_nothing(tmp_path: Path) -> None:
    first, second = await kept(tmp_path, replace(EXCHANGE, is_cut=True), EXCHANGE)
    assert headers_of(tmp_path, first)["warc-truncated"] == "length"
    assert headers_of(tmp_path, second)["warc-type"] == "response"


async def test_a_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    await kept(tmp_path, *(replace(EXCHANGE, body=b"<html>%d" % n) for n in range(3)), most=1)
    assert [path.name for path in files(tmp_path)] == [f"r1-0000{n}.warc.gz" for n in range(3)]
    assert len(list(archived_pages(tmp_path))) == 3


@pytest.mark.parametrize("lost", [1, 40, 400])
async def test_a_kill_costs_the_last_page_alone(tmp_path: Path, lost: int) -> None:
    await kept(tmp_path, *(replace(EXCHANGE, body=b"<html>%d" % n) for n in range(3)))
    [path] = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-lost])
    bodies = [page.body for page in archived_pages(tmp_path)]
    assert bodies[:2] == [b"<html>0", b"<html>1"]


async def test_pages_are_given_by_site_run_and_time(tmp_path: Path) -> None:
    await kept(tmp_path, EXCHANGE)
    await kept(tmp_path, replace(EXCHANGE, at=NOW + timedelta(days=5)), run="r2")
    await kept(tmp_path, EXCHANGE, site="other", run="r3")
    assert [page.run for page in archived_pages(tmp_path)] == ["r1", "r2", "r3"]
    assert [page.run for page in archived_pages(tmp_path, site="example")] == ["r1", "r2"]
    assert [page.run for page in archived_pages(tmp_path, run="r3")] == ["r3"]
    assert [page.run for page in archived_pages(tmp_path, since=NOW + timedelta(days=1))] == ["r2"]


async def test_a_disk_that_refuses_costs_no_crawl(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "example").write_text("a file where the folder should be")
    archive = SiteArchive(tmp_path, "example", "r1")
    assert await archive.keep(EXCHANGE) is None
    assert await archive.keep(EXCHANGE) is None
    await archive.close()
    assert len(caplog.records) == 1


async def test_old_files_are_pruned_but_for_those_that_kept_ones_repeat(tmp_path: Path) -> None:
    await kept(tmp_path, EXCHANGE, run="repeated")
    await kept(tmp_path, replace(EXCHANGE, body=b"<html>alone"), run="alone")
    [place] = await kept(tmp_path, replace(EXCHANGE, at=NOW + timedelta(days=9)), run="new")
    before = NOW + timedelta(days=1)
    looked = prune(tmp_path, before, dry_run=True)
    pruned = prune(tmp_path, before)
    assert [file.run for file in looked.removed] == [file.run for file in pruned.removed] == ["alone"]
    assert [file.run for file in pruned.spared] == ["repeated"]
    assert at(tmp_path, place).body == EXCHANGE.body
    assert [file.run for file in archive_files(tmp_path)] == ["repeated", "new"]
    prune(tmp_path, NOW + timedelta(days=10))
    assert files(tmp_path) == []


async def test_a_run_prunes_what_is_older_than_it_is_told(tmp_path: Path) -> None:
    await kept(tmp_path, EXCHANGE, run="old")
    archive = SiteArchive(tmp_path, "example", "new", days=30)
    await archive.keep(replace(EXCHANGE, at=datetime.now(UTC)))
    await archive.close()
    assert [file.run for file in archive_files(tmp_path)] == ["new"]


async def test_a_payload_is_repeated_for_a_month_and_then_written_anew(tmp_path: Path) -> None:
    days = (0, 29, 58, 31 + 58)
    places = await kept(tmp_path, *(replace(EXCHANGE, at=NOW + timedelta(days=n)) for n in days))
    kinds = [headers_of(tmp_path, place)["warc-type"] for place in places]
    assert kinds == ["response", "revisit", "response", "response"]


@pytest.mark.parametrize("damage", ["missing", "damaged"])
async def test_the_index_is_made_anew_from_the_files(tmp_path: Path, damage: str) -> None:
    await kept(tmp_path, EXCHANGE)
    await kept(tmp_path, replace(EXCHANGE, at=NOW + timedelta(hours=1)), run="r2")
    before = archive_files(tmp_path)
    index = tmp_path / "example" / NAME
    index.unlink() if damage == "missing" else index.write_text("no database" * 1000)
    assert [replace(file, bytes=0) for file in archive_files(tmp_path)] == [replace(file, bytes=0) for file in before]
    assert [file.run for file in prune(tmp_path, NOW + timedelta(minutes=30)).spared] == ["r1"]
