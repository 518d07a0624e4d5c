"""Whether a link leads to a story or to anything else, by its text and address alone.

A weighted sum of signs, the weights fitted by logistic regression on labelled links of home pages and checked on
outlets that were left out. The signs are those of the news web everywhere: a slug of words, a date, an identifier, a
path that names a rubric, a service or an account.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

BIAS = -0.65  # of the sum; a story is above zero

SERVICES = frozenset(
    "about about-us aboutus account accounts ad ads advertise advertising app apps archive archives author authors awards bio board brand buy "
    "calendar careers cart categories category channel channels checkout circulation classifieds closed-captioning code comment-policy "
    "community-guidelines contact contact-us contactus contest contests cookie cookies corrections coupons dashboard directory donate donation "
    "donations download e-edition eedition editions editorial-policy emails epaper ethics event events faq faqs fcc feed feeds forms forum "
    "forums games giveaways help home homepage hub info information internships jobs join label legal listen live livestream login logout "
    "mailing mediakit media-kit member members membership memberships masthead my newsletter newsletters notices page pages people podcast "
    "podcasts policies policy preference press print privacy privacy-policy profile profiles programs promotions public-notices puzzles radar "
    "radio register registration reporters rss schedule search section sections services series settings shop show shows sign-in sign-up signin "
    "signup sitemap sitemaps site-map sponsor sponsors sponsorship staff station store submit subscribe subscriber subscribers subscription "
    "subscriptions support tag tags team terms terms-of-service terms-of-use tips topic topics tv user users watch weather webcams who-we-are "
    "impressum datenschutz kontakt abo anmelden registrieren schlagwort schlagworte thema themen autor autoren rubrik ressort suche "
    "mentions-legales contacter abonnement abonnements auteur auteurs rubrique recherche connexion contacto suscripcion autores seccion buscar "
    "contatti abbonamenti autori ricerca kontakty redakcja regulamin pro-nas kontakty reklama avtor avtory teg rubric tema poshuk".split()
)
_SERVICE_HOST = re.compile(
    r"^(?:help|support|apps?|play|shop|store|subscribe|subscriptions?|accounts?|myaccount|login|jobs|careers|games|advertise|ads|marketing|legacy|obituaries|"
    r"classifieds|calendar|events|weather|podcasts?|newsletters?|link|click|my|secure|checkout|donate|give|membership|members|info|about|corporate|privacy)\.|"
    r"(?:facebook|twitter|instagram|youtube|linkedin|pinterest|tiktok|whatsapp|t\.me|reddit|google|apple|spotify|flipboard|threads|snapchat|doubleclick|"
    r"taboola|outbrain|amazon|bsky|paypal|patreon)\."
)
_STORY_PART = re.compile(
    r"articles?|story|stories|news-story|blog|posts?|a|opinion|news|artikel|articulo|noticia|novyny|novosti|meldung",
    re.I,
)
_DATE = re.compile(r"/(?:19|20)\d{2}/(?:\d{1,2}|[a-z]{3})(?:/\d{1,2})?/|[-/](?:19|20)\d{2}-\d{2}-\d{2}|/(?:19|20)\d{6}")
_ENDS_IN_DATE = re.compile(r"/(?:19|20)\d{2}(?:/\d{1,2}){0,2}/?$|(?:19|20)\d{2}-(?:19|20)\d{2}/?$")
_UUID = re.compile(r"(?:^|[-_/])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}")
_HASH = re.compile(r"[_-](?=[0-9a-z]*\d)[0-9a-f]{8,}")
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|story|amp|cms|ece|jsp)$", re.I)
_INVITATION = re.compile(
    r"\W*(?:sign|log|subscribe|donate|join|become|support|learn more|see (?:all|more)|view all|more (?:in|from|on)|read more in|shop|contact|about|"
    r"advertise|get |download|submit|follow|listen|watch live)\b",
    re.I,
)
_WORDS_OF_SLUG = {0: -2.5, 1: -2.5, 2: -1.6, 3: -0.7, 4: 0.6, 5: 1.7, 6: 1.7}


def is_story(text: str, address: str, *, base: str | None = None) -> bool:
    """Whether a link with this text leads to a story. `base`: the page's address, for relative links. Never raises."""
    return story_score(text, address, base=base) > 0


def story_score(text: str, address: str, *, base: str | None = None) -> float:
    """How much speaks for a story: above zero a link is taken for one; its size says how surely."""
    try:
        parts = urlsplit(urljoin(base, address) if base else address)
        host = parts.hostname or ""
    except ValueError:
        return -10.0
    if parts.scheme not in {"", "http", "https"} or (not parts.path.strip("/") and not parts.query):
        return -10.0
    path = parts.path
    segments = [segment for segment in path.split("/") if segment]
    last = segments[-1] if segments else ""
    stem = _EXTENSION.sub("", last)
    slug = max((_words(segment) for segment in segments[-2:]), default=0)
    score = BIAS + _WORDS_OF_SLUG.get(slug, 2.3)
    score += 2.0 * (_DATE.search(path + "/") is not None) - 1.8 * (_ENDS_IN_DATE.search(path) is not None)
    score += 1.4 * (
        re.search(r"\d{5,}", "".join(segments[-2:]) + parts.query) is not None or _UUID.search(path) is not None
    )
    score += 0.4 * (_HASH.search(last) is not None)
    score -= 1.1 * any(segment.lower() in SERVICES for segment in segments[:-1])
    score -= 0.9 * (stem.lower() in SERVICES)
    score -= 1.4 * (_SERVICE_HOST.search(host) is not None)
    score += 1.2 * any(_STORY_PART.fullmatch(segment) for segment in segments[:-1])
    score += {1: -0.6, 2: -0.3, 3: 0.0}.get(len(segments), 0.3)
    score += 0.5 * path.endswith("/") - 0.4 * (stem != last)
    return score + _of_text(text)


def _of_text(text: str) -> float:
    words = len(text.split())
    wide = sum(c > "\u2e80" for c in text)  # scripts without spaces: two characters for a word
    words = max(words, wide // 2)
    score = -0.9 * (1 <= words <= 2) + 0.3 * (5 <= words <= 7) + 1.4 * (8 <= words <= 25) + 0.3 * (words > 25)
    score += 0.5 * (len(re.findall(r"\b[^\W\d_A-Z][^\W\d_A-Z]+", text)) >= 3)
    score += 1.1 * (words >= 3 and re.search(r"[:?!’‘“”'\"…—–]", text) is not None)
    return score - 1.5 * (_INVITATION.match(text) is not None)


def _words(segment: str) -> int:
    return sum(len(re.findall(r"[^\W\d_]", word)) >= 2 for word in re.split(r"[-_+,.]|%20", segment))
