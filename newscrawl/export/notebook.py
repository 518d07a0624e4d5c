"""A first analysis of an export: the cells of a notebook, and the same as a script. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Literal, NamedTuple

NOTEBOOK, SCRIPT = "analysis.ipynb", "analysis.py"


class Cell(NamedTuple):
    """One cell."""

    kind: Literal["markdown", "code"]
    text: str


CELLS: tuple[Cell, ...] = (
    Cell(
        "markdown",
        """# News, first look

Over the Parquet export in this folder. It needs `pip install duckdb pandas datasets`. Change what you like: the file is
yours, and `newscrawl notebook` does not write over it.""",
    ),
    Cell(
        "code",
        """import duckdb

db = duckdb.connect()
db.execute("SET TimeZone = 'UTC'")
db.execute(
    \"\"\"
    CREATE VIEW rows AS SELECT * FROM read_parquet('data/**/*.parquet', hive_partitioning = true);
    -- Of an article that was exported several times, the row with the highest seq holds; merged ones are another one's.
    CREATE VIEW articles AS
    SELECT * FROM rows QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq DESC) = 1 AND status <> 'merged';
    \"\"\"
)
db.sql("SELECT count(*) AS articles, min(published_at) AS first, max(published_at) AS last FROM articles").show()""",
    ),
    Cell("markdown", "## Articles a site and day"),
    Cell(
        "code",
        """daily = db.sql(
    \"\"\"
    SELECT site, published_at::DATE AS day, count(*) AS articles, avg(word_count)::INT AS words
    FROM articles WHERE published_at IS NOT NULL GROUP BY ALL ORDER BY day, site
    \"\"\"
).df()
daily.tail(20)""",
    ),
    Cell("markdown", "## Most read, by the counters of the pages\n\nNull is not zero: most sites show no counter."),
    Cell(
        "code",
        """most_read = db.sql(
    \"\"\"
    SELECT views, site, published_at, headline, url
    FROM articles WHERE views IS NOT NULL ORDER BY views DESC LIMIT 20
    \"\"\"
).df()
most_read""",
    ),
    Cell("markdown", "## Where the news come from, and whose they are"),
    Cell(
        "code",
        """places = db.sql("SELECT country, place, count(*) AS articles FROM articles GROUP BY ALL ORDER BY 3 DESC")
agencies = db.sql(
    \"\"\"
    SELECT site, coalesce(agency_name, agency) AS agency, count(*) AS articles
    FROM articles GROUP BY ALL ORDER BY articles DESC
    \"\"\"
)
places.show(max_rows=15)
agencies.show(max_rows=15)""",
    ),
    Cell("markdown", "## Tags, and who writes\n\nLists are unnested."),
    Cell(
        "code",
        """tags = db.sql(
    "SELECT tag, count(*) AS articles FROM (SELECT unnest(tags) AS tag FROM articles) GROUP BY tag ORDER BY 2 DESC"
).df()
authors = db.sql(
    \"\"\"
    SELECT author.name, count(*) AS articles
    FROM (SELECT unnest(authors) AS author FROM articles) GROUP BY ALL ORDER BY articles DESC
    \"\"\"
).df()
tags.head(15)""",
    ),
    Cell(
        "markdown",
        """## With pandas

`filters` reads only the files of a site, `columns` only what is used. What does not fit into memory is for DuckDB.""",
    ),
    Cell(
        "code",
        """import pandas

wanted = daily.site.iloc[0] if len(daily) else None
table = pandas.read_parquet(
    "data", columns=["id", "seq", "status", "headline", "published_at", "views"], filters=[("site", "==", wanted)]
)
table = table.sort_values("seq").drop_duplicates("id", keep="last").set_index("published_at").sort_index()
by_hour = table.groupby(table.index.hour).size()
by_hour""",
    ),
    Cell(
        "markdown",
        """## With Hugging Face datasets

The card in `README.md` tells it which files are data. `streaming=True` reads without a copy. What publishers have
reserved is left out here: see the columns `rights_…`.""",
    ),
    Cell(
        "code",
        """from datasets import load_dataset

news = load_dataset("parquet", data_files="data/**/*.parquet", split="train", streaming=True)
allowed = news.filter(lambda row: not row["rights_noai"] and not row["rights_tdm_reserved"])
texts = [row["headline"] for row in allowed.take(5)]
texts""",
    ),
)


def as_notebook() -> str:
    """The cells as a Jupyter notebook (nbformat 4.5)."""
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(CELLS):
        identity = hashlib.sha256(f"{number} {cell.text}".encode()).hexdigest()[:8]
        made: dict[str, Any] = {"id": identity, "cell_type": cell.kind, "metadata": {}}
        made["source"] = cell.text.splitlines(keepends=True)
        if cell.kind == "code":
            made |= {"execution_count": None, "outputs": []}
        cells.append(made)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def as_script() -> str:
    """The cells as a script, marked as editors know them (`# %%`). A last value is printed."""
    parts = []
    for cell in CELLS:
        if cell.kind == "markdown":
            parts.append("# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in cell.text.splitlines()))
            continue
        *lines, last = cell.text.splitlines()
        is_value = re.fullmatch(r"[a-z_]+(\.(head|tail)\(\d+\))?", last)
        parts.append("# %%\n" + "\n".join([*lines, f"print({last})" if is_value else last]))
    return "\n\n".join(parts) + "\n"
