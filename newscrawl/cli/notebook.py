"""`newscrawl notebook`: a first analysis of an export, to go on from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.output import Exit, fail, out, show_json


def notebook(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of an export to Parquet.")],
    force: Annotated[bool, typer.Option("--force", help="Also over files that are there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Write a notebook and a script into an export, which read it with DuckDB, pandas and Hugging Face datasets.

    newscrawl articles export news

    newscrawl notebook news

    `analysis.ipynb` is for Jupyter, `analysis.py` for everything else; both do the same, in their folder.
    """
    from newscrawl.export.manifest import WrongManifest, read
    from newscrawl.export.notebook import NOTEBOOK, SCRIPT, as_notebook, as_script

    try:
        manifest = read(folder)
    except WrongManifest as error:
        fail(f"{error}; name the folder of an export", Exit.USAGE)
    if manifest is None:
        fail(f"{folder} holds no export; `newscrawl articles export {folder}` makes one", Exit.NOTHING)
    if manifest.format != "parquet":
        fail(
            f"{folder} holds {manifest.format}, and the notebook reads Parquet; export into another folder", Exit.USAGE
        )
    files = {folder / NOTEBOOK: as_notebook(), folder / SCRIPT: as_script()}
    there = [path for path in files if path.exists()]
    if there and not force:
        fail(f"{there[0]} is there and may have been changed; add --force to write over it", Exit.USAGE)
    try:
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", Exit.FAILED)
    if as_json:
        show_json("notebook", [str(path) for path in files])
        return
    out.print(f"{folder / NOTEBOOK} and {SCRIPT}; cd {folder}, then python {SCRIPT}", soft_wrap=True)
    out.print("They need: pip install duckdb pandas datasets", soft_wrap=True)
