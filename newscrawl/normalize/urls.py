"""Addresses: the canonical URL that is an article's identity, and the address to fetch.

RFC 3986 section 6 normalisation, then what the news web adds: tracking parameters, session ids, AMP, mobile and print
twins. What may name another page is never dropped: `?id=`, `?p=`, `?eid=`, the case of the path.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import tldextract

_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

LONGEST = 8192  # characters; longer addresses are traps

# Parameters that only say where the reader came from. Prefixes end in `_`.
_TRACKING = re.compile(
    r"(?:utm_|mc_|at_|ga_|hsa_|pk_|piwik_|matomo_|mtm_|oly_|vero_|wt_|fb_|sc_c|ns_|trk_|stm_|aff_|__s|__hs|_hs|iesrc)\w*"
    r"|fbclid|gclid|gclsrc|dclid|yclid|ymclid|msclkid|twclid|ttclid|igshid|igsh|wickedid|gbraid|wbraid|_openstat|openstat"
    r"|xtor|xtref|xts|xtcr|ref|refs|referer|referrer|ref_src|ref_url|refsrc|refid|rss|from_rss|fromrss|ocid|cmpid|cmp|cid_source|campaign"
    r"|campaignid|smid|smtyp|ncid|spm|scm|wpisrc|wprov|mkt_tok|s_cid|intcmp|int_cmp|icid|ito|ftag|feature|embed_source"
    r"|taid|echobox|sharetype|share|shared|socialreferer|recruiter|guccounter|guce_referrer|guce_referrer_sig|_ga|_gl|__twitter_impression|soc_src|soc_trk|source_rss"
    r"|yptr|mbid|amp_js_v|amp_gsa|usqp|wpamp|nocache|cachebuster|outputtype|fb_action_ids|action_object_map|action_type_map|action_ref_map|__ccr|__tn__",
    re.I,
)
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|sessionid|session_id|sid", re.I)
_AMP_OR_PRINT = {
    "amp": {"", "1", "true"},
    "_amp": {"", "1", "true"},
    "outputtype": {"amp"},
    "print": {"", "1", "true", "y", "yes", "print"},
    "_print": {"", "1"},
    "_part": {"main"},
    "mobile": {"1", "true"},
}
_PATH_TWIN = re.compile(r"(?<=.)(?:/amp|\.amp|/print)/?$|\.amp(?=\.html?$)|;jsessionid=[^/?]*", re.I)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp|cgi)$")
_MOBILE_HOST = re.compile(r"^(?:www\.)?(?:m|mobile|amp)\.(?=[^.]+\.[^.]+)|^www\d?\.(?=[^.]+\.[^.]+)", re.I)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&()*+,;=-._~%'"
_QUERY_SAFE = "/:@!$()*,;?-._~%'"
_STRIPPED = re.compile(r"[\x00-\x20\x7f]+")
_LOCAL_NAMES = {"localhost"}
_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str, *, base: str | None = None) -> str:
    """The canonical URL of an address: equal for the forms under which one page is met.

    `base`: address of the page that holds a relative one. Raises ValueError on what is no http(s) address.
    http and https are one, but for addresses of machines (IP, localhost) and with a port of their own.
    """
    return _canonical(urljoin(base, url.strip()) if base else url)


@lru_cache(maxsize=65536)
def _canonical(url: str) -> str:
    parts = _split(url)
    host, port = _host(parts), _port(parts)
    special = port is not None or is_machine(host)
    if not special:
        host = _MOBILE_HOST.sub("", host)
    scheme = parts.scheme.lower() if special else "https"
    path = _path(parts.path)
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port is not None else ""
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((scheme, netloc, path, _query(parts.query), fragment))


def _split(url: str) -> SplitResult:
    text = url.strip().strip("\ufeff\u200b")
    text = "".join(part for part in re.split(r"[\t\r\n\x00]+", text))
    if len(text) > LONGEST:
        raise ValueError(f"address of {len(text)} characters; at most {LONGEST} are taken: {text[:80]}…")
    if text.startswith("//"):
        text = "https:" + text
    parts = urlsplit(text)
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise ValueError(f"no http or https address: {text[:200]!r}")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or _STRIPPED.search(host):
        raise ValueError(f"no host in the address: {parts.geturl()[:200]!r}")
    if not host.isascii() or "xn--" in host:
        try:
            host = host.encode("ascii").decode("idna") if host.isascii() else host
            host = host.lower().encode("idna").decode("ascii")
        except UnicodeError:
            host = host.lower()
    return host.lower()


def _port(parts: SplitResult) -> int | None:
    port = parts.port  # ValueError where it is no number
    return None if port == _PORTS[parts.scheme.lower()] else port


def is_machine(host: str) -> bool:
    """True for an IP address or a local name, where scheme and port tell sites apart."""
    if host in _LOCAL_NAMES or host.endswith((".localhost", ".local", ".test")):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _encode(text: str, safe: str) -> str:
    """RFC 3986 6.2.2: escapes of unreserved characters decoded, the others in capitals, the rest escaped."""

    def escape(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return chr(code) if code in _UNRESERVED else found[0].upper()

    return quote(_PERCENT.sub(escape, text.encode("utf-8", "replace").decode()), safe=safe)


def _path(path: str) -> str:
    path = _PATH_TWIN.sub("", path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and segments:
            segments.pop()
        elif segment not in ("", ".", ".."):
            segments.append(segment)
    path = "/" + "/".join(segments)
    path = _INDEX.sub("/", path)
    if len(path) > 1:
        path = path.rstrip("/")
    path = _encode(path, _PATH_SAFE).replace("'", "%27")
    twin = _PATH_TWIN.sub("", path)
    return "/" if path == "/" else (twin or "/")


def _query(query: str) -> str:
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        name, _equals, value = pair.partition("=")
        if not name or _TRACKING.fullmatch(name) or _SESSION.fullmatch(name):
            continue
        if value.lower() in _AMP_OR_PRINT.get(name.lower(), ()):
            continue
        kept.append((_parameter(name), _parameter(value)) if "=" in pair else (_parameter(name), ""))
    return "&".join(f"{name}={value}" if value else name for name, value in sorted(kept))


def _parameter(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", "%20")), safe="/:@!$()*,;?-._~")


def fetchable_url(url: str, *, base: str | None = None) -> str | None:
    """The address to ask for: absolute, without its fragment, else as printed. None: no http(s) address."""
    try:
        absolute = urljoin(base, url.strip()) if base else url.strip()
        parts = _split(absolute)
        _host(parts)
        _port(parts)
    except ValueError:
        return None
    return urlunsplit((parts.scheme.lower(), parts.netloc, parts.path or "/", parts.query, ""))


@lru_cache(maxsize=65536)
def registrable_domain(url: str) -> str:
    """The domain that an owner registers (Public Suffix List, as bundled), else the host. "" for no address."""
    host = url
    if "://" in url or url.startswith("//"):
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return ""
    host = host.partition(":")[0] if host.count(":") == 1 else host
    return _SUFFIXES(host).top_domain_under_public_suffix or host.lower()


def same_site(first: str, second: str) -> bool:
    """True where two addresses share their registrable domain."""
    domain = registrable_domain(first)
    return bool(domain) and domain == registrable_domain(second)


def believable_canonical(declared: str, fetched: str) -> str | None:
    """Why a page's declared canonical address is not believed; None: it is.

    Believed only within the same registrable domain, and only where it may name an article: no home page, no
    bare section above the fetched address.
    """
    try:
        target, source = urlsplit(canonical_url(declared, base=fetched)), urlsplit(canonical_url(fetched))
    except ValueError:
        return "no-address"
    if not same_site(target.geturl(), source.geturl()):
        return "another-site"
    if target.path == "/" and not target.query and source.path != "/":
        return "home-page"
    above = target.path.rstrip("/") + "/"
    if source.path.startswith(above) and source.path != target.path and not target.query:
        rest = source.path[len(above) :]
        # Below a page stand its own twins (`/story/2`), below a section its articles (`/world/long-slug`).
        if "-" in rest or len(rest) > 12:
            return "section"
    return None
