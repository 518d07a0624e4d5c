"""Every setting, once: newscrawl's own with their environment variables, and Scrapy's that follow from them.

newscrawl's settings come, later before earlier, from the defaults below, the user's `newscrawl/config.toml` under
`$XDG_CONFIG_HOME` (`~/.config`), `newscrawl.toml` in the current folder, environment variables (`NEWSCRAWL_` and the
name in capitals) and the command line's options.
The upper-case names at the end are Scrapy's: `scrapy.cfg` points here, so `scrapy crawl unn` works too.
"""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, get_args

import platformdirs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from newscrawl import setting_sources
from newscrawl.extract.limits import LIMITS, Limits
from newscrawl.metrics.target import parse_target
from newscrawl.normalize.addresses import AllowList
from newscrawl.normalize.cadence import Bounds
from newscrawl.normalize.secrets import mask
from newscrawl.normalize.spans import parse_ages, parse_span
from newscrawl.normalize.visits import AGES
from newscrawl.setting_sources import Stated, configuration_files, read_file, read_variables

ConfigurationError = setting_sources.ConfigurationError


def _not_mongodbs_own(name: str) -> str:
    if name.lower() in ("admin", "config", "local"):
        raise ValueError("has to be another: admin, config and local are MongoDB's own")
    return name


def _switch_or_folder(value: object) -> object:
    """`true` and `false` in any of their forms; else as it is."""
    word = str(value).strip().lower()
    return "true" if word in ("true", "yes", "on", "1") else "" if word in ("false", "no", "off", "0") else value


def _span(value: object) -> object:
    return parse_span(value) if isinstance(value, str) else value


Span = Annotated[timedelta, BeforeValidator(_span), Field(ge=timedelta(minutes=1), le=timedelta(days=30))]


