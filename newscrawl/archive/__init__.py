"""The archive of fetched pages: WARC files written beside a crawl, and any WARC file read again."""
