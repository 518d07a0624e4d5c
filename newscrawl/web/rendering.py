"""How pages are written: the Jinja environment, in which every value is escaped, and what its templates may call."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from newscrawl.web.static_files import static

RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa glk he khw ks ku-arab mzn nqo pa-arab pnb ps sd syr ug ur yi".split())
"""Languages that are written from right to left (Unicode CLDR, scripts of these languages)."""
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_SHAPES = {"year": "%Y", "month": "%B %Y", "day": "%-d %B %Y"}


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """A page of a template. `context`: what it shows."""
    text = environment().get_template(template).render(path=request.url.path, **context)
    return HTMLResponse(text, status)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of all templates."""
    made = Environment(
        loader=PackageLoader("newscrawl.web", "templates"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=static, address=address, article_address=article_address)
    made.filters.update(
        web=web_address,
        host=host,
        wording=wording,
        day=day,
        clock=clock,
        full_moment=full_moment,
        machine=machine,
        number=number,
        percent=percent,
        span=span,
        codename=codename,
    )
    return made


def compile_templates() -> None:
    """Compile every template, so that no page waits for its own."""
    for name in environment().list_templates():
        environment().get_template(name)


def address(path: str, parameters: Iterable[tuple[str, Any]] | Mapping[str, Any] = ()) -> str:
    """An address of this server. `path`: not yet quoted; parameters without a value are left out."""
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    asked = urlencode([(name, str(value)) for name, value in pairs if value not in (None, "")])
    return quote(path, safe="/") + (f"?{asked}" if asked else "")


def article_address(identity: str) -> str:
    """The address of the page of an article."""
    return f"/articles/{quote(identity, safe='')}"


def web_address(url: object) -> str | None:
    """An address from a page where a link may lead there: of http and https alone; None: it may not."""
    if not isinstance(url, str):
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return url.strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def host(url: object) -> str:
    """The host of an address, as a short name for it."""
    try:
        return (urlsplit(str(url)).hostname or str(url))[:80].removeprefix("www.")
    except ValueError:
        return str(url)[:80]


def wording(language: object) -> Markup:
    """The attributes `lang` and `dir` for a text in a language; of an unknown one its first letters tell."""
    if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
        return Markup('dir="auto"')
    lower = language.lower()
    is_rtl = lower in RIGHT_TO_LEFT or lower.partition("-")[0] in RIGHT_TO_LEFT or "-arab" in lower or "-hebr" in lower
    return Markup('lang="{}" dir="{}"').format(language, "rtl" if is_rtl else "ltr")


def day(value: datetime | date) -> str:
    """`Saturday 28 November 2026`."""
    return f"{value:%A %-d %B %Y}"


def clock(at: datetime) -> str:
    """`14:05`, in UTC."""
    return f"{at.astimezone(UTC):%H:%M}"


def full_moment(value: datetime | Mapping[str, Any] | None) -> str:
    """An instant in UTC, or a timestamp of an article as exactly as its page states it."""
    if value is None:
        return "not known"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%-d %b %Y, %H:%M}"
    at = value.get("at")
    if not isinstance(at, datetime):
        return str(value.get("raw") or "not known")[:100]
    if shape := _SHAPES.get(str(value.get("precision"))):
        return f"{at.astimezone(UTC):{shape}}"
    return f"{at.astimezone(UTC):%-d %b %Y, %H:%M}"


def machine(at: datetime) -> str:
    """For the attribute `datetime` of `<time>`."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def number(value: float) -> str:
    """A figure: `1,234`, and `3.5` where it is small and no whole number."""
    return f"{value:,.1f}" if value < 100 and value != int(value) else f"{value:,.0f}"


def percent(share: float) -> str:
    """A share: `98 %`, and `99.7 %` where rounding would hide what is missing."""
    rounded = f"{100 * share:.0f}"
    return f"{100 * share:.1f} %" if rounded == "100" and share < 1 else f"{rounded} %"


def span(hours: float) -> str:
    """`40 min`, `6 h`, `3 days`."""
    minutes = round(hours * 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{hours:.3g} h" if hours < 48 else f"{hours / 24:.0f} days"


def codename(reason: object) -> str:
    """A stable code such as `http-404` or `press_release` as words."""
    return str(reason).replace("-", " ").replace("_", " ")
