"""A page to raw fields. Pure: bytes and address in, `RawArticle` or cards out; no Scrapy, no I/O."""
