"""`README.md` of an export: the dataset card, as Hugging Face reads it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from newscrawl.columns import SEPARATOR, Column
from newscrawl.export.manifest import Manifest
from newscrawl.export.text import columns_of
from newscrawl.normalize.text import clean

KINDS = {
    "text": "text",
    "integer": "integer",
    "number": "number",
    "flag": "yes or no",
    "instant": "instant, UTC",
    "texts": "list of text",
    "records": "list of records",
    "pairs": "list of `name` and `value`",
    "json": "JSON",
}


def card(manifest: Manifest, columns: Sequence[Column]) -> str:
    """What a stranger has to know of the folder."""
    parts = [_front(manifest), "# News articles", _told(manifest)]
    if manifest.format == "parquet":
        parts.append(_parquet(manifest))
    parts += [_reading(manifest), "## Columns", _table(columns_of(columns, manifest.format)), "## Rights", RIGHTS]
    return "\n\n".join(parts) + "\n"


RIGHTS = """The texts are their publishers'. What a publisher says of the use of an article stands in its `rights_…`
columns, where they are part of the export; null means that nothing was said. Keep to it, and to the law."""


def _front(manifest: Manifest) -> str:
    """What Hugging Face reads: the languages, and which files are data."""
    ending = manifest.format
    pattern = f"data/**/articles-*.{ending}" if ending == "parquet" else f"data/articles-*.{ending}"
    languages = "".join(f"\n  - {clean(code)}" for code in manifest.selection.languages if code.isascii())
    return "\n".join(
        [
            "---",
            *([f"language:{languages}"] if languages else []),
            "tags:\n  - news",
            "configs:",
            "  - config_name: default",
            "    data_files:",
            f'      - split: train\n        path: "{pattern}"',
            "---",
        ]
    )


def _told(manifest: Manifest) -> str:
    filters = manifest.selection.model_dump(mode="json", exclude_defaults=True)
    chosen = "; ".join(f"{name}: {_listed(value)}" for name, value in filters.items()) or "none, so everything stored"
    return (
        f"{manifest.rows:,} rows in {len(manifest.files):,} files, made by {manifest.made_by} on"
        f" {manifest.made_at:%Y-%m-%d %H:%M} UTC. Filters: {chosen}.\n\n"
        "A row is one article as it was when it was exported. After later exports into this folder, an article that has"
        " changed has several rows: the one with the highest `seq` holds. A row whose `status` is `merged` says that"
        " its article is part of another one; leave out all rows with its `id`.\n\n"
        "`_manifest.json` names every file with its rows, its size and its SHA-256. A file that it does not name is no"
        " part of this."
    )


def _listed(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return clean(text).replace("`", "'").replace("<", "&lt;")


def _parquet(manifest: Manifest) -> str:
    folder = {"day": "data/site=…/date=…", "month": "data/site=…/month=…", "site": "data/site=…"}[
        manifest.partitions or "day"
    ]
    return (
        f"Files lie in `{folder}`: the day (UTC) of publication, or of the first fetch where the page gives no date."
        " The name of the site is in the files, too, as `site_name`, for tools that do not read it from the folders."
    )


def _reading(manifest: Manifest) -> str:
    if manifest.format == "parquet":
        query = "SELECT site, count(*) FROM read_parquet('data/**/*.parquet', hive_partitioning = true) GROUP BY site"
        return (
            f'```python\nimport duckdb\nduckdb.sql("{query}")\n\n'
            "import pandas\npandas.read_parquet('data', columns=['id', 'seq', 'published_at'])\n```"
        )
    if manifest.format.startswith("csv"):
        return (
            f"Lists are joined by `{SEPARATOR}`. A text that a spreadsheet would take for a formula (one that begins"
            " with `=`, `+`, `-`, `@`) has an apostrophe before it."
        )
    return "One JSON object a line."


def _table(columns: Sequence[Column]) -> str:
    rows = (f"| `{column.name}` | {KINDS[column.kind]} | {column.told} |" for column in columns)
    return "\n".join(["| column | type | |", "|---|---|---|", *rows])
