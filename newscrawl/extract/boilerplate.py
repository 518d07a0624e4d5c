"""What of the story's box is text: not its asides, teasers, captions, appeals, labels and repeats.

The words are those with which sites of many languages begin such lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from newscrawl.extract.blocks import HEADINGS, Block, Box
from newscrawl.extract.weight import LONGEST_CAPTION
from newscrawl.normalize.text import first_words, same_words

SHORTEST_REPEAT = 40  # characters of a text that is printed twice
LONGEST_APPEAL = 600  # characters
LONGEST_ENTRY = 400  # characters of an entry in a list of stories, on average
_ENDS = re.compile(r"[.!?…。！？」』»\"”’')\]]\s*$")

_TEASER = re.compile(
    r"^\s*(?:>>|→|▶|►|➤|👉)|^\W*(?:read (?:also|more|next|now|this)|also read|also see|see also|see more|related(?: \w+)?|more (?:on|from|about|stories|news|coverage)|recommended|don'?t miss|watch(?: now| also| the)?|must read|"
    r"lesen sie (?:auch|dazu|mehr)|auch lesen|puedes ver|mira también|te recomendamos|además lee|mehr zum thema|mehr dazu|mehr aus|siehe auch|auch interessant|lire aussi|à lire|a lire|voir aussi|leggi anche|leggi (?:tutto|ancora)|vedi anche|"
    r"lea también|lee también|leer más|le puede interesar|te puede interesar|relacionado|leia (?:também|mais)|veja (?:também|mais)|saiba mais|lees ook|lees meer|läs (?:också|mer)|les også|læs også|"
    r"czytaj (?:też|także|więcej|również)|zobacz (?:też|także|również)|читайте (?:також|также|ещё|еще)|дивіться також|смотрите также|по теме|до теми|čtěte také|přečtěte si|olvassa el|citește și|citeşte şi|"
    r"прочетете (?:още|също)|διαβάστε (?:επίσης|ακόμα)|ayrıca (?:okuyun|bakınız)|baca juga|关联阅读|相关阅读|関連記事|あわせて読みたい|관련기사)\b\s*[:：»>\-–—]?",
    re.I,
)
# A teaser by its label alone, also where it carries no link.
_LABELLED_TEASER = re.compile(
    r"\W*(?:read also|also read|read (?:more|next)|lesen sie auch|auch interessant|lire aussi|à lire aussi|leggi anche|lea también|lee también|leia também|lees ook|läs också|les også|læs også|"
    r"czytaj (?:też|także|również)|zobacz (?:też|także|również)|читайте (?:також|также|ещё|еще)|дивіться також|смотрите также|čtěte také|citește și|прочетете също|διαβάστε επίσης|baca juga)\s?[:：]",
    re.I,
)
_BOILERPLATE = re.compile(
    r"^\W*(?:advertisement|anzeige|werbung|publicité|publicidad|pubblicità|реклама|reklama|reklam|"
    r"share (?:this|on|via)\b.*|follow (?:us|me|him|her|them|@).*|sign up (?:for|to|here|now).*|subscribe\b.*|click here\b.*|join (?:us|our|the conversation)\b.*|"
    r"all rights reserved.*|copyright\b.*|©.*|\(c\)\s.*|alle rechte vorbehalten.*|tous droits réservés.*|"
    r"story continues(?: below)?.*|article continues.*|continue reading.*|scroll (?:down|to continue).*|loading\b.*|"
    r"(?:abbildung|abb\.|figure|fig\.|chart|graphic|grafik)\s*\d*\s*:.{0,200}|(?:photo|image|picture|foto|bild|credit|photograph|fotos?|фото|file photo|getty images?|afp|ap photo)\s*(?:by|credit|:|/).{0,120}|"
    r"(?:tags?|topics?|filed under|categories|category|schlagwörter|themen|etiquetas|mots[- ]clés|теги|keywords)\s*:.*|"
    r"(?:war|fanden sie|hat (?:dir|ihnen|euch)) (?:der|dieser|diese|die) (?:artikel|beitrag|seite|text).{0,60}\?|(?:was|did you (?:find|like|enjoy)|how useful was) this (?:article|page|post|story).{0,40}\?|"
    r"gefällt (?:dir|ihnen|euch) .{0,60}\?|möchten sie (?:den|diesen) (?:artikel|beitrag) teilen\?|lust auf mehr\?|we want to hear what you think.*|if you (?:enjoyed|liked) .{0,160}|say your words|"
    r"no (?:responses?|comments?) (?:so far|yet)|\(?noch keine (?:bewertungen|kommentare)\)?|rezept drucken|(?:neueste|weitere|aktuelle) (?:artikel|beiträge|meldungen)|externer inhalt|permalien|permalink|"
    r"(?:dieser|der) (?:beitrag|eintrag|artikel) wurde (?:am|veröffentlicht|von|unter|geschrieben|in).{0,180}|this (?:entry|article|post) was (?:posted|published|written|filed).{0,180}|alle angaben ohne gewähr|"
    r"player wird geladen.*|we apologi[sz]e, but this video.*|try refreshing your browser.*|(?:don'?t want to see this\? )?remove ads|vorschau auf den .{0,40}|"
    r"leave a (?:reply|comment).*|\d* ?comments?|post a comment|view comments|kommentare?(?: \(\d+\))?|"
    r"print|e-?mail|teilen|drucken|merken|vorlesen|fehler melden|link kopieren|kommentieren|imprimer|partager|compartir|imprimir|condividi|stampa|delen|dela|del|udostępnij|drukuj|поділитися|поделиться|"
    r"\$\$\w+\$\$|%%\w+%%|\{\{.*\}\}|lesezeit.{0,20}|\d+ min\.?(?:uten|utes|utos|uti|uter|ut)? ?(?:lesezeit|de lecture|de lectura|de leitura|di lettura|leestijd|läsning|lesetid|czytania|czytanie)|"
    r"facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|copy link|share|tweet|save|listen|"
    r"(?:facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|viber|tweets?|shares?|likes?|comments?|kommentare?|commentaires?|comentarios?|коментарі[вї]?|комментари[ие])\s?[:(]?\s?\d[\d.,\s]*[km]?|"
    r"\d[\d.,\s]*[km]?\s?(?:shares?|likes?|comments?|reactions?|retweets?|reposts?|kommentare?|commentaires?|comentarios?|коментар(?:і|ів|ї)?|комментари(?:й|я|ев))|"
    r"(?:підписуйтес[ья]|підпишіт[ье]с[ья]|подписывайтесь|подпишитесь|приєднуйтес[ья]|присоединяйтесь) (?:на|до|к) (?:наш|нас|телеграм|telegram|канал|сторінк|страниц|youtube|facebook|google|viber|whatsapp|instagram).*|"
    r"(?:folgen sie uns|folgt uns|suivez[- ]nous|síguenos|siga[- ]nos|seguici|obserwuj nas|śledź nas|volg ons) .*|"
    r"\d+ min(?:ute)?s? read|reading time.*|updated?:? .{0,60}|published:? .{0,60}|posted (?:on|at|by).{0,80}|by [A-Z][\w.'-]+(?: [A-Z][\w.'-]+){1,3})\W*$",
    re.I,
)

# Beginnings of notices that go on for a sentence or two.
_NOTICE = re.compile(
    r"\W*(?:(?:der|dieser) (?:beitrag|eintrag|artikel) wurde am .{4,60} veröffentlicht|this (?:entry|post|article) was (?:posted|published) (?:on|in|by)\b|"
    r"this (?:post|article|page|story) (?:may )?contains? (?:references to products|affiliate|paid|sponsored)|suggested citation\b|permali(?:nk|en)\b|"
    r"(?:warning|notice|fatal error|deprecated|parse error): .{0,300} on line \d+|get the latest (?:news|stories) (?:straight|delivered|sent)|download (?:the|our) .{0,30}\bapp\b|"
    r"(?:gefällt|gefallen) (?:dir|ihnen|euch) (?:unser|der|dieser|diese|was)|\(?noch keine bewertungen|war (?:der|dieser|dieses) (?:artikel|beitrag|rezept) (?:hilfreich|nützlich)|was this (?:article|page|post) (?:helpful|useful)|"
    r"rezept drucken|lust auf mehr\?|do you want to be informed|kenn(?:t ihr|st du|en sie) schon unser|unterstütz(?:e|en sie|t) (?:uns|unsere arbeit|unseren journalismus)|soutenez|apoya (?:nuestro|a)\b|"
    r"(?:die|our|the|unsere) (?:aktuelle ausgabe|current issue) (?:der|des|of|jetzt)|sofern nicht anders (?:ausgewiesen|angegeben)|unless otherwise (?:noted|stated)|except where otherwise noted|"
    r"les opinions exprimées|the (?:views|opinions) expressed (?:in|here|by)|(?:die )?(?:hier )?geäußerten (?:meinungen|ansichten))",
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
    r"create an account|register (?:now|for|to)|affiliate|commission|email address|follow us|abonn\w+|inloggen|datenschutz\w*|einwilligung|whatsapp[- ](?:channel|kanal)"
)


_ADDRESSES = frozenset("you your our we us site sie ihr ihre ihrer uns wir je jij uw vous nous votre".split())
_WORDS = re.compile(r"\w+")


def is_boilerplate(text: str) -> bool:
    """Whether a line is a button, a label or a notice that pages print around and within stories."""
    if len(text) < 200 and (_BOILERPLATE.match(text) is not None or _LABELLED_TEASER.match(text) is not None):
        return True
    return len(text) < LONGEST_APPEAL and _NOTICE.match(text) is not None


def _appeals(text: str) -> bool:
    """Whether a paragraph is about the site itself: subscriptions, terms, newsletters."""
    if len(text) >= LONGEST_APPEAL or len(set(_APPEAL.findall(lowered := text.lower()))) < 2:
        return False
    return not _ADDRESSES.isdisjoint(_WORDS.findall(lowered))


_CREDIT = re.compile(
    r"(?:©|\bIMAGO\b|\bpicture alliance\b|\bGetty Images\b|\bReuters/|/(?:AFP|AP|dpa|Reuters|Getty)\b|\bAP Photo|\b(?:Foto|Photo|Bild|Image|Credit|Фото|Fotó|Zdjęcie|Fotografía|Crédit(?: photo)?)s?\s?:|"
    r"\((?:AP|AFP|Reuters|Getty|dpa|EPA|Nine|Supplied|Archivbild|Archiv)\)\s*$).{0,60}$",
    re.I,
)


_CREDIT_MARK = re.compile(r"[©:/)]|imago|picture alliance|getty images|ap photo")  # one is in every credit


def is_caption(text: str, alternatives: frozenset[str]) -> bool:
    """Whether a paragraph is a picture's caption: it ends with a credit, or repeats the picture's own text."""
    return len(text) < LONGEST_CAPTION and (
        text[:60] in alternatives
        or any(text.startswith(a) for a in alternatives if len(a) < 60)
        or (_CREDIT_MARK.search((end := text[-90:]).lower()) is not None and _CREDIT.search(end) is not None)
    )


def kept_blocks(box: Box, alternatives: frozenset[str] = frozenset()) -> Iterator[Block]:
    """The blocks of a box that are text, in reading order."""
    for item in box.items:
        if isinstance(item, Block):
            if is_text(item) and not is_caption(item.text, alternatives):
                yield item
        elif not _is_aside(item):
            yield from kept_blocks(item, alternatives)


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


def is_text(block: Block) -> bool:
    text = block.text
    share = block.links / len(text)
    if is_boilerplate(text):
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


def without_edges(blocks: list[Block]) -> list[Block]:
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


def without_repeats(blocks: list[Block]) -> list[Block]:
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


def standfirst(top: Box, story: Box, headline: str, leads: Iterable[str]) -> list[Block]:
    """The lead where the page prints it between the headline and the story's box."""
    inside = set(map(id, story.blocks()))
    starts = [first_words(lead) for lead in leads if len(lead) > 40]
    found: list[Block] = []
    after_headline = False
    for block in top.blocks():
        if id(block) in inside:
            break
        if block.tag in HEADINGS and (block.tag == "h1" or same_words(block.text, headline)):
            after_headline, found = True, []
            continue
        if len(block.text) < 30 or block.links or same_words(block.text, headline) or len(block.text) > 1200:
            continue
        stated = any(
            start in first_words(block.text, 80) or start.startswith(first_words(block.text)) for start in starts
        )
        named = after_headline and any(box.role == "lead" for box in (block.box, *list(block.box.ancestors())[:2]))
        if (
            (stated or named)
            and is_text(block)
            and not is_caption(block.text, top.alternatives)
            and not any(same_words(block.text, other.text) for other in found)
        ):
            found.append(block)
    return found[:3]