class Settings(BaseModel):
    """newscrawl's own settings."""

    model_config = ConfigDict(extra="forbid")

    mongo_uri: str | None = Field(
        default=None,
        description="Address of MongoDB; without one newscrawl runs its own.",
    )
    database: Annotated[str, AfterValidator(_not_mongodbs_own)] = Field(
        default="newscrawl", description="Name of the database.", pattern=r"^[A-Za-z0-9_-]{1,38}$"
    )
    mongod: Path | None = Field(default=None, description="mongod binary to run where no address is set.")
    data: Path = Field(
        default=Path(platformdirs.user_data_dir("newscrawl", appauthor=False)),
        description="Folder of the embedded database and of the spool.",
    )
    archive: Annotated[str, BeforeValidator(_switch_or_folder)] = Field(
        default="",
        description="Folder where every page is archived; true: `archive` in the data folder; empty: nowhere.",
    )
    archive_days: int = Field(
        default=0, ge=0, le=36500, description="Days after which archived pages are pruned; 0: they are kept for ever."
    )
    sites: str = Field(
        default="",
        description="Folders of further site files, separated as in PATH; `sites` in the data folder is read, too.",
    )
    user_agent: str = Field(
        default="newscrawl/0.1 (set NEWSCRAWL_USER_AGENT to name a contact)",
        min_length=5,
        description="Name and contact that every request carries.",
    )
    delay: float = Field(default=2.0, ge=0, le=3600, description="Seconds between two requests to one host.")
    concurrency: int = Field(default=1, ge=1, le=64, description="Requests to one host at a time.")
    sites_at_once: int = Field(
        default=1000, ge=1, le=100000, description="Sites that one process crawls at a time; the others wait."
    )
    max_crawl_delay: float = Field(
        default=30.0, ge=0, le=3600, description="Seconds up to which the Crawl-delay of a robots.txt is kept to."
    )
    max_wait: float = Field(
        default=60.0,
        ge=0,
        le=3600,
        description="Seconds that a run waits for a host which asks for it; what asks for more is left to later runs.",
    )
    allow_hosts: str | None = Field(
        default=None,
        description="Names, addresses and networks that may be reached though they are not public, "
        "separated by spaces or commas.",
    )
    verify_tls: bool = Field(default=True, description="Refuse servers whose certificate is not in order.")
    timeout: float = Field(default=30.0, gt=0, description="Seconds that one download may take.")
    first_byte_timeout: float = Field(
        default=20.0, gt=0, description="Seconds until a server must have begun to answer."
    )
    retries: int = Field(default=2, ge=0, le=20, description="Further attempts at one address in one run.")
    max_redirects: int = Field(default=10, ge=0, le=100, description="Redirects of one address that are followed.")
    max_url_length: int = Field(default=LIMITS.url_length, ge=64, le=2048, description="Characters of an address.")
    max_header_bytes: int = Field(default=512 * 2**10, ge=1024, description="Bytes of the headers of one answer.")
    max_bytes: int = Field(default=10 * 2**20, ge=1024, description="Bytes of one answer as they are sent.")
    max_decompressed_bytes: int = Field(
        default=LIMITS.decompressed_bytes, ge=1024, description="Bytes of one answer when it is decompressed."
    )
    max_pages: int = Field(default=20, ge=1, description="Pages of one listing in one run.")
    max_depth: int = Field(default=3, ge=0, le=20, description="Indexes of sitemaps in one another.")
    max_links: int = Field(
        default=LIMITS.links, ge=1, description="Articles that one page of a listing or feed may show."
    )
    max_elements: int = Field(default=LIMITS.elements, ge=100, description="Elements of one page.")
    max_nesting: int = Field(
        default=LIMITS.nesting, ge=10, le=250, description="Elements of one page inside one another."
    )
    max_json_ld_bytes: int = Field(default=LIMITS.json_ld_bytes, ge=1024, description="Bytes of one JSON-LD block.")
    max_json_ld_nesting: int = Field(
        default=LIMITS.json_ld_nesting, ge=2, le=200, description="Values of JSON-LD inside one another."
    )
    page_timeout: float = Field(default=5.0, gt=0, description="Seconds of processor time for one page.")
    cookies: bool = Field(default=False, description="Keep cookies for the time of a run.")
    revisits: Annotated[tuple[timedelta, ...], BeforeValidator(parse_ages)] = Field(
        default=AGES, description="Ages at which articles are visited again, such as 1h 6h 1d; empty: never."
    )
    revisit_budget: int = Field(default=50, ge=0, description="Articles of one site visited again in one run.")
    broker: SecretStr | None = Field(
        default=None, description="Address of the message broker of a fleet, amqp:// or redis://: a secret."
    )
    broker_ca: Path | None = Field(
        default=None, description="File with the certificate of who vouches for the broker; else those of the system."
    )
    job_sites: int = Field(default=50, ge=1, le=1000, description="Most sites of one job of a fleet.")
    alerts: SecretStr | None = Field(
        default=None, description="Addresses for Apprise that are told of every site, separated by spaces: secrets."
    )
    alerts_file: Path | None = Field(default=None, description="File with such addresses, one a line.")
    due_min: Span = Field(default=Bounds.shortest, description="Least time between two visits of a listing, by rhythm.")
    due_max: Span = Field(default=Bounds.longest, description="Most time between two visits of a listing, by rhythm.")
    due_pace: Span = Field(default=Bounds.pace, description="The same of a listing with one new article an hour.")
    serve_host: str = Field(
        default="127.0.0.1",
        pattern=r"^[A-Za-z0-9.:_-]{1,253}$",
        description="Address that `serve` listens at; beyond this machine it asks for keys.",
    )
    serve_port: int = Field(default=8765, ge=0, le=65535, description="Port that `serve` listens at; 0: any free one.")
    serve_names: str = Field(
        default="",
        description="Host names by which a proxy asks `serve`, separated by spaces or commas; it asks for keys then.",
    )
    serve_rate: str = Field(
        default="",
        pattern=r"^([1-9][0-9]{0,8}/(second|minute|hour|day))?$",
        description="Requests of one key or address that `serve` answers; empty: 6000/minute where it asks for keys.",
    )
    serve_cache: float = Field(
        default=5.0, ge=0, le=3600, description="Seconds for which `serve` gives an answer again; 0: it does not."
    )
    serve_page_limit: int = Field(default=200, ge=1, le=1000, description="Most articles of one answer of `serve`.")
    serve_streams: int = Field(default=100, ge=1, le=10000, description="Streams of events that `serve` keeps open.")
    serve_webhooks: bool = Field(default=True, description="Whether `serve` delivers webhooks beside its answers.")
    metrics: str = Field(
        default="",
        description="Where metrics for Prometheus are told: port, address with port, or .prom file; empty: nowhere.",
    )
    log_level: str = Field(default="WARNING", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")

    @field_validator("metrics")
    @classmethod
    def _names_a_target(cls, value: str) -> str:
        parse_target(value)
        return value

    @field_validator("allow_hosts")
    @classmethod
    def _names_hosts(cls, value: str | None) -> str | None:
        AllowList(value or "")
        return value

    @property
    def site_folders(self) -> list[Path]:
        """Folders of the operator's own site files: the one that is always read, then those of NEWSCRAWL_SITES."""
        always = [self.own_sites] if self.own_sites.is_dir() else []
        return [*always, *(Path(folder) for folder in self.sites.split(os.pathsep) if folder)]

    @property
    def own_sites(self) -> Path:
        """Folder of site files that is read where it exists, whatever NEWSCRAWL_SITES names."""
        return self.data / "sites"

    @property
    def limits(self) -> Limits:
        """What may be read of one page."""
        return Limits(
            elements=self.max_elements,
            nesting=self.max_nesting,
            json_ld_bytes=self.max_json_ld_bytes,
            json_ld_nesting=self.max_json_ld_nesting,
            links=self.max_links,
            url_length=self.max_url_length,
            decompressed_bytes=self.max_decompressed_bytes,
        )

    @property
    def archive_folder(self) -> Path | None:
        """Where pages are archived; None: nowhere."""
        return None if not self.archive else self.default_archive if self.archive == "true" else Path(self.archive)

    @property
    def default_archive(self) -> Path:
        """Where the archive is that is turned on without a folder."""
        return self.data / "archive"

    @property
    def due_bounds(self) -> Bounds:
        """How often listings are visited that are visited by their rhythm."""
        return Bounds(self.due_min, max(self.due_max, self.due_min), self.due_pace)

    @property
    def spool_file(self) -> Path:
        """Where records wait while the database is away."""
        return self.data / f"spool-{self.database}.jsonl"

    @property
    def lock_folder(self) -> Path:
        """Where the runs of this machine lock their sites, a folder for each database."""
        server = hashlib.sha256((self.mongo_uri or "").encode()).hexdigest()[:8]
        return self.data / "locks" / f"{self.database}-{server}"


def stated_settings() -> dict[str, Stated]:
    """What files and variables state, each setting as it is in force. Raises ConfigurationError."""
    stated: dict[str, Stated] = {}
    for path in configuration_files():
        stated |= read_file(path, Settings.model_fields)
    return stated | read_variables(Settings.model_fields)


def read_settings(**options: Any) -> Settings:
    """The settings in force; `options` win. Raises ConfigurationError."""
    stated = stated_settings()
    chosen = {name: value for name, value in options.items() if value is not None}
    return _validated({name: said.value for name, said in stated.items()} | chosen, stated)


def check_file(path: Path) -> None:
    """See whether the settings of a file are in order by themselves. Raises ConfigurationError."""
    stated = read_file(path, Settings.model_fields)
    _validated({name: said.value for name, said in stated.items()}, stated)


def _validated(values: dict[str, Any], stated: dict[str, Stated]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(dict(item), stated) for item in error.errors())) from None


