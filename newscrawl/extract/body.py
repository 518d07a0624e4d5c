"""The main text of an article page: sections of paragraphs, and what stood among them that is no text.

Which box of the page is the story's is decided by the weight of its prose: sentences count for a box, lists of links
against it (as in Kohlschütter et al., "Boilerplate Detection using Shallow Text Features", WSDM 2010), and where JSON-LD
prints the `articleBody` too, the paragraphs that it holds count most. Inside the box everything that is no text is left
out: asides, teasers, captions, repeated headlines, datelines, counters, glued cards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any, cast

from lxml import etree

from newscrawl.article import Card, Section
from newscrawl.extract.blocks import Block, Box, read_blocks
from newscrawl.extract.cards import find_cards, split_glued
from newscrawl.extract.inline import fragment, html_in_scripts
from newscrawl.extract.page import Page, text_of
from newscrawl.normalize.dateline import parse_dateline
from newscrawl.normalize.text import clean
from newscrawl.normalize.views import parse_views
from newscrawl.site import Site

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CONTAINERS = frozenset(
    {"div", "section", "article", "main", "td", "body", "center", "html", "blockquote", "form", "header"}
)
_STRONG_ASIDES = frozenset({"nav", "footer", "aside"})
_DESCRIPTIONS = ("description", "og:description", "twitter:description")
LONGEST_CAPTION = 350  # characters
SHORTEST_REPEAT = 40  # characters of a text that is printed twice
LONGEST_ENTRY = 400  # characters of an entry in a list of stories, on average
LONGEST_TEASER = 600
LITTLE_TEXT = 400  # characters: a page that shows less may hold its text in scripts
SHORTEST_ANCHOR = 250  # characters of an articleBody that is believed
_SENTENCE_END = re.compile(r"[.!?…:;,。！？」』»\"”’')\]]\s*$")
_ENDS = re.compile(r"[.!?…。！？」』»\"”’')\]]\s*$")
_MARK = re.compile("[•·|]")  # what stands before a counter
_WIDE = re.compile("[\u3040-\u9fff\uac00-\ud7a3]")
_WORDS = re.compile(r"\w+")


@dataclass(slots=True)
class Body:
    """What the text's container held. `dateline`, `views` and `published` as printed among the text."""

    sections: list[Section] = field(default_factory=list)
    related: list[Card] = field(default_factory=list)
    lead: str | None = None
    dateline: str | None = None
    views: str | None = None
    published: str | None = None
    source: str = ""


def read_body(page: Page, site: Site, headline: str, lead: str | None, stated: str | None = None) -> Body:
    """The main text; empty sections where none was found. `stated`: the `articleBody` that JSON-LD declares."""
    body = Body()
    blocks = _by_rule(page, site, body)
    if blocks is None:
        leads = [lead or "", *(text for name in _DESCRIPTIONS for text in page.meta.get(name, ()))]
        blocks = _by_weight(page.boxes, headline, leads, stated)
        body.source = "text" if not page.is_plain else "plain text"
        seen = sum(len(block.text) for block in blocks)
        unseen, source = _unseen(page, seen, stated)
        if unseen is not None and (found := _by_weight(read_blocks(unseen), headline, leads, None)):
            blocks, body.source = found, source
    blocks = _without_head(blocks, body, headline, lead, page.language)
    if not body.source.startswith("site:"):
        blocks = _without_repeats(_without_edges(blocks))
    _sections(blocks, body, page)
    return body


# --- where the text stands ------------------------------------------------------------------------


def _by_rule(page: Page, site: Site, body: Body) -> list[Block] | None:
    """The blocks of the elements that the site's rule names; None where it names none that holds text."""
    for number, rule in enumerate(site.rules.get("body", ())):
        found = [e for e in cast("list[Any]", page.tree.xpath(rule.selector)) if isinstance(e, etree._Element)]
        found = [e for e in found if not any(outer in found for outer in e.iterancestors())]
        skip: set[Any] = set()
        for element in found:
            for related in site.rules.get("related", ()):
                for card in cast("list[Any]", element.xpath(related.selector)):
                    skip.add(card)
                    body.related += find_cards(
                        card, page.base_url, is_article=site.is_article, selector="a[href]", source="related"
                    )
            for removal in site.remove:
                skip.update(cast("list[Any]", element.xpath(removal.selector)))
        boxes = [read_blocks(element, frozenset(skip)) for element in found]
        blocks = [block for box in boxes for block in _kept(box, box.alternatives)]
        if blocks:
            body.source = f"site:body[{number}]"
            return blocks
    return None


