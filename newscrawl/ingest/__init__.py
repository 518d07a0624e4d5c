"""Pages from files, WARC or HTML, read and stored as those of a crawl are."""
