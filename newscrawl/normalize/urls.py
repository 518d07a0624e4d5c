"""Addresses: the canonical URL that is an article's identity, and the address to fetch.

RFC 3986 section 6 normalisation, then what the news web adds: tracking parameters, session ids, AMP, mobile and print
twins. What may name another page is never dropped: `?id=`, `?p=`, `?eid=`, the case of the path.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from functools import cache, lru_cache
from typing import Any
from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

MOST_CACHES = 3  # in one another
LONGEST_HOST = 253  # RFC 1035, 2.3.4
LONGEST = 8192  # characters; longer addresses are traps
LONGEST_STORED = 2048  # characters

# Parameters that only say where the reader came from, by the services that add them.
_TRACKING = re.compile(
    # Google, Matomo, Mailchimp, AT Internet, HubSpot, Adobe, Webtrends, Facebook, Olytics, Vero …: whole families
    r"(?:utm[_-]|mc_|at_|ga_|gad_|hsa_|pk_|piwik_|matomo_|mtm_|oly_|vero_|wt_|wt\.|fb_|sc_c|ns_|trk_|stm_|aff_|amp_|_branch_|_guc_|guce_|__s|__hs|_hs|iesrc)\w*"
    r"|fbclid|gclid|gclsrc|dclid|yclid|ymclid|msclkid|twclid|ttclid|irclickid|rb_clickid|clickid|click_id|li_fat_id|igshid|igsh|wickedid|gbraid|wbraid|srsltid|epik|dicbo|tblci"
    r"|_openstat|openstat|xtor|xtref|xts|xtcr|xtnp|xtloc|xtmc|xtdt|zanpid|ef_id|s_kwcid|mkwid|sfmc_id|_kx"
    r"|ref|refs|fref|referer|referrer|ref_src|ref_url|refsrc|refid|fromref|rss|from_rss|fromrss|source_rss|ocid|cmpid|cmp|cid_source|campaign|campaignid|adgroupid"
    r"|smid|smtyp|ncid|spm|scm|wpisrc|wprov|mkt_tok|s_cid|s_campaign|intcmp|int_cmp|icid|ito|ftag|feature|embed_source|aftr_source|\w+_affiliate|traffic_source"
    r"|taid|echobox|sharetype|share|shared|sr_share|hootpostid|mibextid|socialreferer|recruiter|guccounter|_ga|_gl|__twitter_impression|soc_src|soc_trk"
    r"|yptr|mbid|usqp|wpamp|nocache|cachebuster|cn-reloaded|ao_noptimize|fb_action_ids|action_object_map|action_type_map|action_ref_map|__ccr|__tn__|__cft__|_ft_|_rdc|_rdr|ab_channel|cbrd|ucbcb",
    re.I,
)
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid\w*|cfid|cftoken|sessionid|session_id", re.I)
# `sid` is a session in some systems, and the story in others (PHP-Nuke, Slash).
_SESSION_VALUE = re.compile(r"(?=[^\d]*\d)(?=[^a-z]*[a-z])[0-9a-z]{20,}", re.I)
# Parameters of which one value is a twin of the page, or a referrer.
_TWIN_VALUES = {
    "amp": {"", "1", "true"},
    "_amp": {"", "1", "true"},
    "outputtype": {"amp"},
    "output": {"amp"},
    "mode": {"amp"},
    "print": {"", "1", "true", "y", "yes", "print"},
    "_print": {"", "1"},
    "_part": {"main"},
    "mobile": {"1", "true"},
    "source": {"rss", "twitter", "facebook", "newsletter", "email", "amp"},
    "platform": {"hootsuite"},
}
_PATH_PARAMETER = re.compile(r";jsessionid=[^/?]*", re.I)
_TWIN_SEGMENTS = {"amp", "print"}
SLUG_WORDS = 3  # fewer words name a section or nothing
_SLUG_WORD, _ID = re.compile(r"[^\W_]+"), re.compile(r"\d{5,}")
_AMP_NAME = re.compile(r"(?<=\w)\.amp(?=$|\.html?$)", re.I)
_INDEX = re.compile(r"(?:index|default)\.(?:[xs]?html?|php|aspx?|jsp|cgi)")
_MOBILE_HOST = re.compile(r"^(?:www\.)?(?:m|mobile|amp)\.(?=[^.]+\.[^.]+)|^www\d?\.(?=[^.]+\.[^.]+)", re.I)
# `en.m.wikipedia.org`: the mobile twin of an edition.
_MOBILE_LABEL = re.compile(r"(?<=\.)m\.(?=[^.]+\.[^.]+$)", re.I)
# Google's AMP cache: https://amp.dev/documentation/guides-and-tutorials/learn/amp-caches-and-cors/amp-cache-urls
_AMP_CACHE = re.compile(
    r"https://(?:[\w-]+\.cdn\.ampproject\.org/[cv]|google\.\w{2,3}(?:\.\w\w)?/amp)/(?:s/)?(?=[\w-]+\.[\w.-]+(?:/|$))"
)
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_AMPERSANDS = re.compile(r"&(?:amp;)*|^(?:amp;)+")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = "/:@!$&()*+,;=-._~%'"
_QUERY_SAFE = "/:@!$()*,;?-._~%'"
_NO_HOST = re.compile(r"[\x00-\x20\x7f/?#@\\<>\[\]%|^`\"]|^\.|\.\.")
_SCHEME = re.compile(r"https?://", re.I)
_WEB = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d{1,4})?(?:[/?#]|$)", re.I)  # usual, and in order
_LOCAL_NAMES = {"localhost"}
_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str, *, base: str | None = None) -> str:
    """The canonical URL of an address: equal for the forms under which one page is met.

    `base`: address of the page that holds a relative one. Raises ValueError on what is no http(s) address.
    http and https are one, but for addresses of machines (IP, localhost) and with a port of their own.
    """
    if len(url) > LONGEST and len(url.strip()) > LONGEST:
        raise ValueError(f"address of {len(url)} characters; at most {LONGEST} are taken: {url[:80]}…")
    return _canonical(_join(base, url) if base else url)


@lru_cache(maxsize=65536)
def _canonical(url: str) -> str:
    canonical = _canonical_as_printed(url)
    for _ in range(MOST_CACHES):
        cache = _AMP_CACHE.match(canonical)
        if cache is None:
            return canonical
        canonical = _canonical_as_printed("https://" + canonical[cache.end() :])
    raise ValueError(f"address of a cache in caches: {url[:200]!r}")


def _canonical_as_printed(url: str) -> str:
    parts = _split(url)
    host, port = _host(parts), _port(parts)
    special = port is not None or is_machine(host)
    if not special:
        host = _without_twin(host)
    scheme = parts.scheme.lower() if special else "https"
    path = _path(parts.path)
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port is not None else ""
    fragment = _encode(parts.fragment, _PATH_SAFE + "?") if re.match(r"!/?[^/]", parts.fragment) else ""
    return urlunsplit((scheme, netloc, path, _query(parts.query), fragment))


def _split(url: str) -> SplitResult:
    text = re.sub(r"[\t\r\n\x00]+", "", url.strip().strip("\ufeff\u200b"))
    if len(text) > LONGEST:
        raise ValueError(f"address of {len(text)} characters; at most {LONGEST} are taken: {text[:80]}…")
    # Markup that was read with the address, and the backslashes of a careless hand (WHATWG URL 4.4).
    head = re.match(r"[^?#]*", text)
    if head is not None and re.search(r"[<\"\\]", head[0]):
        path, markup, _ = head[0].replace("\\", "/").partition("<")
        text = path.rstrip('"') + ("" if markup or path.endswith('"') else text[head.end() :])
    if text.startswith("//"):
        text = "https:" + text
    parts = urlsplit(text)
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise ValueError(f"no http or https address: {text[:200]!r}")
    return parts


def _join(base: str, url: str) -> str:
    return urljoin(base, url.strip())


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "%" in host and ":" not in host:
        host = unquote(host, errors="strict").lower()
    host = host.replace("。", ".").rstrip(".")
    if ":" in host:
        return str(ipaddress.IPv6Address(host))  # AddressValueError, a ValueError, where it is none
    if not host or _NO_HOST.search(host):
        raise ValueError(f"no host in the address: {parts.geturl()[:200]!r}")
    if not host.isascii() or "xn--" in host:
        try:
            host = host.encode("ascii").decode("idna") if host.isascii() else host
            host = host.lower().encode("idna").decode("ascii")
        except UnicodeError:
            if not host.isprintable():
                raise ValueError(f"no host in the address: {parts.geturl()[:200]!r}") from None
            host = host.lower()
    if len(host) > LONGEST_HOST:
        raise ValueError(f"host of {len(host)} characters: {host[:80]}…")
    return host.lower()


def _without_twin(host: str) -> str:
    """The host of which this one is the mobile or AMP twin; `www` is no part of it."""
    while (shorter := _MOBILE_LABEL.sub("", _MOBILE_HOST.sub("", host))) != host:
        host = shorter
    return host


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

    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())  # RFC 3987, 3.1
    return quote(_PERCENT.sub(escape, _BARE_PERCENT.sub("%25", text)), safe=safe)


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _encode(_PATH_PARAMETER.sub("", path), _PATH_SAFE).replace("'", "%27").split("/"):
        if segment == ".." and segments:
            segments.pop()
        elif segment not in ("", ".", ".."):
            segments.append(segment)
    while segments:
        last = segments[-1]
        if (len(segments) > 1 and last.lower() in _TWIN_SEGMENTS) or _INDEX.fullmatch(last):
            segments.pop()
        elif (name := _AMP_NAME.sub("", last)) != last:
            segments[-1] = name
        else:
            break
    return "/" + "/".join(segments)


def _query(query: str) -> str:
    kept = []
    for pair in _AMPERSANDS.sub("&", query).split("&"):
        name, _equals, value = pair.partition("=")
        key = unquote(name).lower()
        if not key or _TRACKING.fullmatch(key) or _SESSION.fullmatch(key):
            continue
        if value.lower() in _TWIN_VALUES.get(key, ()) or (key == "sid" and _SESSION_VALUE.fullmatch(value)):
            continue
        kept.append((_parameter(name), _parameter(value)))
    return "&".join(f"{name}={value}" if value else name for name, value in sorted(kept))


def _parameter(text: str) -> str:
    return quote(unquote_to_bytes(text.replace("+", "%20")), safe="/:@!$()*,;?-._~")


def joined(base: str, address: str) -> str | None:
    """An address of a page at `base` made absolute (RFC 3986, 5.2) and printable; None where it is none at all."""
    try:
        return printable_url(urljoin(base, address.strip()))
    except ValueError:
        return None


def printable_url(url: str) -> str:
    """An address with everything escaped that is no printable character, and white space (RFC 3987, 3.1); total.

    Lone surrogates become question marks. What is escaped already stays so: the result is its own result.
    """
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    return "".join(c if c.isprintable() and not c.isspace() else quote(c, errors="replace") for c in url)


def web_address(url: str) -> str | None:
    """An absolute http(s) address of up to 2,048 characters as it can be stored: printable. None: it is none.

    What else a page names as an address, `data:`, `file:`, `javascript:`, is of no use to a reader of the record.
    """
    url = printable_url(url.strip()) if len(url) <= LONGEST else ""
    if len(url) > LONGEST_STORED:
        return None
    return url if _WEB.match(url) or (_SCHEME.match(url) and fetchable_url(url)) else None


def fetchable_url(url: str, *, base: str | None = None) -> str | None:
    """The address to ask for: absolute, without its fragment, else as printed. None: no http(s) address."""
    try:
        if len(url) > LONGEST and len(url.strip()) > LONGEST:
            return None
        parts = _split(_join(base, url) if base else url)
        _host(parts)
        _port(parts)
    except ValueError:
        return None
    return printable_url(urlunsplit((parts.scheme.lower(), parts.netloc, parts.path or "/", parts.query, "")))


@lru_cache(maxsize=65536)
def registrable_domain(url: str) -> str:
    """The domain that an owner registers (Public Suffix List, as bundled), else the host. "" for no address."""
    if len(url) > LONGEST:
        return ""
    host = url
    if "://" in url or url.startswith("//"):
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return ""
    host = host.partition(":")[0] if host.count(":") == 1 else host
    return _suffixes()(host).top_domain_under_public_suffix or host.lower()


@cache  # its library is slow to import, and few commands look at domains
def _suffixes() -> Any:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def same_site(first: str, second: str) -> bool:
    """True where two addresses share their registrable domain."""
    domain = registrable_domain(first)
    return bool(domain) and domain == registrable_domain(second)


def believable_canonical(declared: str, fetched: str) -> str | None:
    """Why a page's declared canonical address is not believed; None: it is.

    Believed only within the same registrable domain, and only where it may name this article: no home page, no
    bare section above the fetched address, no address whose words and numbers are those of another article.
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
    return "another-article" if _name_two_articles(target.path, source.path) else None


def _name_two_articles(first: str, second: str) -> bool:
    """Both paths say in words what their article is about, and say different things.

    A headline that was edited leaves some of its words or the number in the address; an address without words says
    nothing.
    """
    slugs = [
        frozenset(_SLUG_WORD.findall(unquote(path).rstrip("/").rpartition("/")[2].lower())) for path in (first, second)
    ]
    shorter = min(map(len, slugs))
    if shorter < SLUG_WORDS or set(_ID.findall(first)) & set(_ID.findall(second)):
        return False
    return 2 * len(slugs[0] & slugs[1]) < shorter


def article_id(url: str) -> str:
    """Identity of the article at a canonical URL: 32 hexadecimal digits of its SHA-256.

    A hash, so that uniqueness also holds on a cluster sharded by hashed `_id`.
    """
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:32]