def _by_weight(top: Box, headline: str, leads: Iterable[str], stated: str | None) -> list[Block]:
    """The blocks of the box that holds the most prose below `top`, with the lead above it."""
    anchor = _Anchor(stated)
    _weigh(top, anchor)
    _settle(top, top.weight, is_gallery=_captions(top) >= 0.3 * top.weight)
    box = _heaviest(top, headline)
    blocks = list(_kept(box, top.alternatives))
    if not blocks:
        blocks = [block for block in box.blocks() if not _BOILERPLATE.match(block.text)]
    return [*_standfirst(top, box, headline, leads), *anchor.within(blocks)]


def _unseen(page: Page, seen: int, stated: str | None) -> tuple[Any, str]:
    """The text that the page holds and does not show where it shows next to none: an element, and where it was."""
    if stated and len(stated) > max(2 * seen, SHORTEST_ANCHOR):
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"\n+", stated) if part.strip())
        return fragment(stated if "</p>" in stated or "<br" in stated else paragraphs), "jsonld:articleBody"
    if seen < LITTLE_TEXT:
        return html_in_scripts(page.tree), "script"
    return None, ""


class _Anchor:
    """The text that the page declares as its `articleBody`, to recognise paragraphs by."""

    def __init__(self, stated: str | None) -> None:
        words = _WORDS.findall(stated.casefold()) if stated and len(stated) >= SHORTEST_ANCHOR else []
        self.grams = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}

    def __bool__(self) -> bool:
        return bool(self.grams)

    def covers(self, text: str) -> bool | None:
        """Whether the text is part of it; None where the text is too short to tell."""
        words = _WORDS.findall(text.casefold())
        if len(words) < 6:
            return None
        own = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
        return sum(gram in self.grams for gram in own) >= 0.6 * len(own)

    def within(self, blocks: list[Block]) -> list[Block]:
        """The blocks up to the last that it covers, where it covers most of them."""
        if not self:
            return blocks
        covered = [i for i, block in enumerate(blocks) if self.covers(block.text)]
        if sum(len(blocks[i].text) for i in covered) < 0.6 * sum(len(block.text) for block in blocks):
            return blocks
        # What is declared often lacks the lists.
        end = covered[-1] + 1
        while end < len(blocks) and blocks[end].tag in {*HEADINGS, "li"} and not blocks[end].links:
            end += 1
        return blocks[:end]


def _weigh(box: Box, anchor: _Anchor) -> None:
    """Give each box the weight of all prose inside."""
    box.weight = 0.0
    for item in box.items:
        if isinstance(item, Block):
            item.worth = _worth(item, anchor)
            box.weight += max(0.0, item.worth)
        else:
            _weigh(item, anchor)
            box.weight += item.weight


def _captions(box: Box) -> float:
    """The weight of what stands with pictures: in a gallery it is the text."""
    inner = [item for item in box.items if isinstance(item, Box)]
    return sum(item.weight if _holds_caption(item) else _captions(item) for item in inner)


def _holds_caption(box: Box) -> bool:
    return box.role == "picture" and box.characters <= LONGEST_CAPTION


def _settle(box: Box, whole: float, *, is_gallery: bool) -> None:
    """Give each box its score: the prose inside, asides apart, minus what is none.

    What holds much of the page's prose is no aside, whatever its name.
    """
    if box.role == "aside" and box.weight >= (0.8 if box.tag in _STRONG_ASIDES else 0.35) * whole:
        box.role = ""
    for kind in _alike(box):
        if sum(item.weight for item in kind) >= 0.3 * whole:
            continue  # a gallery or a list of products is the story itself
        for inner in kind:
            if (inner.role == "picture" and not is_gallery) or (len(kind) > 1 and _is_teaser(inner)):
                inner.role = "aside"
    box.score = 0.0
    for item in box.items:
        if isinstance(item, Block):
            box.score += item.worth
        else:
            _settle(item, whole, is_gallery=is_gallery)
            if item.role != "aside":
                box.score += item.score


def _alike(box: Box) -> list[list[Box]]:
    """The short boxes directly inside that may be captions or teaser cards, those of one kind together."""
    kinds: dict[tuple[str, str], list[Box]] = {}
    for item in box.items:
        if isinstance(item, Box) and item.role != "text" and item.characters < LONGEST_TEASER:
            if item.role == "picture" and item.characters > LONGEST_CAPTION:
                continue
            kinds.setdefault((item.tag, item.element.get("class") or ""), []).append(item)
    return list(kinds.values())


