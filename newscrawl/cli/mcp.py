"""`newscrawl mcp`: the stored articles for language models."""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from newscrawl.cli.asked import own_settings
from newscrawl.cli.output import Exit, err, fail

LOOPBACK = "127.0.0.1"


def mcp(
    *,
    http: Annotated[bool, typer.Option("--http", help="Over HTTP, on this machine alone.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --http: the port.")] = 8421,
) -> None:
    """Serve the stored articles to language models, read-only: search, get, history, coverage.

    A program that speaks the Model Context Protocol starts it and talks with it over stdin and stdout.

    newscrawl mcp

    newscrawl mcp --http --port 8421       (http://127.0.0.1:8421/mcp)
    """
    try:
        import mcp as _sdk  # noqa: F401
    except ModuleNotFoundError:
        fail("the SDK of the Model Context Protocol is not installed; `pip install 'newscrawl[mcp]'` does", Exit.USAGE)
    import asyncio

    import uvicorn

    from newscrawl.mcp.server import ArticleServer

    server = ArticleServer(own_settings())
    if not http:
        if err.is_terminal:
            err.print("Waiting for a program that speaks MCP, on stdin. Ctrl-C ends.", style="dim")
        asyncio.run(server.run_stdio_async())
        return
    with _listening(port) as listener:
        err.print(f"http://{LOOPBACK}:{port}/mcp, for programs of this machine. Ctrl-C ends.")
        config = uvicorn.Config(server.streamable_http_app(host=LOOPBACK), log_level="error", lifespan="on")
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def _listening(port: int) -> socket.socket:
    """A socket of this machine alone. Ends with code 2 where the port is taken."""
    try:
        return socket.create_server((LOOPBACK, port))
    except OSError as error:
        fail(f"port {port} cannot be used: {error.strerror}; name another one with --port", Exit.USAGE)
