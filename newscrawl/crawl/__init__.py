"""Scrapy components around the spiders: the shared database session, the run record, reasons of failure."""