def _is_teaser(box: Box) -> bool:
    """A box with a linked title and little else."""
    blocks = [block for block, _ in zip(box.blocks(), range(8), strict=False)]
    titles = [b for b in blocks if b.links >= 0.9 * len(b.text) and len(b.text) > 15]
    return bool(titles) and len(blocks) < 8 and (len(blocks) > 1 or blocks[0].tag in HEADINGS)


def _worth(block: Block, anchor: _Anchor) -> float:
    size = _size(block.text)
    share = block.links / len(block.text)
    if block.tag in HEADINGS:
        return 0.0
    if share > 0.5:
        return -min(size, 120) * 0.5
    prose = size * (1 - 2 * share)
    if block.tag in {"li", "td", "th", "dd", "dt"}:
        prose *= 0.5
    if size < 40 and not _ENDS.search(block.text):
        return 0.0 if block.tag in {"li", "td", "th", "dd", "dt"} and not block.links else -5.0
    if size < 90 and not _ENDS.search(block.text):
        prose *= 0.3
    if anchor:
        covered = anchor.covers(block.text)
        if covered:
            return 3 * prose + 20
        if covered is False:
            prose *= 0.5
    return prose


def _size(text: str) -> int:
    """Characters, those of scripts that write a word with one or two counted for the letters they stand for."""
    if text.isascii():
        return len(text)
    return len(text) + 2 * len(_WIDE.findall(text))


def _heaviest(top: Box, headline: str) -> Box:
    """The box with the most prose: the narrowest of those that hold nearly all of it."""
    best, most = top, _standing(top)
    stack: list[Box] = [top]
    while stack:
        box = stack.pop()
        stack.extend(item for item in box.items if isinstance(item, Box) and item.role != "aside")
        if box.tag in _CONTAINERS and (standing := _standing(box)) >= most:
            best, most = box, standing
    best = _own_story(best, headline)
    whole = best.score
    while True:
        narrower = [
            item for item in best.items if isinstance(item, Box) and item.role != "aside" and item.tag in _CONTAINERS
        ]
        heavy = max(narrower, key=lambda item: item.score, default=None)
        if heavy is None or heavy.score < 0.9 * whole or whole <= 0:
            return _with_lists(best)
        best = heavy


def _with_lists(box: Box) -> Box:
    """The box, or the one around it that says that it is the text and holds lists beside it."""
    for outer, _ in zip(box.ancestors(), range(3), strict=False):
        beside = [item for item in outer.items if isinstance(item, Box) and item.role != "aside"]
        if outer.role == "text" and outer.score >= 0.9 * box.score and any(map(_is_plain_list, beside)):
            return outer
    return box


def _is_plain_list(box: Box) -> bool:
    """A list without links: names, results, ingredients. It has no weight, but belongs to the text that it stands in."""
    blocks = [block for block, _ in zip(box.blocks(), range(40), strict=False)]
    if blocks and blocks[0].tag in HEADINGS:
        blocks = blocks[1:]
    return len(blocks) >= 3 and all(block.tag == "li" and not block.links for block in blocks)


def _own_story(box: Box, headline: str) -> Box:
    """The story that bears the headline where a page prints several, one below the other."""
    stories = [inner for inner in _outermost(box, "article") if inner.score > 0]
    while len(stories) == 1:
        stories = [inner for inner in _outermost(stories[0], "article") if inner.score > 0]
    if len(stories) < 2:
        return box
    titles = [next((b.text for b in story.blocks() if b.tag in {"h1", "h2"}), None) for story in stories]
    own = next((n for n, title in enumerate(titles) if title and _same(title, headline)), None)
    if own is None or stories[own].score < 200 or sum(title is not None for title in titles) < 2:
        return box
    return stories[own]


def _outermost(box: Box, tag: str) -> Iterator[Box]:
    for item in box.items:
        if isinstance(item, Box):
            if item.tag == tag:
                yield item
            else:
                yield from _outermost(item, tag)


def _standing(box: Box) -> float:
    """A box's score, more where it says that it is the story: what it says decides where there is little prose."""
    if box.role in {"text", "mixed"}:
        return box.score * 1.05 + (150 if box.score > 0 else 50)
    return box.score


