"""A spool that cannot be written, or that is damaged."""

from __future__ import annotations

import errno
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.article import Article
from newscrawl.normalize.text import fingerprint
from newscrawl.records import Failure
from newscrawl.store.articles import ArticleWriter
from newscrawl.store.connect import Connection
from newscrawl.store.replay import replay
from newscrawl.store.spool import Spool

NOW = datetime(2026, 1, 6, 10, 50, tzinfo=UTC)
URL = "https://example.com/news/1"
ARTICLE = Article(url=URL, site="example", headline="Storm", body="Wind.", fingerprint=fingerprint("Wind."))
FAILURE = Failure(url=f"{URL}/gone", site="example", stage="fetch", reason="http-404", first_at=NOW, last_at=NOW)


async def test_with_a_full_disk_the_article_counts_as_failed_and_other_records_wait_for_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    spool.path.symlink_to("/dev/full")
    writer = ArticleWriter(None, spool, interval=0.01)
    await writer.fail(FAILURE)
    with pytest.raises(OSError, match=r".") as caught:
        await writer.save(ARTICLE, now=NOW)
    assert caught.value.errno == errno.ENOSPC
    spool.path.unlink()
    await writer.close()
    assert [record["kind"] for record in spool.read()] == ["failure"]


async def test_a_folder_that_is_none_is_told_as_an_error_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    writer = ArticleWriter(None, Spool(tmp_path / "data" / "spool.jsonl"), interval=0.01)
    with pytest.raises(OSError, match="data"):
        await writer.save(ARTICLE, now=NOW)
    await writer.close()


@pytest.mark.parametrize("damage", [b"\x00\xff\xfe broken", b'{"kind": "article", "art', b"[1, 2]", b"[" * 100_000])
async def test_a_damaged_line_is_kept_aside_and_the_others_are_stored(
    connection: Connection, tmp_path: Path, damage: bytes
) -> None:
    spool = Spool(tmp_path / "spool.jsonl")
    await ArticleWriter(None, spool, interval=0.01).save(ARTICLE, now=NOW)
    spool.path.write_bytes(damage + b"\n" + spool.path.read_bytes())
    await replay(ArticleWriter(connection, spool, interval=0.01), spool)
    assert await connection.database["articles"].count_documents({}) == 1
    assert list(spool.read()) == []
    [line] = (tmp_path / "spool.refused.jsonl").read_text().splitlines()
    assert json.loads(line)["damaged"].startswith(damage.decode("utf-8", "backslashreplace")[:10])
