"""The operator's commands, one file a group. Typer and Rich; data to stdout, progress and errors to stderr."""
