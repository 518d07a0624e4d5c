"""Scrapy item pipelines, a few lines each: select, deduplicate, store."""
