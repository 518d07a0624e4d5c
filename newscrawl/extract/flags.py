"""What kind of article a page holds: behind a paywall or not, a live blog, an opinion, a gallery."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from newscrawl.article import ContentType
from newscrawl.extract import structured
from newscrawl.extract.near import Near
from newscrawl.extract.page import Page

FEWEST_ENTRIES = 3  # of a live blog
LONGEST_NOTICE = 200  # characters
_TIER = ("article:content_tier", "og:article:content_tier", "content_tier")
_FREE = {"true": True, "yes": True, "free": True, "open": True, "false": False, "no": False, "locked": False, "metered": False, "premium": False, "paid": False}  # fmt: skip
# Lines in place of the text that subscribers read.
_NOTICE = re.compile(
    r"(?:(?:please )?(?:subscribe|sign in|log in|register)(?: now| today)? (?:to|and) (?:continue|keep|read|unlock)\b|"
    r"(?:this|the) (?:article|story|content|post) is (?:only |exclusively )?(?:available )?(?:for|to|reserved for) (?:our )?(?:paying |premium |paid )?(?:subscribers|members)|"
    r"(?:to continue reading|unlock this (?:article|story)|continue reading your article with)\b|"
    r"(?:jetzt|sofort|einfach)? ?weiterlesen mit\b|(?:dieser|diesen) (?:artikel|beitrag|inhalt) (?:ist|gibt es|können) .{0,30}(?:abonnent|abo\b|plus)|jetzt (?:abonnieren|testen|freischalten) und weiterlesen|"
    r"(?:cet )?article (?:est )?réservé aux (?:abonnés|membres)|(?:il vous reste|la suite est réservée|pour lire la suite)|contenido exclusivo para (?:suscriptores|socios)|suscríbete para (?:seguir|continuar|leer)|"
    r"conteúdo exclusivo para assinantes|(?:questo )?(?:articolo|contenuto) (?:è )?riservato agli abbonati|(?:dit )?artikel is (?:alleen|exclusief) voor abonnees|log in om verder te lezen|"
    r"denna artikel är för (?:dig som är )?prenumerant|denne (?:artikel|artikkelen|saken) er (?:kun )?for abonnenter|(?:ten )?artykuł (?:jest )?(?:dostępny )?(?:tylko )?dla (?:subskrybentów|prenumeratorów)|"
    r"(?:материал|статья) доступ[а-я]+ (?:только )?(?:по подписке|подписчикам)|(?:матеріал|стаття) доступн[а-яії]+ (?:лише )?(?:за передплатою|передплатникам)|この記事は(?:会員|有料)|会員限定)",
    re.I,
)
_LIVE_PATH = re.compile(
    r"(?<![a-z])(?:live-?blogs?|live-?tickers?|live-?updates?|newsblog|newsticker|en-direct|en-vivo|minuto-a-minuto|minute-by-minute|as-it-happened|"
    r"diretta-live|ao-vivo|liveblogg|live-?reports?|na-zywo|direkterapport|tekstova-translyatsiya|onlajn)(?![a-z])|/live/"
)
_LIVE_ENTRY = re.compile(
    r"live(?<![a-z]live)-?(?:blog|ticker|feed|update)s?-?-?(?:entry|entries|post|item|update|event|article|card|message)(?![a-z])"
)


def paywall(page: Page, declared: dict[str, Any], near: Near) -> Iterator[tuple[str, bool]]:
    """Sources that say whether an article is behind a paywall, the most believable first.

    schema.org `isAccessibleForFree` (of the article, then of a part: Google, "Subscription and paywalled content"),
    Facebook's `article:content_tier`, a notice printed in place of text.
    """
    for source, item in [
        ("jsonld", declared),
        *(("jsonld:others", item) for item in page.json_ld if item is not declared),
    ]:
        if (free := structured.is_free(item)) is not None:
            yield f"{source}:isAccessibleForFree", not free
    for text in structured.microdata(page, "isAccessibleForFree"):
        if (free := _FREE.get(text.rsplit("/", 1)[-1].casefold())) is not None:
            yield "microdata:isAccessibleForFree", not free
    for name in (*_TIER, "isaccessibleforfree"):
        for text in page.meta.get(name, ())[:1]:
            if (free := _FREE.get(text.strip().casefold())) is not None:
                yield f"meta:{name}", not free
    for block in near.blocks[near.here :]:
        if len(block.text) <= LONGEST_NOTICE and _NOTICE.match(block.text) and not near.is_elsewhere(block.box.element):
            yield "text", True
            return


def kind(page: Page, declared: dict[str, Any], near: Near) -> tuple[str, ContentType]:
    """Where the kind of the article is stated, and the kind."""
    names = {name.casefold() for name in structured.types(declared)}
    if "liveblogposting" in names or any("LiveBlogPosting" in structured.types(item) for item in page.json_ld):
        return "jsonld:@type", "live"
    if any("LiveBlogPosting" in (item.get("itemtype") or "") for item in page.items):
        return "microdata:itemtype", "live"
    if _LIVE_PATH.search(urlsplit(page.url).path.lower()):
        return "url", "live"
    entries = (entry for entry in page.labelled(_LIVE_ENTRY, "class") if not near.is_elsewhere(entry.getparent()))
    if sum(1 for _ in islice(entries, FEWEST_ENTRIES)) == FEWEST_ENTRIES:
        return "class", "live"
    if "opinionnewsarticle" in names:
        return "jsonld:@type", "opinion"
    if names & {"imagegallery", "mediagallery"}:
        return "jsonld:@type", "gallery"
    return "", "article"
