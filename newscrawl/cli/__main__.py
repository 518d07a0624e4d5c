"""`python -m newscrawl.cli` is the command `newscrawl`."""

from newscrawl.cli.main import run

run()
