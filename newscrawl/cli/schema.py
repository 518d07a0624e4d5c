"""`newscrawl schema`: the JSON Schema of the documents of a collection."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from newscrawl.cli.output import Exit, fail, plain_json


def schema(
    collection: Annotated[
        str, typer.Argument(help="articles, views, revisions, runs, failures … or any other collection.")
    ] = "articles",
    as_json: Annotated[bool, typer.Option("--json", help="The same: a schema is JSON.")] = False,
) -> None:
    """Print the JSON Schema of the documents of a collection, draft 2020-12.

    newscrawl schema

    newscrawl schema runs

    newscrawl schema > article.schema.json
    """
    from newscrawl.json_schema import record_schema
    from newscrawl.records import RECORDS

    if collection not in RECORDS:
        fail(f"there is no collection {collection!r}; there are {', '.join(RECORDS)}", Exit.USAGE)
    sys.stdout.write(plain_json(record_schema(collection)) + "\n")
