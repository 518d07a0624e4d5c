"""`/api/v1/events`: what is new or changed, as it comes (server-sent events of the HTML standard).

The `id` of an event is the `seq` of its article, so a client that comes again with `Last-Event-ID` misses nothing.
The database is asked at the rhythm of `Reader.watch`, once for all streams, and by a stream only when there is news.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pymongo.errors import PyMongoError
from sse_starlette import EventSourceResponse, ServerSentEvent

from newscrawl.article import INT64_MAX
from newscrawl.selection import Selection
from newscrawl.store.select import TooBroad, select
from newscrawl.web.articles import too_broad
from newscrawl.web.guard import of_database
from newscrawl.web.problems import Problem, wrong_parameters
from newscrawl.web.reader import Reader
from newscrawl.web.reading import Filters, ReaderOf
from newscrawl.web.shapes import SUMMARY, dumped

router = APIRouter(prefix="/api/v1")

HEARTBEAT = 15.0  # seconds
AT_A_TIME = 100  # articles of one query
LONGEST_SEND = 30.0  # seconds that a client may take for one event
RETRY = 3000  # milliseconds until a client comes again


# A stream has no end, and tools that try every address of an OpenAPI document would wait for it: docs/api.md has it.
@router.api_route("/events", methods=["GET", "HEAD"], include_in_schema=False)
async def get_events(request: Request, reader: ReaderOf, asked: Annotated[Filters, Query()]) -> EventSourceResponse:
    """A stream of articles that are new or changed. Raises Problem."""
    selection = asked.selection()
    begin = _begin(request.headers.get("last-event-id"), asked.after_seq, reader)
    most = request.app.state.settings.own.serve_streams
    if reader.streams >= most:
        told = f"{most} streams are open already; NEWSCRAWL_SERVE_STREAMS allows more."
        raise Problem(503, "too-many-streams", told, headers={"Retry-After": "30"})
    return EventSourceResponse(
        _counted(reader, selection, begin),
        ping=HEARTBEAT,
        ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
        send_timeout=LONGEST_SEND,
    )


def _begin(last: str | None, after: int | None, reader: Reader) -> int:
    if last:
        if not re.fullmatch(r"[0-9]{1,19}", last) or int(last) > INT64_MAX:
            raise wrong_parameters([("Last-Event-ID", "is no `seq`: send the `id` of the last event, or nothing")])
        return int(last)
    return after if after is not None else reader.seq


async def _counted(reader: Reader, selection: Selection, begin: int) -> AsyncIterator[ServerSentEvent]:
    reader.streams += 1
    try:
        async for event in _events(reader, selection, begin):
            yield event
    finally:
        reader.streams -= 1


async def _events(reader: Reader, selection: Selection, seq: int) -> AsyncIterator[ServerSentEvent]:
    """From after `seq` on, until the server ends."""
    yield _event("ready", {"seq": seq}, seq, retry=RETRY)
    told, told_at, is_away = seq, time.monotonic(), False
    while not reader.stopping.is_set():
        try:
            page = await select(
                reader.database, selection, limit=AT_A_TIME, cursor=str(seq), fields=SUMMARY, order="seq"
            )
        except TooBroad as error:
            yield _event("problem", too_broad(error).as_json(), seq)
            return
        except PyMongoError as error:
            if not is_away:  # said once; the stream goes on where it was when the database is back
                yield _event("problem", of_database(error).as_json(), seq)
            is_away = True
            await reader.pause(1.0)
            continue
        is_away = False
        for article in page.articles:
            told, told_at = article["seq"], time.monotonic()
            yield _event("merged" if article.get("status") == "merged" else "article", article, told)
        seq = max(seq, page.seq or 0)
        if page.cursor is not None:
            continue
        await reader.news(seq, HEARTBEAT)
        if told < seq and time.monotonic() - told_at >= HEARTBEAT:
            # So that a client that comes again need not begin where the last article was that it wanted.
            told, told_at = seq, time.monotonic()
            yield _event("position", {"seq": seq}, seq)


def _event(name: str, data: object, seq: int, *, retry: int | None = None) -> ServerSentEvent:
    return ServerSentEvent(data=dumped(data).decode(), event=name, id=str(seq), retry=retry, sep="\n")
