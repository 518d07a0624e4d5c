"""Scrapy spiders: one class for any site, and the loader that makes every site file a spider."""
