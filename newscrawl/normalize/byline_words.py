"""What bylines are worded with in many languages: `By`, roles, desks, credits, dates. Data of `names`."""

import re

_AND = r"and|und|et|y|e|en|och|og|oraz|i|та|и|і|&|\+|/"
_BY_WORD = "by|von|vom|par|por|da|di|door|deur|av|af|przez|oleh|од|от|від|από|του|της|autorstwa|a cura di"
_WROTE = (
    r"written|reported|reporting|story|words|posted|published|produced|edited|compiled|article|analysis|opinion|comment|review|interview|column|essay|report|contributed|"
    r"veröffentlicht|geschrieben|verfasst|erstellt|eingestellt|aufgezeichnet|(?:eine? )?(?:gast)?(?:artikel|beitrag|kommentar|analyse|bericht|essay|reportage|kolumne|gespräch|rezension|glosse|porträt)|"
    r"publié|écrit|rédigé|proposé|propos recueillis|(?:un )?article|escrito|publicado|redactado|elaborado|scritto|pubblicato|geschreven|skriven|skrevet|skrivet|publicerad|napisan[aey]|opublikowan[aey]|publikovan[oé]|"
    r"ditulis|написано|опубликовано|опубліковано|подготовлено|підготовлено|text|texto|texte|testo|tekst|teksti|текст"
)
_WRITER = (
    r"authors?|author\(s\)|autor(?:i|ka|zy|in|innen|en|es|a|as)?(?:\s?[/:*_]-?\s?(?:autor)?(?:in|innen))?|autore|auteur(?:e|s|\(s\))?|autorius|autors|автор[иыа]?|авторка|avtor|höfundur|"
    r"författare|skribent|forfatter|kirjoittanut|kirjoittaja|szerző|írta|napsal[ai]?|napisał[ai]?|opracował[ai]?|piše|parengė|scris de|συντάκτης|yazan|yazar|müəllif|ავტორი|"
    r"підготува(?:в|ла|ли)|подготовила?|penulis|tác giả|بقلم|كتبت?|الكاتب|نویسنده|מאת|लेखक|โดย|作者|記者|记者|撰文|執筆"
)
_LABEL = (
    rf"{_WRITER}|(?:text|words|story|texte|texto|testo|tekst|teksti|текст)(?:\s*(?:{_AND})\s*(?:fotos?|photos?|pictures|bilder?|video|фото))?|by-?line|writers?|reporters?|journalist(?:in)?|"
    r"interview|analysis|opinion|kommentar|redaktion|redazione|redacción|rédaction|oprac\.?|opracowanie|muhabir|haber|文|글"
)
BY = re.compile(
    rf"^\W*(?:(?:(?:{_WROTE})(?:\s*(?:{_AND})\s*\w+)?\s+(?:{_BY_WORD}|de)|{_BY_WORD}|de|from)(?:\s*[:：]\s*|\s+)"
    rf"|(?:{_LABEL})\s*[:：/／]\s*|(?:{_WRITER})\s+(?=[^\W\d_]))",
    re.I,
)
BY_TIGHT = re.compile(r"^(?:文\s*[:：/／]\s*|(?:author|von|by)(?=[A-ZÄÖÜ][a-zäöü]))")
WORDED = re.compile(
    rf"^\W{{0,3}}(?:(?:{_WROTE})(?:\s*(?:{_AND})\s*\w+)?\s+(?:{_BY_WORD}|de)\b|(?:{_BY_WORD})\b|(?:{_WRITER})(?:\b|(?=[:：]))|(?:{_LABEL})\s*[:：])\s*[:：/／]?\s*(?=[^\W\d_])",
    re.I,
)
LABELLED = re.compile(rf"\W{{0,3}}(?:{_WRITER}|(?:{_WROTE})\s+(?:{_BY_WORD}))(?:\s*[:：]\s*|\s+)(?=[^\W\d_])", re.I)
# A byline inside a line: behind a date or another label.
INSIDE = re.compile(
    rf"(?:\d\S*\s+(?:(?:uhr|h|am|pm|a\.m\.|p\.m\.)\s*)?[-–—|·•,/]?\s*(?:by|von|par|por|door|av|af|przez|oleh)\s+(?-i:(?=[^\W\d_a-z]))"
    rf"|(?:^|[\s|·•])(?:{_WRITER}|text|texte|texto|testo|tekst|teksti|текст)\s*[:：]\s*(?=[^\W\d_]))",
    re.I,
)
LONE = re.compile(rf"\W*(?:(?:(?:{_WROTE})\s+)?(?:{_BY_WORD})|{_WRITER})\W*", re.I)
ALL_POSTS = re.compile(
    r"^(?:(?:view|see|read|show|zeige|alle|voir|ver)\b.{0,30}\b(?:posts?|articles?|stories|beiträge|artikel|work)\s+(?:by|of|von|par|de)\s+)|\s*→\s*$|^~\s*|'s (?:profile|archive|homepage)$",
    re.I,
)
SPLIT = re.compile(
    r"\s*([,;|•·\n、]|/|\s(?:and|und|et|y|e|en|och|og|oraz|та|и|і|й|ja|és|dan|ve|और|və|şi|și|&|\+|with|mit|avec|con)\s)\s*",
    re.I,
)
ADDRESS = re.compile(r"(?:https?:)?//|www\.|@", re.I)
AND_FIRST = re.compile(r"^(?:and|und|et|y|e|en|och|og|oraz|та|и|і|&)\s+", re.I)
FOR = re.compile(r"\s(?:for|für|pour|special to|via)\s+(?:the\s+|die\s+|den\s+)?(?=[A-ZÄÖÜ]).*$")
HANDLE = re.compile(r"(?<=\w)\s+\(?@\w+\)?")
# Who took the pictures is no author; nor is what follows the next label.
OTHERS = re.compile(
    r"(?:^|[\s,;|/(–-]+)(?:(?:titel)?(?:fotos?|photos?|bild(?:er)?|illustration(?:en|s)?|video|kamera|grafik|photograph(?:y|s)?|fotografie|photographie|images?|pictures?|фото|фотографии|kuvat?|zdjęcia|quelle|source|fuente|fonte|zdroj|datum|date|stand|lesezeit|kategorien?|categor(?:y|ies)|tags?)"
    r"\s*(?:[:：©]|\[m\]|(?:by|von|par|por|av|di)\b)|(?:illustration|photograph)(?:en|s)? (?:by|von)\b|©|\(c\)\s).*$",
    re.I,
)
DATED = re.compile(
    r"(?:^|[\s,|·•–—-]+)(?:(?:on|am|le|el|il|op|den|dne|vom|at|um|в|о|от|від)\s+)?(?:(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    r"(?:(?:jan|feb|fév|mar|mär|apr|avr|may|mai|jun|jul|aug|ago|sep|oct|okt|nov|dec|dez|déc|dic)[a-zäéû]*\.?,?\s+)?(?:\d[\d.:/-]*(?:st|nd|rd|th)?[,.]?(?=\s|$|[|,])).*$",
    re.I,
)
CREDENTIAL = re.compile(
    r"^(?:ph\.?\s?d\.?|m\.?d\.?|m\.?s\.?|m\.?a\.?|j\.?d\.?|esq\.?|rdn?|ld|mph|cfa|cpa|rn|b\.?a\.?|cfp|dr\.?|prof\.?|mba|msc|bsc)\.?$",
    re.I,
)
SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv)\.?$", re.I)
ROLE = re.compile(
    r"^(?:staff\b.*|guest\b.*|.*\b(?:writers?|reporters?|correspondents?|editors?|journalists?|columnists?|contributors?|producers?|photographers?|bureau|desk|team|newsroom|editorial board|"
    r"c[efot]o|deputy .*|chief|officer|director|president|professor|fellow|head of .*|analyst|anchor|intern|redakteur(?:in)?|redaktion|korrespondent(?:in)?|journaliste|rédaction|redacción|redacció|redazione|redator|redação|periodista|corresponsal\b.*|"
    r"журналіст\w*|журналист\w*|кореспондент\w*|корреспондент\w*|редактор\w*|редакц\w*|기자|특파원|記者|编辑|編集部)|"
    r"admin(?:istrator)?|super ?user|webmaster|wordpressadmin|guest|unknown|none|null|anonymous|anónimo|anonym|no[ -]?author|author|autor(?:in)?|sponsored|advertorial|advertisement|share|profile|website|home|news|online|updated|about|more|comments?|publisher|"
    r"by|von|par|por|di|authors|ceo|licen[cs]e|cc[- ]by.*|staff|agencies|agency|wires?|agenturen|agencias|агентства|editorial|opinion|analysis|exclusive|live|video|photo|about the authors?|über (?:den|die) autor(?:in)?)$",
    re.I,
)
# Desks and roles that a byline may name instead of a person.
DESK = re.compile(
    r"(?:die |the |la )?(?:[^\W\d_][\w.&-]*\s+){0,3}(?:(?:[\w-]+)?redaktion|redacción|redacció|rédaction|redazione|redação|redakcja|redakce|redactie|redaksi|редакция|редакція|editorial (?:team|staff|board)|newsroom|news desk|newsdesk|web desk|staff(?: (?:writer|reporter|correspondent|report)s?)?|"
    r"writer|reporter|editor|correspondent|(?<=\s)team|編集部|编辑部)|team [^\W\d_]\w*",
    re.I,
)
NO_DESK = re.compile(r"(?:the |a )?(?:staff|writer|reporter|editor|correspondent|journalist|author)s?", re.I)
JUNK = re.compile(
    r"https?:|www\.|@|\.(?:com|de|org|net|co)\b/|\d{4}|\d{1,2}[:.]\d{2}|\bago\b|facebook|twitter|instagram|follow|\bshare\b|updated|published|posted|publiziert|aktualisiert|publicad[oa]|actualizado|publié|pubblicato|kommentier|kommentar|comment|read more|min(?:ute)?s? read|[<>{}\[\]|=#]|"
    r"^\d|(?:^|\s)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|\b(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember|january|february|march|june|july|october|december)\b \d|"
    r"\buncategorized\b|\ball rights\b|\bsubscribe\b|\bclick\b|\bphoto\b|\bgetty\b|^(?:alle|all|more|mehr|weitere) (?:beiträge|artikel|posts|articles|stories)\b|\b(?:sagt|says|schreibt|wrote|fotostrecke)$|^(?:zitat|quote)\b|"
    r"^(?:course or type|lesezeit|datum|stand|archiv\w*|kategorie|category|tags?)\b",
    re.I,
)
TAIL = re.compile(
    r"\s*(?:\([^)]*\)|\s[-–—]\s.*|\b(?:for|für|pour|per|special to|via)\s+(?:the\s+)?[A-Z].*|\s(?:in|aus|à|en)\s+[A-Z]\w+|\sim gespräch(?:\s.*)?|\s(?:기자|특파원|特派員|記者|인턴기자)(?:\s.*)?|\s외\s\d+명)$",
)
ORGANISATION = re.compile(
    r"\b(?:news|staff|times|post|press|presse|media|medien|daily|tribune|journal|gazette|herald|magazine|magazin|online|redaktion|redazione|redacción|rédaction|team|tv|fernsehen|radio|rundfunk|university|universität|institute|institut|school|college|department|departement|ministry|"
    r"(?:bundes)?ministerium|center|centre|zentrum|foundation|fundación|fondation|landesanstalt|anstalt|association|verband|verein|bund|partei|fraktion|bundestagsfraktion|kirche|agency|agencia|agentur|report|network|inc|ltd|gmbh|mbh|ag|kg|se|e\.\s?v|llc|s\.a|digital|editorial|"
    r"zeitung|nachrichten|blog|welle|newspaper|correspondents?|developer|publisher|kitchens?|board|bureau|desk|content|technologies|systems|solutions|services|labs|schweiz|österreich|international|club|party|union|committee|council|commission|company|group|verlag|support|germany|deutschland)\b|\w(?:stiftung|verband|verlag|zeitung|gesellschaft|ministerium|redaktion)\b|\.(?:com|de|org|net|ua|ru|fr|it|at|ch|tr|info|eu)$",
    re.I,
)
PARTICLES = frozenset(
    "de da do dos das di del della van von vom der den ten ter la le el al bin ibn abu zu y e af av du des ap ben bint san st i t d dr prof dalla degli lo las los".split()
)
ARTICLES = frozenset(
    "the die der das les el los la il ein eine une una alle weitere mehr more all im am zum zur für für über".split()
)