# --- what of it is text ---------------------------------------------------------------------------

_TEASER = re.compile(
    r"^\s*(?:>>|→|▶|►|➤|👉)|^\W*(?:read (?:also|more|next|now|this)|also read|also see|see also|see more|related(?: \w+)?|more (?:on|from|about|stories|news|coverage)|recommended|don'?t miss|watch(?: now| also| the)?|must read|"
    r"lesen sie (?:auch|dazu|mehr)|mehr zum thema|mehr dazu|mehr aus|siehe auch|auch interessant|lire aussi|à lire|a lire|voir aussi|leggi anche|leggi (?:tutto|ancora)|vedi anche|"
    r"lea también|lee también|leer más|le puede interesar|te puede interesar|relacionado|leia (?:também|mais)|veja (?:também|mais)|saiba mais|lees ook|lees meer|läs (?:också|mer)|les også|læs også|"
    r"czytaj (?:też|także|więcej|również)|zobacz (?:też|także|również)|читайте (?:також|также|ещё|еще)|дивіться також|смотрите также|по теме|до теми|čtěte také|přečtěte si|olvassa el|citește și|citeşte şi|"
    r"прочетете (?:още|също)|διαβάστε (?:επίσης|ακόμα)|ayrıca (?:okuyun|bakınız)|baca juga|关联阅读|相关阅读|関連記事|あわせて読みたい|관련기사)\b\s*[:：»>\-–—]?",
    re.I,
)
_BOILERPLATE = re.compile(
    r"^\W*(?:advertisement|anzeige|werbung|publicité|publicidad|pubblicità|реклама|reklama|reklam|"
    r"share (?:this|on|via)\b.*|follow (?:us|me|him|her|them|@).*|sign up (?:for|to|here|now).*|subscribe\b.*|click here\b.*|join (?:us|our|the conversation)\b.*|"
    r"all rights reserved.*|copyright\b.*|©.*|\(c\)\s.*|alle rechte vorbehalten.*|tous droits réservés.*|"
    r"story continues(?: below)?.*|article continues.*|continue reading.*|scroll (?:down|to continue).*|loading\b.*|"
    r"(?:abbildung|abb\.|figure|fig\.|chart|graphic|grafik)\s*\d*\s*:.{0,200}|(?:photo|image|picture|foto|bild|credit|photograph|fotos?|фото|file photo|getty images?|afp|ap photo)\s*(?:by|credit|:|/).{0,120}|"
    r"(?:tags?|topics?|filed under|categories|category|schlagwörter|themen|etiquetas|mots[- ]clés|теги|keywords)\s*:.*|"
    r"leave a (?:reply|comment).*|\d* ?comments?|post a comment|view comments|kommentare?(?: \(\d+\))?|"
    r"print|e-?mail|teilen|drucken|merken|vorlesen|fehler melden|link kopieren|kommentieren|imprimer|partager|compartir|imprimir|condividi|stampa|delen|dela|del|udostępnij|drukuj|поділитися|поделиться|"
    r"\$\$\w+\$\$|%%\w+%%|\{\{.*\}\}|lesezeit.{0,20}|\d+ min\.?(?:uten|utes|utos|uti|uter|ut)? ?(?:lesezeit|de lecture|de lectura|de leitura|di lettura|leestijd|läsning|lesetid|czytania|czytanie)|"
    r"facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|copy link|share|tweet|save|listen|"
    r"\d+ min(?:ute)?s? read|reading time.*|updated?:? .{0,60}|published:? .{0,60}|posted (?:on|at|by).{0,80}|by [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,3})\W*$",
    re.I,
)


_BIOGRAPHY = re.compile(
    r"^(?:About the author|(?:[A-Z][\w.'’-]+ ){1,4}(?:\([^)]{1,30}\) )?(?:is|was|has been|covers|writes|works|reports|joined)\b.{0,200}\b"
    r"(?:editor|reporter|writer|journalist|columnist|correspondent|contributor|producer|author|professor|fellow|researcher|covers|covering|writes|freelance\w*|lecturer|staff)\b)",
    re.S,
)
_APPEAL = re.compile(
    r"terms (?:of|and|&) \w+|privacy (?:policy|notice|statement)|user agreement|cookie|consent|rights reserved|unsubscribe|inbox|newsletter|subscri(?:be|ber|ption)|sign(?:ing)? up|sign in|log ?in|"
    r"kostenlos|probe-?abo|testen sie|e-?paper|push-?(?:nachrichten|mitteilungen)|jetzt (?:lesen|testen|bestellen|anmelden|registrieren)|gedruckte zeitung|"
    r"create an account|register (?:now|for|to)|affiliate|commission|email address|follow us|abonn\w+|inloggen|datenschutz\w*|einwilligung|whatsapp[- ](?:channel|kanal)",
    re.I,
)


