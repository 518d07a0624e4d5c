"""Scrapy item pipelines, a few lines each: normalise, deduplicate, store."""
