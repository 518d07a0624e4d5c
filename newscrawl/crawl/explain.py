"""What each reason means, in words, and what an operator may do. Every code that a run counts has its row here.

Reasons of failures come first; then those that a run counts though the article was stored, or the listing read.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import NamedTuple


class Explanation(NamedTuple):
    """`means`: what happened. `remedy`: what to do; often nothing, for it is tried again by itself."""

    means: str
    remedy: str


BY_ITSELF = "Nothing: it is tried again by itself."

FAILURES: dict[str, Explanation] = {
    code: Explanation(means, remedy)
    for code, means, remedy in (
        ("timeout", "The download took longer than NEWSCRAWL_TIMEOUT.", BY_ITSELF),
        ("first-byte-timeout", "The server had not begun to answer in time.", BY_ITSELF),
        ("dns", "The host has no address in the DNS.", "Correct the host in the site file, or look at your resolver."),
        ("connection-refused", "Nothing listens at the host's port.", BY_ITSELF),
        ("connection-lost", "The connection broke off.", BY_ITSELF),
        ("cut-short", "The answer ended before its announced length.", BY_ITSELF),
        ("tls-error", "The connection is not secure: the certificate is not in order.", "Look at it in a browser; NEWSCRAWL_VERIFY_TLS=false takes it as it is."),
        ("broken-http", "The answer is no sound HTTP.", BY_ITSELF),
        ("fetch-error", "The download failed in a way that has no code of its own; the detail has the words.", BY_ITSELF),
        ("ignored", "A part of the crawler refused the request.", "Read the detail; without a reason there, please report it."),
        ("host-down", "The host did not answer several times in a row and is left alone for a while.", "`newscrawl crawl SITE --now` asks at once."),
        ("host-asks-to-wait", "The host asked by Retry-After to be left alone until the next try.", "Wait. If it comes often, raise `delay` in the site file."),
        ("robots-forbidden", "robots.txt forbids the address, so it was not fetched.", "Nothing, or ask the publisher. `newscrawl failures drop` takes it off the list."),
        ("robots-unreachable", "robots.txt could not be read, so nothing of the host may be fetched (RFC 9309).", "Nothing: robots.txt is asked for again by itself, first after a minute."),
        ("forbidden-address", "The address leads into a private network, or to this machine.", "Name the host in NEWSCRAWL_ALLOW_HOSTS if it may be reached."),
        ("forbidden-scheme", "The address is neither http nor https.", "Correct the site file if it is named there; else `newscrawl failures drop`."),
        ("no-address", "The text is no address.", "`newscrawl failures drop` takes it off the list."),
        ("address-too-long", "The address is longer than NEWSCRAWL_MAX_URL_LENGTH.", "Raise the setting if the site has such articles."),
        ("url-too-long", "The address of the article is too long to be stored.", "Nothing can be done; `newscrawl failures drop` takes it off the list."),
        ("left-the-site", "The address leads to a host that is not the site's.", "If the host is the publisher's own, add it to `hosts` in the site file."),
        ("too-many-redirects", "One redirect followed another, up to NEWSCRAWL_MAX_REDIRECTS.", "Open it in a browser: some sites redirect until a cookie is kept (NEWSCRAWL_COOKIES=true)."),
        ("broken-redirect", "The server redirects to what is no address.", BY_ITSELF),
        ("too-large", "The answer is larger than NEWSCRAWL_MAX_BYTES.", "Raise the setting if it is an article or a sitemap."),
        ("headers-too-large", "The headers of the answer are larger than NEWSCRAWL_MAX_HEADER_BYTES.", BY_ITSELF),
        ("decompressed-too-large", "Decompressed, the answer is larger than NEWSCRAWL_MAX_DECOMPRESSED_BYTES.", "Raise the setting if it is a sitemap; a page of this size is an attack."),
        ("damaged-coding", "The compressed answer is damaged or cut short.", BY_ITSELF),
        ("unknown-coding", "The answer is compressed in a way that was not asked for.", BY_ITSELF),
        ("too-many-codings", "The answer is compressed several times over.", "Nothing: this is how attacks look."),
        ("empty-body", "The answer holds no page.", BY_ITSELF),
        ("not-html", "The answer is no page but a file: an image, a PDF, a video.", "Narrow `article` in the site file, so that such links are not taken for articles."),
        ("undecodable-text", "Most of the text is in no known encoding.", "Please report it, with the address."),
        ("no-headline", "The page shows no headline: it is no article, or its layout has changed.", "If it is an article: `newscrawl sites check SITE` finds a rule. Else narrow `article` in the site file."),
        ("no-body", "The page shows a headline and no text: a video, a gallery, or a text made by scripts.", "If it has a text: `newscrawl sites check SITE` finds a rule."),
        ("soft-404", "The page says that there is no such page, though the server answers 200.", BY_ITSELF),
        ("nested-too-deep", "The page nests its elements too deep to be read.", "Raise NEWSCRAWL_MAX_NESTING if the site needs it."),
        ("too-many-elements", "The page has more elements than NEWSCRAWL_MAX_ELEMENTS.", "Raise the setting if the site needs it."),
        ("reading-too-slow", "The page took longer to be read than NEWSCRAWL_PAGE_TIMEOUT.", "Please report it, with the address: no page should."),
        ("reading-out-of-memory", "The page took more memory to be read than a page may.", "Please report it, with the address."),
        ("reading-crashed", "The process that read the page ended before it was done.", "Please report it, with the address."),
        ("reading-error", "The reading of the page failed in a way that nobody thought of; the detail has the words.", "Please report it, with the address."),
        ("processing-error", "The article was read and could not be prepared to be stored; the detail has the words.", "Please report it, with the address."),
        ("refused-by-database", "MongoDB refused the article; the detail has its words.", "`newscrawl doctor`; if the database is sound, please report it."),
        ("no-articles", "The listing, feed or sitemap was read and shows no article.", "If it has some: `newscrawl sites check SITE`. If it is gone: take it out of the site file."),
        ("not-a-feed", "What the site file names as a feed is none.", "Open it; correct or remove the address in the site file."),
        ("not-a-sitemap", "What the site file names as a sitemap is none.", "Open it; correct or remove the address in the site file."),
        ("xml-entities", "The feed or sitemap declares entities, which are an old way to attack readers.", "Ask the publisher; use a listing instead."),
    )
}  # fmt: skip
"""Reason to what it means, for what could not be fetched, read or stored."""

REMARKS: dict[str, Explanation] = {
    code: Explanation(means, remedy)
    for code, means, remedy in (
        ("database-away", "The database did not answer in mid-run.", "Nothing is lost; the next run goes on."),
        ("archive-failed", "A page could not be written to the archive; the article is stored all the same.", "Look at the disk and the rights of the folder in NEWSCRAWL_ARCHIVE."),
        ("date-in-future", "A date lies in the future: it is left empty, and the printed text kept.", "`newscrawl why URL published`; perhaps the site's time zone is wrong."),
        ("date-unreadable", "A date is in a form that is not read: it is left empty, and the printed text kept.", "Please report it, with the address."),
        ("counter-out-of-range", "A view counter is impossibly high: it is left empty, and the printed text kept.", "Nothing."),
        ("undecodable-bytes", "Some bytes are in no known encoding: they are marked with U+FFFD.", "Nothing, unless there are many."),
        ("body-cut", "The text is longer than what is stored of one.", "Nothing."),
        ("json-ld-too-large", "A JSON-LD block was left out, for its size.", "Raise NEWSCRAWL_MAX_JSON_LD_BYTES if fields are missing."),
        ("json-ld-nested-too-deep", "A JSON-LD block was left out, for its nesting.", "Raise NEWSCRAWL_MAX_JSON_LD_NESTING if fields are missing."),
        ("too-many-links", "A page or feed shows more articles than are taken of one.", "Raise NEWSCRAWL_MAX_LINKS if it is an archive."),
        ("sitemaps-too-deep", "Indexes of sitemaps lead to one another without end.", "Raise NEWSCRAWL_MAX_DEPTH, or name the sitemap itself in the site file."),
        ("listing-repeats-itself", "The next pages of a listing show the same again.", "Nothing: the walk ended there."),
        ("unchanged-was-false", "The server said that a feed or sitemap had not changed, and hid new articles.", "Nothing: it is not asked so for a week."),
        ("known-under-new-addresses", "Articles came again under new addresses.", "Nothing: the parameter that makes them is learnt."),
        ("parameters-learnt", "Parameters that make new addresses of the same articles were learnt.", "Nothing."),
        ("robots-cut", "robots.txt is longer than 500 KiB: its end was left out (RFC 9309).", "Nothing."),
        ("robots-copy-believed", "robots.txt could not be read; an earlier copy of it was kept to.", "Nothing."),
        ("crawl-delay-capped", "robots.txt asks for a longer delay than NEWSCRAWL_MAX_CRAWL_DELAY.", "Raise the setting to keep to it."),
    )
}  # fmt: skip
"""Reason to what it means, where an article was stored all the same, or a listing read."""

_HTTP = re.compile(r"http-(\d{3})")
_STATUSES = {
    401: ("wants a login", "Nothing, if it is behind a wall. A site that is so as a whole cannot be crawled."),
    402: ("wants a payment", "Nothing: it is behind a wall."),
    403: (
        "forbids the page, as servers do that take newscrawl for a robot they do not know",
        "Set NEWSCRAWL_USER_AGENT with a contact; raise `delay` in the site file; ask the publisher.",
    ),
    404: ("has no such page", "Nothing: it is not tried again. `newscrawl failures retry URL` does."),
    410: (
        "says that the page is gone for good",
        "Nothing: it is not tried again. `newscrawl failures retry URL` does.",
    ),
    429: ("was asked too often", "Nothing; if it comes again, raise `delay` in the site file."),
    451: ("may not show the page for legal reasons", "Nothing: from other countries it may be there."),
}


def explain(reason: str) -> Explanation:
    """What a reason means; of a code that is not known that it is not."""
    known = FAILURES.get(reason) or REMARKS.get(reason)
    if known is not None:
        return known
    if found := _HTTP.fullmatch(reason):
        return _of_status(int(found[1]))
    return Explanation("A reason of another release of newscrawl.", "Its detail says more.")


def _of_status(status: int) -> Explanation:
    phrase = next((f" ({known.phrase})" for known in HTTPStatus if known == status), "")
    if status in _STATUSES:
        said, remedy = _STATUSES[status]
    elif status >= 500:
        said, remedy = "failed", BY_ITSELF
    elif status >= 400:
        said, remedy = "refuses the request", BY_ITSELF
    else:
        said, remedy = "gave no page", BY_ITSELF
    return Explanation(f"The server answered {status}{phrase}: it {said}.", remedy)