_ADDRESS = re.compile(r"\b(?:you|your|our|we|us|this site|sie|ihre?r?|uns|wir|je|jij|uw|vous|nous|votre)\b", re.I)


def _appeals(text: str) -> bool:
    """Whether a paragraph is about the site itself: subscriptions, terms, newsletters."""
    return (
        len(text) < 600
        and _ADDRESS.search(text) is not None
        and len({found.casefold() for found in _APPEAL.findall(text)}) >= 2
    )


_CREDIT = re.compile(
    r"(?:©|\bIMAGO\b|\bpicture alliance\b|\bGetty Images\b|\bReuters/|/(?:AFP|AP|dpa|Reuters|Getty)\b|\bAP Photo|\b(?:Foto|Photo|Bild|Image|Credit|Фото|Fotó|Zdjęcie|Fotografía|Crédit(?: photo)?)s?\s?:|"
    r"\((?:AP|AFP|Reuters|Getty|dpa|EPA|Nine|Supplied|Archivbild|Archiv)\)\s*$).{0,60}$",
    re.I,
)


def _is_caption(text: str, alternatives: frozenset[str]) -> bool:
    """Whether a paragraph is a picture's caption: it ends with a credit, or repeats the picture's own text."""
    return len(text) < LONGEST_CAPTION and (
        text[:60] in alternatives
        or any(text.startswith(a) for a in alternatives if len(a) < 60)
        or _CREDIT.search(text[-90:]) is not None
    )


def _kept(box: Box, alternatives: frozenset[str] = frozenset()) -> Iterator[Block]:
    """The blocks of a box that are text, in reading order."""
    for item in box.items:
        if isinstance(item, Block):
            if _is_text(item) and not _is_caption(item.text, alternatives):
                yield item
        elif not _is_aside(item):
            yield from _kept(item, alternatives)


def _is_aside(box: Box) -> bool:
    """Whether a box inside the story's is none of it."""
    if box.role == "aside" or _lists_stories(box):
        return True
    if box.tag in {"div", "section"} and 60 < box.characters < 400 and _appeals_together(box):
        return True
    if box.tag in {"ul", "ol", "dl", "div", "section", "table"}:
        linked = sum(block.links for block in box.blocks())
        return linked > 0.6 * box.characters and box.score <= 0
    return False


def _appeals_together(box: Box) -> bool:
    blocks = list(box.blocks())
    return len(blocks) > 1 and _appeals(" ".join(block.text for block in blocks))


def _lists_stories(box: Box) -> bool:
    """A list of other stories: each entry a box of one kind with a linked title and a line or two."""
    entries = [item for item in box.items if isinstance(item, Box)]
    if len(entries) < 3 or len({entry.tag for entry in entries}) > 1 or box.characters > LONGEST_ENTRY * len(entries):
        return False
    return sum(_is_entry(entry) for entry in entries) >= 0.8 * len(entries)


def _is_entry(box: Box) -> bool:
    blocks = [block for block, _ in zip(box.blocks(), range(8), strict=False)]
    return len(blocks) < 8 and any(block.links >= 0.9 * len(block.text) > 20 for block in blocks)


def _is_text(block: Block) -> bool:
    text = block.text
    share = block.links / len(text)
    if len(text) < 200 and _BOILERPLATE.match(text):
        return False
    if len(text) < 300 and (teaser := _TEASER.match(text)) and (share > 0.3 or len(text) - teaser.end() < 3):
        return False
    if block.tag in HEADINGS:
        return share < 0.9 or len(text) < 3
    if _appeals(text):
        return False
    if share > 0.4 and len(text) < 250 and _LABELLED_LINK.match(text) and not _ENDS.search(text):
        return False
    if share > 0.85 and len(text) < 250 and (block.tag != "li" or not _ENDS.search(text)):
        return False
    return any(c.isalnum() for c in text)


