"""HTTP as uvicorn reads it, with bounds that it does not know: how long the head of a request may be, and may take."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 2**10  # bytes of request line and headers
SLOWEST_HEAD = 20.0  # seconds from the first byte, or from the connection, to the end of the headers


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _is_in_head = True
    _head = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """It has sent something."""
        if self._is_in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.send_400_response(f"The head of a request may have {LONGEST_HEAD} bytes.")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Its head has ended."""
        self._head_is_there()
        self._is_in_head, self._head = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """It has ended."""
        self._is_in_head = True
        super().on_message_complete()

    def _await_head(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(SLOWEST_HEAD, self.transport.close)

    def _head_is_there(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