def _explain(item: dict[str, Any], stated: dict[str, Stated]) -> str:
    name = str(item["loc"][0]) if item["loc"] else "settings"
    origin = stated[name].origin if name in stated else f"NEWSCRAWL_{name.upper()}"
    key = "" if origin.upper().startswith("NEWSCRAWL_") else f": {name}"
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{origin}{key}: {message}" + ("" if is_secret(name) else f", not {mask(repr(item['input']))}")


def is_secret(name: str) -> bool:
    """Whether a setting's value is never to be shown. Passwords of addresses are masked in every setting."""
    field = Settings.model_fields.get(name)
    return field is not None and SecretStr in (field.annotation, *get_args(field.annotation))


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return read_settings()


RETRY_WAITS = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
"""How long after a failed attempt the next run may try an address again; the last one repeats for ever."""


def scrapy_settings(own: Settings) -> dict[str, Any]:
    """Scrapy's settings that follow from newscrawl's."""
    from scrapy.settings.default_settings import EXTENSIONS_BASE  # loads Scrapy, which most commands do without

    return {
        "BOT_NAME": "newscrawl",
        "SPIDER_LOADER_CLASS": "newscrawl.spiders.loader.SiteLoader",
        "SPIDER_MODULES": ["newscrawl.spiders"],
        "USER_AGENT": own.user_agent,
        "ROBOTSTXT_OBEY": True,  # by the middleware below, not by Scrapy's
        "DOWNLOAD_DELAY": own.delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": own.concurrency,
        "DOWNLOADER": "newscrawl.crawl.downloader.PacedDownloader",
        "SCHEDULER": "newscrawl.crawl.waiting.Waiting",
        "STATS_CLASS": "newscrawl.crawl.stats.Stats",
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("http", "https"), "newscrawl.crawl.download.Download"),
            **dict.fromkeys(("data", "file", "ftp", "s3")),
        },
        "DOWNLOADER_MIDDLEWARES": {
            f"scrapy.downloadermiddlewares.{theirs}": None
            for theirs in (
                "cookies.CookiesMiddleware",
                "downloadtimeout.DownloadTimeoutMiddleware",  # by the download, from newscrawl's own settings
                "httpauth.HttpAuthMiddleware",
                "httpcompression.HttpCompressionMiddleware",
                "offsite.OffsiteMiddleware",  # by the spider, which knows its site's hosts
                "redirect.MetaRefreshMiddleware",
                "redirect.RedirectMiddleware",
                "retry.RetryMiddleware",
                "robotstxt.RobotsTxtMiddleware",
                "stats.DownloaderStats",  # by the spider's traffic
            )
        }
        | {
            "newscrawl.crawl.robots.RobotsMiddleware": 100,
            "newscrawl.crawl.retries.Retries": 550,
            "newscrawl.crawl.retries.Refreshes": 580,
            "newscrawl.crawl.retries.Redirects": 600,
            "newscrawl.crawl.cookies.HostCookies": 700,
        },
        "SPIDER_MIDDLEWARES": {  # none: every request and article would pass through each of them
            f"scrapy.spidermiddlewares.{theirs}": None
            for theirs in (
                "depth.DepthMiddleware",
                "httperror.HttpErrorMiddleware",
                "metacopy.MetaCopyDetectionMiddleware",
                "referer.RefererMiddleware",
                "start.StartSpiderMiddleware",
                "urllength.UrlLengthMiddleware",  # by the scheduler
            )
        },
        "RETRY_TIMES": own.retries,
        # What the downloads above raise. Scrapy's list names more, and loads its other downloads to know them (0.2 s).
        "RETRY_EXCEPTIONS": [
            *(f"scrapy.exceptions.{name}Error" for name in ("CannotResolveHost", "DownloadConnectionRefused")),
            *(f"scrapy.exceptions.{name}Error" for name in ("DownloadFailed", "DownloadTimeout", "ResponseDataLoss")),
            OSError,
        ],
        "RETRY_GIVE_UP_LOG_LEVEL": "INFO",  # the failure is recorded
        "REDIRECT_MAX_TIMES": own.max_redirects,
        "METAREFRESH_MAXDELAY": 5,  # seconds: a page that loads itself anew every minute leads nowhere
        "AUTOTHROTTLE_ENABLED": False,  # the gate does it
        "COOKIES_ENABLED": own.cookies,
        "ITEM_PIPELINES": {
            "newscrawl.pipelines.select.SelectPipeline": 100,
            "newscrawl.pipelines.deduplicate.DeduplicatePipeline": 200,
            "newscrawl.pipelines.store.StorePipeline": 300,
        },
        # Scrapy's own, but for those that let others into the process, and that it would load even where they are off.
        "EXTENSIONS_BASE": {name: 0 for name in EXTENSIONS_BASE if not name.endswith(("Console", "Control"))},
        "EXTENSIONS": {"newscrawl.crawl.run_record.RunRecord": 500}
        | ({"newscrawl.crawl.metrics.Metrics": 600} if own.metrics else {}),
        "CONCURRENT_ITEMS": 1,  # of one response, which is one article
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 32 * 2**20,  # bytes of pages that wait for the database: some whole batches
        "ASYNCIO_EVENT_LOOP": "uvloop.Loop",
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_LEVEL": own.log_level,
        "WARN_ON_GENERATOR_RETURN_VALUE": False,  # it looks for a mistake in the source of every callback
    }


def __getattr__(name: str) -> Any:
    """Scrapy reads this module's upper-case names; they are made when first asked for."""
    if name.isupper() and name in (table := scrapy_settings(settings())):
        return table[name]
    raise AttributeError(name)


def __dir__() -> list[str]:
    return [*globals(), *scrapy_settings(settings())]