# `READ MORE | …`: a label in capitals before a link to another story, in any language.
_LABELLED_LINK = re.compile(r"^\W{0,3}[^\W\da-zа-яёіїєґ]{3,}(?: [^\W\da-zа-яёіїєґ]{2,}){0,4}\s?[|:»>]\s")
# Lines that announce what is below the text.
_AFTERWORD = re.compile(
    r"^\W*(?:about the authors?|related(?: (?:articles?|stories|posts?|content|topics|news|reading|links|coverage))?|more (?:from|on|stories|news|in)\b.*|you (?:may|might) (?:also )?(?:like|enjoy)|"
    r"recommended(?: for you)?|read (?:more|next|also)|further reading|see also|leave a (?:reply|comment)|(?:\d+ )?comments?|share this.*|footnotes|"
    r"über den autor|über die autor\w+|mehr zum thema|weitere (?:artikel|themen|nachrichten|links|meldungen|beiträge)\b.*|(?:das )?könnte (?:sie|dich|dir|ihnen) auch .*|auch interessant|schon gelesen|"
    r"lesen sie auch|zum weiterlesen|kommentare|à lire aussi|lire aussi|sur le même (?:sujet|thème)|articles? (?:liés|similaires|connexes)|te puede interesar|le puede interesar|más (?:noticias|información)|"
    r"notas relacionadas|noticias relacionadas|leia (?:também|mais)|veja (?:também|mais)|potrebbe interessarti.*|leggi anche|articoli correlati|читайте (?:также|також)|по теме|за темою|похожие \w+|"
    r"zobacz (?:też|także|również)|czytaj (?:też|także|więcej|również)|lees ook|meer over.*|läs (?:mer|också)|les også|læs også|lue myös|čtěte také|olvasd el|citește și|ilgili haberler|関連記事|相关阅读|관련기사)\W*$",
    re.I,
)


def _without_edges(blocks: list[Block]) -> list[Block]:
    """The blocks without the short lines above the first sentence and below the last: dates, bylines, labels."""
    read = 0
    whole = sum(len(block.text) for block in blocks)
    for position, block in enumerate(blocks):
        if read > 0.75 * whole and len(block.text) < 60 and _AFTERWORD.match(block.text):
            blocks = blocks[:position]
            break
        read += len(block.text)
    prose = [i for i, block in enumerate(blocks) if len(block.text) >= 60 and _ENDS.search(block.text)]
    if not prose:
        return blocks
    first, last = prose[0], prose[-1]
    head = blocks[:first] if first > 12 else [b for b in blocks[:first] if _opens(b)]
    tail = blocks[last + 1 :]
    if len(tail) <= 12:
        tail = [b for b in tail if b.tag in {"li", "td"} or len(b.text) >= 60 or _ENDS.search(b.text)]
    middle = blocks[first : last + 1]
    while len(middle) > 2 and _BIOGRAPHY.match(middle[-1].text) and len(middle[-1].text) < 700:
        middle.pop()
    return head + middle + [b for b in tail if not _BIOGRAPHY.match(b.text)]


def _without_repeats(blocks: list[Block]) -> list[Block]:
    """The blocks without paragraphs that are printed twice and lines that stand between all the others."""
    times = Counter(block.text for block in blocks)
    seen: set[str] = set()
    kept: list[Block] = []
    for block in blocks:
        is_again = len(block.text) > SHORTEST_REPEAT and block.text in seen
        is_between = times[block.text] > 2 and 15 < len(block.text) < 60 and block.tag not in {"li", "td", "th"}
        if not (is_again or is_between):
            kept.append(block)
        seen.add(block.text)
    return kept


_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}")


def _opens(block: Block) -> bool:
    """Whether a line above the first sentence belongs to the text."""
    if block.tag in HEADINGS:
        return block.tag != "h1"
    short = len(block.text) < 60
    return not short or block.tag == "li" or (bool(_ENDS.search(block.text)) and not _CLOCK.search(block.text))


def _standfirst(top: Box, story: Box, headline: str, leads: Iterable[str]) -> list[Block]:
    """The lead where the page prints it between the headline and the story's box."""
    inside = set(map(id, story.blocks()))
    starts = [_start(lead) for lead in leads if len(lead) > 40]
    found: list[Block] = []
    after_headline = False
    for block in top.blocks():
        if id(block) in inside:
            break
        if block.tag in HEADINGS and (block.tag == "h1" or _same(block.text, headline)):
            after_headline, found = True, []
            continue
        if len(block.text) < 30 or block.links or _same(block.text, headline) or len(block.text) > 1200:
            continue
        stated = any(start in _start(block.text, 80) or start.startswith(_start(block.text)) for start in starts)
        named = after_headline and any(box.role == "lead" for box in (block.box, *list(block.box.ancestors())[:2]))
        if (
            (stated or named)
            and _is_text(block)
            and not _is_caption(block.text, top.alternatives)
            and not any(_same(block.text, other.text) for other in found)
        ):
            found.append(block)
    return found[:3]


