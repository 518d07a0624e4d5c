"""Every site file is a spider: `scrapy list` shows them and `scrapy crawl NAME` runs one."""

from __future__ import annotations

import builtins
import logging
import re
from functools import cached_property
from typing import TYPE_CHECKING, Self

from newscrawl.settings import settings
from newscrawl.site import Site, find_site, load_sites, site_of
from newscrawl.spiders.site_spider import SiteSpider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scrapy import Request, Spider
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)


def spider_of(site: Site) -> type[SiteSpider]:
    """The spider class of one site."""
    name = re.sub(r"\W", " ", site.name).title().replace(" ", "") + "Spider"
    return type(name, (SiteSpider,), {"name": site.name, "site": site, "__module__": SiteSpider.__module__})


class SiteLoader:
    """Scrapy's `SPIDER_LOADER_CLASS`. Sites whose file is wrong are left out, and logged."""

    @classmethod
    def from_settings(cls, _settings: BaseSettings) -> Self:
        """As Scrapy makes it, also where nobody will ask it for a site: so their files are read when somebody does."""
        return cls()

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """Sites of the package and of the folders named by NEWSCRAWL_SITES."""
        sites = load_sites(settings().site_folders, keep_going=True)
        for said in sites.left_out():
            logger.error("%s", said)
        return sites

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of a site. Raises KeyError, as Scrapy expects, with the nearest names."""
        try:
            return spider_of(find_site(spider_name, self.sites))
        except ValueError as error:
            raise KeyError(str(error)) from None

    def list(self) -> builtins.list[str]:
        """Names of all sites."""
        return sorted(self.sites)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """Names of the sites that own the request's address."""
        site = site_of(request.url, self.sites.values())
        return [site.name] if site else []
