"""Articles as files for other tools: Parquet by site and day, JSON lines, CSV, with a manifest."""
