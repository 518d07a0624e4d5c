"""The visible text of a page as a tree of boxes with text blocks, read in one pass.

A `Box` is a block-level element (HTML rendering, WHATWG HTML 15.3), a `Block` a run of text that no block-level element
interrupts. Nothing is judged here beyond what an element says of itself by its tag, class, role or style.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from newscrawl.extract.labels import LONGEST_LABEL, label_words

DEEPEST = 260  # levels of elements that are walked; a page has fewer, see `newscrawl.extract.limits`

_UNSEEN = frozenset(
    "script style template svg canvas object embed video audio img input textarea select option button math map "
    "menu head link meta label iframe dialog progress meter datalist optgroup source track param".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hgroup hr li listing main nav noscript ol p plaintext pre search section summary table tbody td tfoot "
    "th thead tr ul caption legend xmp".split()
)
SHORTEST_ALTERNATIVE = 25  # characters of a picture's text that a caption is known by
SHORTEST_NOSCRIPT = 500  # characters: what is shorter says that scripts are off
HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())

# Words that name the part of a page which an element is, in its class, id, role or data attributes.
_ASIDE = re.compile(
    r"(?<![a-z])(?:"
    r"related|recirc\w*|recommend\w*|read-?(?:more|next|also|on)|more-?(?:on|from|news|stories|articles|about|to-read)|see-?also|also-?read|most-?(?:read|popular|viewed|shared)|"
    r"trending|popular|latest|teasers?|promos?|promoted|promotion\w*|outbrain|taboola|zergnet|plista|ligatus|"
    r"shar(?:e|ing)(?:bar|box|tools?|buttons?|icons?|links?|this)?|social\w*|addtoany\w*|a2a|sharedaddy|jp-relatedposts|follow(?:-?us|-?me|ing|-button)?|"
    r"newsletters?\w*|subscri(?:be|ption)\w*|sign-?up|signup|donat\w*|crowdfund\w*|membership|paywall-?(?:box|banner|overlay|message|info|teaser|offer)|piano|"
    r"comments?(?:s|-?area|-?list|-?section|-?form|-?box)?|disqus\w*|discussion|respond|replies|livefyre|reactions?|"
    r"author-?(?:bio|box|info|card|profile|block|details|about|description|image|desc)|about-?(?:the-?)?authors?|bio|contributors?|byline\w*|writer-?info|"
    r"captions?|figcaption\w*|wp-caption-text|credits?|copyright\w*|photo-?credit|image-?(?:caption|credit|meta|info|legend)|img-?(?:caption|credit|desc)|legende|bildunterschrift|"
    r"cookies?\w*|consent\w*|gdpr|dsgvo|(?<!\S)cmp(?!-?[a-z])|privacy|disclaimer|legal|imprint|terms|"
    r"sidebars?|side-?(?:bar|col|column|rail)|rail|aside|(?<!\S)widgets?(?!\S)|widget-area|complementary|"
    r"breadcrumbs?|crumbs|navigation|nav|navbar|menu\w*|pagination|pager|paging|page-?links|post-?nav\w*|skip-?links?|toolbar|topbar|masthead|site-?(?:header|footer|nav)|global-?\w+|footer\w*|"
    r"tags|tag-?(?:list|cloud|links?)|topics(?:-?list)?|keywords|categor(?:y|ies)-?(?:list|links)|article-?tags|"
    r"(?<!\S)ads?(?!\S)|advert\w*|ad-?(?:slot|unit|box|container|wrapper|label|text|block)|sponsor\w*|banner\w*|dfp|gpt-?ad|anzeige\w*|werbung|publicidad|reklam\w*|"
    r"visually-?hidden|sr-?only|screen-?reader\w*|print-?only|print-?(?:footer|header)|noprint|assistive-?text|offscreen|"
    r"modal\w*|popup\w*|overlay|tooltip\w*|lightbox|toast|dropdown|off-?canvas(?!-main)|"
    r"video-?(?:player|info|meta|playlist|caption|title|description)|player|audio-?(?:player|article)|listen|podcast-?\w+|gallery-?(?:caption|nav|thumbs)|slideshow-?(?:caption|nav)|carousel\w*|swiper\w*|slick\w*|"
    r"timestamp|post-?meta|entry-?meta|article-?meta|meta-?(?:data|info|bar|line)|metadata|entry-?(?:footer|utility)|post-?footer|article-?(?:footer|tools|actions|info)|story-?(?:footer|tools|meta)|published?-?(?:date|time|on)|pub-?date|date-?line|reading-?time|read-?time|"
    r"poll|survey|quiz|rating|rate|vote|votes|feedback|report-?(?:error|typo)|correction-?form|contact-?\w*|"
    r"toc|table-?of-?contents|ez-toc\w*|inhaltsverzeichnis|factbox-?related|infobox-?links|"
    r"app-?(?:promo|download|banner)|download-?app|whatsapp|telegram\w*|google-?news|push-?\w+|notification\w*|login|register|loginform|account|"
    r"next-?(?:post|article|story|up)|prev(?:ious)?-?(?:post|article|story)|up-?next|upnext|adjacent|other-?(?:news|stories|articles)|"
    r"read-?this|dont-?miss|dontmiss|partner\w*|affiliate\w*|product-?(?:card|box|list)|shop\w*|coupon\w*|deals|buy-?(?:now|button)|price-?\w*|"
    r"rel(?:ated)?-?(?:content|links?|posts?|stories|articles|news)|linkbox|link-?list|links|in-?article-?(?:related|promo|link)|inline-?(?:related|promo|newsletter)|embed-?(?:related|promo)|"
    r"twitter-?tweet|tweet|instagram-?media|tiktok-?embed|fb-?post|reddit-?embed|bluesky-?embed|opt-?in|external-?(?:content|embed)|"
    r"info-?box\w*|fact-?box\w*|fakta\w*|fact-?sheet|call-?out\w*|footnotes?|citations?|(?:[a-z]+-)?cards?(?:-(?:body|container|content|lead|text|wrapper))?|embed\w*|"
    r"(?<!\S)(?:message|notice|alert|warning|hint)(?!\S)|error-?message|js-?only|js-?warning|no-?js|browser-?\w*|"
    r"verwandt\w*|mehr-?zum-?thema|weiterlesen|lesen-?sie-?auch|themen|schlagwort\w*|kommentar\w*|autor-?(?:box|info)|relacionad\w*|lire-?aussi|a-?lire|voir-?aussi|leggi-?anche|correlat\w*|powiazane|czytaj-?\w+|les-?ook|läs-?\w+|les-?også|mere-?om"
    r")(?![a-z])"
)
_TEXT = re.compile(
    r"(?<![a-z])(?:article-?(?:body|text|content|copy|detail|main|paragraphs?|inner|story)\w*|articlebody|articletext|articlecontent|story-?(?:body|text|content|copy|detail|inner)\w*|storybody|"
    r"post-?(?:body|content|text|entry)|entry-?(?:content|body|text)|entrytext|news-?(?:body|text|content|detail)|newsbody|newstext|body-?(?:text|copy|content|main)|"
    r"content-?(?:body|text|article|main)|main-?(?:text|article|content)|single-?(?:content|body|text)|text-?(?:body|content|article|main)|rich-?text|richtext|field-?name-?body|field--name-body|"
    r"blog-?(?:content|body|text|post)|td-post-content|article__\w*(?:body|text|content)|post__\w*(?:body|text|content)|story__\w*(?:body|text|content)|c-entry-content|"
    r"page-?(?:body|text)|detail-?(?:text|body|content)|full-?text|fulltext|mw-parser-output|hentry|(?<!\S)article(?!\S)|artikel\w*|beitrag\w*|artículo|articulo|cuerpo\w*|corpo\w*|noticia-?\w+|texto|tekst|artykul|treść|tresc)(?![a-z])"
)
_LEAD = re.compile(
    r"(?<![a-z])(?:lead|lede|standfirst|stand-?first|dek|deck|sub-?(?:title|head|heading|headline)|subtitle|subheadline|teaser-?text|intro\w*|abstract|summary|excerpt|chapo|chapeau|"
    r"sottotitolo|occhiello|entradilla|bajada|copete|vorspann|untertitel|anlauf|ingress|manchet|perex|zajawka|announce|preamble|description|article-?(?:summary|intro|lead|subtitle|description))(?![a-z])"
)
_HIDDEN = re.compile(r"(?<!\S)(?:is-)?(?:hidden|invisible|d-none)(?!\S)")
_PICTURE = re.compile(
    r"(?<![a-z])(?:img|images?|photos?|pictures?|fotos?|bilder?|photogallery|attachment|thumb\w*|imgbox\w*)(?![a-z])"
)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
# Classes that name the subject or state of a story, not the part of the page: `category-latest`, `has-sidebar`.
_SUBJECT = re.compile(
    r"(?<!\S)(?:category|tag(?!-?(?:list|cloud|links))|type|status|format|has|is(?!-hidden)|no|with|without|js|term|theme|template|elementor|wp-block|post-type|"
    r"field-(?:name|type|label)|col|row|grid|flex|bg)-\S*"
)


@dataclass(slots=True, eq=False)
class Block:
    """Text between two borders of block-level elements. `links`: characters of it inside links."""

    text: str
    tag: str
    links: int
    element: Any
    box: Box
    is_bold: bool = False
    anchor: Any = None  # the first link of it
    worth: float = 0.0


@dataclass(slots=True, eq=False)
class Box:
    """A block-level element that holds text. `role`: what it says it is.

    `aside`, `text`, `mixed` (its names speak for both), `lead`, `picture`, or nothing.
    """

    element: Any
    tag: str
    role: str
    parent: Box | None
    items: list[Block | Box] = field(default_factory=list)
    characters: int = 0  # of all blocks inside
    weight: float = 0.0
    alternatives: frozenset[str] = frozenset()  # of the top box: beginnings of the texts of pictures (`alt`)
    score: float = 0.0

    def blocks(self) -> Iterator[Block]:
        """Every block inside, in reading order."""
        stack: list[Block | Box] = [self]
        while stack:
            item = stack.pop()
            if isinstance(item, Block):
                yield item
            else:
                stack.extend(reversed(item.items))

    def clear(self) -> None:
        """Take the boxes apart, so that nothing refers to itself any more."""
        for item in self.items:
            if isinstance(item, Box):
                item.clear()
        self.items = []

    def ancestors(self) -> Iterator[Box]:
        """The boxes around this one, innermost first."""
        box = self.parent
        while box is not None:
            yield box
            box = box.parent


class _Line:
    """The run of text under way."""

    __slots__ = ("alternatives", "anchor", "bold", "linked", "pieces", "total")

    def __init__(self) -> None:
        self.alternatives: set[str] = set()
        self.clear()

    def clear(self) -> None:
        self.pieces: list[str] = []
        self.linked = self.bold = self.total = 0
        self.anchor: Any = None

    def add(self, text: str, inside: int) -> None:
        if text.isspace():
            if self.pieces:
                self.pieces.append(" ")
            return
        self.pieces.append(text)
        size = len(text.strip())
        self.total += size
        if inside & 1:
            self.linked += size
        if inside & 2:
            self.bold += size


def read_blocks(root: Any, skip: frozenset[Any] = frozenset()) -> Box:
    """The boxes and blocks below an element, without the elements of `skip`."""
    top = Box(root, root.tag if isinstance(root.tag, str) else "div", "", None)
    line = _Line()
    _inline(root, top, line, 0, 0, skip)
    _flush(line, top)
    top.alternatives = frozenset(line.alternatives)
    return top


_STYLES = {"a": 1, "b": 2, "strong": 2}


def _inline(element: Any, box: Box, line: _Line, inside: int, depth: int, skip: frozenset[Any]) -> None:
    """Read the content of an element into its box and the line under way."""
    if text := element.text:
        line.add(text, inside)
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _UNSEEN or (skip and child in skip):
            if tag == "img" and len(alternative := child.get("alt") or "") > SHORTEST_ALTERNATIVE:
                line.alternatives.add(" ".join(alternative.split())[:60])
            if text := child.tail:
                line.add(text, inside)
            continue
        if tag == "br":
            line.pieces.append("\n")
        elif tag == "noscript" and len("".join(child.itertext())) < SHORTEST_NOSCRIPT:
            pass
        elif tag == "rt" and element.find("rp") is None:
            pass  # a reading above the characters; with parentheses (`rp`) it is meant for plain text, too
        elif tag == "nav" and next(child.iter("p", "h1"), None) is None:
            pass  # where one was not closed, the story is in it
        elif tag not in _BLOCKS and "-" not in tag and depth < DEEPEST:
            if tag == "a":
                if line.anchor is None and child.get("href"):
                    line.anchor = child
                _inline(child, box, line, inside | 1, depth + 1, skip)
            elif child.attrib and _role_of_inline(child) == "aside":
                pass
            else:
                _inline(child, box, line, inside | _STYLES.get(tag, 0), depth + 1, skip)
        elif depth < DEEPEST:
            if line.pieces:
                _flush(line, box)
            inner = Box(child, tag, "", box)
            _inline(child, inner, line, inside, depth + 1, skip)
            if line.pieces:
                _flush(line, inner)
            line.anchor = None
            if inner.items:
                inner.role = role_of(child)
                box.items.append(inner)
                box.characters += inner.characters
        if text := child.tail:
            line.add(text, inside)


def _flush(line: _Line, box: Box) -> None:
    """End the line: its text becomes a block, or several where empty lines part it."""
    whole = "".join(line.pieces)
    if not whole.strip():
        line.clear()
        return
    parts = [" ".join(part.split()) for part in re.split(r"\n[ \t\r\xa0]*\n", whole)] if "\n" in line.pieces else []
    parts = [part for part in parts if part] or [" ".join(whole.split())]
    total = max(1, line.total)
    for part in parts:
        share = len(part) / total if len(parts) > 1 else 1.0
        box.items.append(
            Block(
                part,
                box.tag,
                round(min(len(part), line.linked * share)),
                box.element,
                box,
                line.bold >= 0.95 * total,
                line.anchor,
            )
        )
        box.characters += len(part)
    line.clear()


def role_of(element: Any) -> str:
    """What a block-level element says it is: a role of Box."""
    tag = element.tag
    if not element.attrib and tag != "figure":
        return _TAG_ROLES.get(tag, "")
    get = element.get
    if get("hidden") is not None or ((style := get("style")) and _HIDDEN_STYLE.search(style)):
        return "aside"
    if get("itemprop") in {"articleBody", "text"}:
        return "text"
    if tag == "figure":
        return "" if element.find(".//table") is not None or element.find(".//pre") is not None else "aside"
    label = get("class") or ""
    if tag in HEADINGS:
        return "aside" if _HIDDEN.search(label.lower()) else ""
    signs = _signs(label[:LONGEST_LABEL]) if label else 0
    if tag == "p":  # its id is made from its text
        return _role(signs)
    for attribute in ("id", "role", "data-testid", "data-component"):
        if label := get(attribute):
            signs |= _signs(label[:LONGEST_LABEL])
    return _role(signs) or _TAG_ROLES.get(tag, "")


def _role_of_inline(element: Any) -> str:
    label = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.get("style") and _HIDDEN_STYLE.search(element.get("style")):
        return "aside"
    return _inline_label(label[:LONGEST_LABEL]) if len(label) > 1 else ""


_TAG_ROLES = {
    "nav": "aside", "footer": "aside", "aside": "aside", "form": "aside", "figcaption": "aside", "address": "aside", "article": "text",
    "fieldset": "aside",
}  # fmt: skip

_INLINE_ASIDE = re.compile(
    r"(?<![a-z])(?:captions?|credits?|copyright|sr-?only|visually-?hidden|screen-?reader\w*|hidden|share\w*|social\w*|tooltip\w*|assistive-?text|print-?only|offscreen)(?![a-z])"
)


@lru_cache(maxsize=4096)
def _inline_label(label: str) -> str:
    return "aside" if _INLINE_ASIDE.search(label_words(label)) else ""


class Sign:
    """What the names of an element speak for: bits of an integer."""

    HIDDEN = 1
    ASIDE = 2
    TEXT = 4
    LEAD = 8
    PICTURE = 16
    TEASER = 32


@lru_cache(maxsize=1 << 14)
def _signs(label: str) -> int:
    signs = 0
    for name in label.split():
        found = _signs_of_name(name)
        signs |= found & ~Sign.TEASER if signs & Sign.ASIDE else found
    return signs


@lru_cache(maxsize=1 << 14)
def _signs_of_name(name: str) -> int:
    words = label_words(name)
    if _SUBJECT.match(words):
        return 0
    signs = 0
    for sign, pattern in _PATTERNS:
        if found := pattern.search(words):
            signs |= sign
            if sign is Sign.ASIDE and found[0].startswith("teaser"):
                signs |= Sign.TEASER
    return signs


_PATTERNS = ((Sign.HIDDEN, _HIDDEN), (Sign.ASIDE, _ASIDE), (Sign.TEXT, _TEXT), (Sign.LEAD, _LEAD), (Sign.PICTURE, _PICTURE))  # fmt: skip


@lru_cache(maxsize=64)
def _role(signs: int) -> str:
    if signs & Sign.HIDDEN:
        return "aside"
    if signs & Sign.LEAD and signs & Sign.TEASER:
        return "lead"
    if signs & Sign.ASIDE:
        return "mixed" if signs & Sign.TEXT else "aside"
    return "lead" if signs & Sign.LEAD else "text" if signs & Sign.TEXT else "picture" if signs & Sign.PICTURE else ""
