"""The server: it speaks the Model Context Protocol over stdio, or over HTTP on this machine alone."""

from __future__ import annotations

import difflib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp_types import CallToolResult, InputRequiredResult
from pydantic import ValidationError

from newscrawl.mcp.answers import NOTICE
from newscrawl.mcp.tools import Readings, make_tools, wrong
from newscrawl.settings import Settings

INSTRUCTIONS = (
    "Read-only access to a database of news articles that newscrawl keeps. `search` finds articles, `get` gives the "
    "text of one, `history` its versions and the curve of its view counter, `coverage` how complete the stored "
    "articles are and what is known to be missing: ask it before you conclude anything from a lack of articles. "
    f"{NOTICE} All times are UTC. Name the site and the `url` of what you quote."
)


class ArticleServer(MCPServer[Readings]):
    """A server whose tools say what is wrong in sentences, and refuse arguments that they do not have."""

    def __init__(self, own: Settings) -> None:
        readings = Readings(own)

        @asynccontextmanager
        async def lifespan(_server: MCPServer[Readings]) -> AsyncIterator[Readings]:
            try:
                yield readings
            finally:
                await readings.close()

        self._tools = {tool.name: tool for tool in make_tools(readings)}
        super().__init__(
            "newscrawl",
            title="newscrawl: news articles",
            instructions=INSTRUCTIONS,
            version=version("newscrawl"),
            tools=list(self._tools.values()),
            log_level="CRITICAL",  # what is wrong is told to the caller
            lifespan=lifespan,
            subscriptions=False,
        )

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Readings, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Raises ToolError, whose message is for whoever called it."""
        if name not in self._tools:
            raise ToolError(f"there is no tool {name[:100]!r}; there are {', '.join(self._tools)}")
        there_are = self._tools[name].parameters["properties"]
        for argument in sorted(arguments.keys() - there_are.keys()):
            near = next(iter(difflib.get_close_matches(argument, there_are, 1)), None)
            remedy = f"did you mean {near}?" if near else f"there are {', '.join(there_are)}"
            raise ToolError(f"{name} has no argument {argument[:100]!r}; {remedy}")
        try:
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError as error:
            kind = type(error.__cause__).__name__
            raise ToolError(f"newscrawl met an error that it does not know ({kind}); try other arguments") from None
        except ToolError as error:
            cause = error.__cause__
            raise ToolError(wrong(cause) if isinstance(cause, ValidationError) else str(cause or error)) from None
