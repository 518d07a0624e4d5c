"""Bylines to authors: `By Jane Doe and John Roe, Staff Writers` to two names. Pure and total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from newscrawl.article import Author, RawAuthor
from newscrawl.normalize.text import clean

MOST = 50  # authors of one article
LONGEST_NAME = 80  # characters
MOST_WORDS = 6  # of one name

_BY = re.compile(
    r"^\W*(?:(?:written|reported|story|words|text|posted|published|produced|edited|article|analysis|opinion|photos?|veröffentlicht|geschrieben|verfasst|publié|écrit|escrito|scritto|publicado|pubblicato)\s*(?:and \w+ )?"
    r"(?:by|von|par|por|da|di)|by|von|par|por|de|di|door|av|af|autor(?:i|ka|zy|in)?(?:/autor(?:in)?)?|autore|auteurs?|author(?:s|\(s\))?|from|redaktion|przez|napsal[ai]?|szerző|írta|yazan|haber|автори?|авторы?|текст|"
    r"підготував|підготувала|подготовил|подготовила|от|από|του|oleh|penulis|tác giả|"
    r"بقلم|كتب|نویسنده|מאת|लेखक|作者|記者|记者|文)\s*[:：]?\s+",
    re.I,
)
_BY_TIGHT = re.compile(r"^(?:作者|记者|記者|文)\s*[:：/／]\s*|^(?:author|von|by)(?=[A-ZÄÖÜ][a-zäöü])")
_ALL_POSTS = re.compile(
    r"^(?:(?:view|see|read|show|zeige|alle|voir|ver)\b.{0,30}\b(?:posts?|articles?|stories|beiträge|artikel|work)\s+(?:by|of|von|par|de)\s+)|\s*→\s*$|^~\s*|'s (?:profile|archive|homepage)$",
    re.I,
)
_SPLIT = re.compile(
    r"\s*(?:[,;|•·\n、]|/|\s(?:and|und|et|y|e|en|och|og|oraz|та|и|і|й|ja|és|dan|ve|&|\+|with|mit|avec|con)\s)\s*",
    re.I,
)
_ADDRESS = re.compile(r"(?:https?:)?//|www\.|@", re.I)
_AND = re.compile(r"^(?:and|und|et|y|e|en|och|og|oraz|та|и|і|&)\s+", re.I)
_FOR = re.compile(r"\s(?:for|für|pour|special to|via)\s+(?:the\s+|die\s+|den\s+)?(?=[A-ZÄÖÜ]).*$")
_CREDENTIAL = re.compile(
    r"^(?:ph\.?\s?d\.?|m\.?d\.?|m\.?s\.?|m\.?a\.?|j\.?d\.?|esq\.?|rdn?|ld|mph|cfa|cpa|rn|b\.?a\.?|cfp|dr\.?|prof\.?|mba|msc|bsc)\.?$",
    re.I,
)
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.I)
_ROLE = re.compile(
    r"^(?:staff\b.*|guest\b.*|.*\b(?:writers?|reporters?|correspondents?|editors?|journalists?|columnists?|contributors?|producers?|photographers?|bureau|desk|team|newsroom|"
    r"chief|officer|director|president|professor|fellow|head of .*|analyst|anchor|intern|redakteur(?:in)?|redaktion|korrespondent(?:in)?|journaliste|rédaction|redacción|redacció|redazione|redator|redação|periodista|corresponsal\b.*|"
    r"журналіст\w*|журналист\w*|кореспондент\w*|корреспондент\w*|редактор\w*|редакц\w*|기자|특파원|記者|编辑|編集部)|"
    r"admin(?:istrator)?|super ?user|webmaster|wordpressadmin|guest|unknown|none|null|anonymous|no[ -]?author|author|autor|sponsored|advertorial|advertisement|share|profile|website|home|news|online|updated|about|more|comments?|"
    r"by|von|par|por|di|authors|ceo|licen[cs]e|cc[- ]by.*|in [a-z]\w+|foto:.*|staff|agencies|agency|wires?|agenturen|agencias|агентства|editorial|opinion|analysis|exclusive|live|video|photo)$",
    re.I,
)
_JUNK = re.compile(
    r"https?:|www\.|@|\.(?:com|de|org|net|co)\b/|\d{4}|\d{1,2}[:.]\d{2}|\bago\b|facebook|twitter|instagram|follow|\bshare\b|updated|published|posted|kommentar|comment|read more|min(?:ute)?s? read|[<>{}\[\]|=#]|"
    r"^\d|(?:^|\s)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|\b(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|january|february|march|june|july|october|december)\b \d|"
    r"\buncategorized\b|\ball rights\b|\bsubscribe\b|\bclick\b|\bphoto\b|\bgetty\b",
    re.I,
)
_TAIL = re.compile(
    r"\s*(?:\([^)]*\)|\s[-–—]\s.*|\b(?:for|für|pour|per|special to|via)\s+(?:the\s+)?[A-Z].*|\s(?:in|aus|à|en)\s+[A-Z]\w+|\s(?:기자|특파원|特派員|記者|인턴기자)(?:\s.*)?|\s외\s\d+명)$"
)
_AGENCY = re.compile(
    r"^(?:the )?(?:ap|afp|dpa\w*|efe|ansa|apa|sda|ats|anp|tt|ntb|ritzau|stt|pap|čtk|ctk|mti|tasr|belga|lusa|kyodo|jiji|yonhap|xinhua|tass|ria|interfax|reuters|upi|pti|ani|ians|aap|bernama|antara|unian|ukrinform|унн|унiан|уніан|"
    r"associated press|agence france[- ]presse|press association|pa media|anadolu ajans[ıi]|canadian press|europa press|news agency.*|.*\b(?:press agency|news service|newswire|wire service))(?: staff| report)?$",
    re.I,
)
_ORGANISATION = re.compile(
    r"\b(?:news|staff|times|post|press|media|daily|tribune|journal|gazette|herald|magazine|online|redaktion|redazione|team|tv|radio|university|institute|institut|school|college|department|ministry|center|centre|foundation|"
    r"association|agency|report|network|inc|ltd|gmbh|e\.v|llc|digital|editorial|zeitung|blog|welle|newspaper|correspondents?)\b|\.(?:com|de|org|net|ua|ru|fr|it)$",
    re.I,
)
_PARTICLES = frozenset(
    "de da do dos das di del della van von der den ten ter la le el al bin ibn abu zu zum y e af av do du des und ap ben bint san st".split()
)


def parse_authors(texts: Sequence[RawAuthor], *, publisher: str | None = None) -> list[Author]:
    """The people and agencies that bylines name, in their order, each once; at most 50.

    `publisher`: a byline that only repeats it is left out.
    """
    authors: dict[str, Author] = {}
    known = _letters(publisher or "")
    for raw in texts:
        names = list(_names(clean(unescape(unescape(raw.text[:1000])))))
        for name in names:
            letters = _letters(name)
            if known and (
                letters == known
                or (len(letters) > 4 and (letters in known or known in letters) and not is_person(name))
            ):
                continue
            key = name.casefold()
            if key not in authors and len(authors) < MOST:
                authors[key] = Author(name=name, url=raw.url if len(names) == 1 else None)
    return list(authors.values())


def is_person(name: str) -> bool:
    """Whether a name reads as that of a person: two to five words that are names, none of an organisation or agency."""
    if _AGENCY.match(name) or _ORGANISATION.search(name):
        return False
    words = name.split()
    if any(ord(c) > 0x2E80 for c in name):
        return 2 <= len(name.replace(" ", "")) <= 6
    return 2 <= len(words) <= 5 and not any(c.isdigit() for c in name)


def _names(text: str) -> Iterator[str]:
    text = re.sub(r"^(?:interview|text|foto|photo|autor|author|analysis|opinion)\s*:\s*", "", text, flags=re.I)
    text = _ALL_POSTS.sub("", _BY_TIGHT.sub("", _BY.sub("", text)))
    text = _FOR.sub("", text)
    if _ADDRESS.match(text):
        return
    found: list[str] = []
    for part in _SPLIT.split(text):
        name = _TAIL.sub("", _BY.sub("", _AND.sub("", part or ""))).strip(' ,:;-–—•*"“”«»()')
        if found and _SUFFIX.match(name):
            found[-1] = f"{found[-1]} {name}"
            continue
        if not re.search(r"(?:\b[A-ZА-Я]|\b[JjSs]r)\.$", name):
            name = name.rstrip(" .")
        if _CREDENTIAL.match(name):
            continue
        while (words := name.split()) and len(words) > 2 and _CREDENTIAL.match(words[-1]) and words[-1].isupper():
            name = " ".join(words[:-1])
        if (
            2 <= len(name) <= LONGEST_NAME
            and len(name.split()) <= MOST_WORDS
            and not _ROLE.match(name)
            and not _JUNK.search(name)
            and any(c.isalpha() for c in name)
        ):
            found.append(_proper(name))
    yield from found


def _proper(name: str) -> str:
    """Bylines in capitals as names are written; agencies stay as they are."""
    words = name.split()
    return name.title() if len(words) > 1 and name.isupper() else name


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum()).removeprefix("www")