def _start(text: str, length: int = 40) -> str:
    return "".join(_WORDS.findall(text[: 2 * length].casefold()))[:length]


# --- sections -------------------------------------------------------------------------------------


def _without_head(
    blocks: list[Block], body: Body, headline: str, lead: str | None, language: str | None
) -> list[Block]:
    """The blocks without what stands above the text: headline again, dateline line, counter, date."""
    kept: list[Block] = []
    head_lines = 0
    for position, block in enumerate(blocks):
        text = block.text
        if position < 8 and _same(text, headline):
            continue
        if position < 8 and len(text) < 60 and (found := parse_dateline(text, language=language)) and not found.rest:
            body.dateline = body.dateline or text
            head_lines += 1
            continue
        if position < 8 and len(text) < 80 and (count := _counter_line(text)):
            body.views = body.views or count
            date = text.partition("•")[0].strip()
            if date and re.search(r"\d", date):
                body.published = body.published or date
            head_lines += 1
            continue
        kept.append(block)
    if lead is None and head_lines and len(kept) >= 2 and not _is_heading(kept, 0) and not _is_heading(kept, 1):
        body.lead = kept.pop(0).text
    return kept


def _same(first: str, second: str) -> bool:
    return _start(first, 200) == _start(second, 200)


def _counter_line(text: str) -> str | None:
    """A line that is nothing but a counter, perhaps behind a date."""
    glued = split_glued(text if "•" in text else f"• {text}")
    if glued.views and not glued.headline and parse_views(glued.views) is not None:
        return glued.views
    return None


def _sections(blocks: list[Block], body: Body, page: Page) -> None:
    section = Section()
    for position, block in enumerate(blocks):
        if card := _glued_card(block, page):
            body.related.append(card)
            continue
        if _is_heading(blocks, position):
            if section.heading is not None or section.paragraphs:
                body.sections.append(section)
            section = Section(heading=block.text.rstrip(":").strip())
        else:
            section.paragraphs.append(block.text)
    body.sections.append(section)
    body.sections = [s for s in body.sections if s.paragraphs or s.heading]
    if not any(section.paragraphs for section in body.sections):  # a page whose whole text is set in headings
        body.sections = [Section(paragraphs=[s.heading for s in body.sections if s.heading])] if body.sections else []
    while body.sections and not body.sections[-1].paragraphs:
        body.sections.pop()  # a heading with nothing below announces what is no text


def _is_heading(blocks: list[Block], position: int) -> bool:
    """A heading by its tag, by being a short bold line, or by standing alone: `Details`, `Recall`."""
    block = blocks[position]
    text = block.text
    if block.tag in HEADINGS:
        return True
    words = len(text.split())
    if block.is_bold and block.tag in {"p", "div"} and words <= 14 and not _SENTENCE_END.search(text):
        return True
    if position == 0 or position + 1 >= len(blocks) or len(text) > 40 or words > 4 or _SENTENCE_END.search(text):
        return False
    if block.tag in {"li", "td", "th"}:
        return False
    return text[:1].isupper() and len(blocks[position + 1].text) > 60 and not re.search(r"\d", text)


def _glued_card(block: Block, page: Page) -> Card | None:
    """A teaser among the paragraphs: `Headline…AsiaJan 6 2025, 10:50 AM • 22684 views`."""
    if not _MARK.search(block.text):
        return None
    glued = split_glued(block.text)
    if glued.views is None or glued.published is None or not glued.headline:
        return None
    address = page.absolute(block.anchor.get("href") or "") if block.anchor is not None else None
    return Card(
        url=address or _address_by_headline(page, glued.headline) or "",
        source="related",
        headline=glued.headline,
        published=glued.published,
        views=glued.views,
    )


def _address_by_headline(page: Page, headline: str) -> str | None:
    """The page's link whose text holds the headline."""
    for link in page.tree.iter("a"):
        if link.get("href") and headline[:60] in clean(text_of(link)):
            return page.absolute(link.get("href", ""))
    return None
