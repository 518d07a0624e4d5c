"""The replica's stories: written from small grammars in three languages, the same for the same seed."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from newscrawl.article import Section

EDITIONS = ("uk", "ru", "en")
RUBRICS = ("politics", "economics", "society", "world")
IDENTITY = "http://127.0.0.1:8008"
"""Host under which the articles are known, on whatever port the replica is served."""


@dataclass(frozen=True)
class Words:
    """What one edition's stories are made of."""

    places: tuple[str, ...]
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    reasons: tuple[str, ...]
    sentences: tuple[str, ...]
    details_of: tuple[tuple[str, ...], ...]
    """Parts of further sentences, one of each row: so many that no two stories have much of their text in common."""
    quote: str
    details: str
    recall: str
    agency: str
    capital: str
    views: str
    rubrics: tuple[str, ...]
    names: tuple[str, ...]
    months: tuple[str, ...]


UKRAINIAN = Words(
    places=("Львів", "Одеса", "Полтава", "Луцьк", "Харків", "Чернівці", "Ужгород", "Суми"),
    subjects=("Міська рада", "Обласна лікарня", "Університет", "Служба порятунку", "Залізниця", "Спілка пасічників", "Водоканал"),
    verbs=("відкриває", "перевіряє", "відновлює", "розширює", "обговорює", "готує"),
    objects=("нову лабораторію", "старий міст", "мережу маршрутів", "запас води", "програму навчання", "парк біля річки"),
    reasons=("після звернень мешканців", "до початку весни", "за підсумками року", "через негоду", "разом із сусідами"),
    sentences=(
        "Роботи почнуться у понеділок і триватимуть щонайменше {n} днів, якщо погода не завадить бригадам.",
        "За словами організаторів, на це виділили {n} тисяч гривень із місцевого бюджету громади.",
        "Мешканці кількох вулиць уже помітили зміни й розповіли про них на зустрічі з посадовцями.",
        "Фахівці порівняли дані за {n} років і дійшли висновку, що чекати далі не можна.",
        "Наступне засідання комісії відбудеться за тиждень, і на ньому розглянуть решту пропозицій.",
        "До проєкту долучилися {n} добровольців, серед яких студенти й люди старшого віку.",
    ),
    details_of=(
        ("Майстри", "Учні", "Двоє лікарів", "Сусіди", "Садівники", "Ткалі", "Інженери", "Рибалки", "Архітектори", "Музейники", "Водії", "Пекарі"),
        ("повільно", "нарешті", "учора", "знову", "мовчки", "уперше", "обережно", "завзято", "разом", "вранці", "гуртом", "узимку"),
        ("виміряли", "пофарбували", "описали", "полагодили", "перенесли", "оглянули", "показали", "зважили", "вимили", "знайшли", "накрили", "порахували"),
        ("{n} дзвонів", "{n} човнів", "стару піч", "{n} лавок", "вузьку браму", "{n} яблунь", "давній літопис", "{n} ліхтарів", "млинове колесо", "{n} вуликів", "глиняний посуд", "{n} карт"),
        ("біля Липок,", "за ставком,", "під Говерлою,", "на Подолі,", "у Вилкові,", "край лісу,", "над Россю,", "у Жовкві,", "на хуторі,", "за греблею,", "в Умані,", "під горою,"),
        ("доки падав сніг.", "і повернулися.", "попри туман.", "за {n} годин.", "без жодної суперечки.", "як велить звичай.", "на радість дітям.", "згадавши {n} прізвищ.", "бо так дешевше.", "поки світило сонце.", "під спів півнів.", "а тоді обідали."),
    ),
    quote="«Ми довго йшли до цього рішення, і тепер треба зробити все як слід», - розповів {name}.",
    details="Деталі",
    recall="Нагадаємо",
    agency="УНН",
    capital="Київ",
    views="перегляди",
    rubrics=("Політика", "Економіка", "Суспільство", "Світ"),
    names=("Остап Гнатюк", "Марія Левчук", "Ірина Бондар", "Тарас Мельник"),
    months=("січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"),
)  # fmt: skip
RUSSIAN = Words(
    places=("Львов", "Одесса", "Полтава", "Луцк", "Харьков", "Черновцы", "Ужгород", "Сумы"),
    subjects=("Городской совет", "Областная больница", "Университет", "Служба спасения", "Железная дорога", "Союз пасечников", "Водоканал"),
    verbs=("открывает", "проверяет", "восстанавливает", "расширяет", "обсуждает", "готовит"),
    objects=("новую лабораторию", "старый мост", "сеть маршрутов", "запас воды", "программу обучения", "парк у реки"),
    reasons=("после обращений жителей", "к началу весны", "по итогам года", "из-за непогоды", "вместе с соседями"),
    sentences=(
        "Работы начнутся в понедельник и продлятся не менее {n} дней, если погода не помешает бригадам.",
        "По словам организаторов, на это выделили {n} тысяч гривен из местного бюджета общины.",
        "Жители нескольких улиц уже заметили перемены и рассказали о них на встрече с чиновниками.",
        "Специалисты сравнили данные за {n} лет и пришли к выводу, что ждать дальше нельзя.",
        "Следующее заседание комиссии пройдёт через неделю, и на нём рассмотрят остальные предложения.",
        "К проекту присоединились {n} добровольцев, среди которых студенты и люди старшего возраста.",
    ),
    details_of=(
        ("Мастера", "Ученики", "Двое врачей", "Соседи", "Садовники", "Ткачихи", "Инженеры", "Рыбаки", "Архитекторы", "Музейщики", "Водители", "Пекари"),
        ("медленно", "наконец", "вчера", "снова", "молча", "впервые", "осторожно", "усердно", "вместе", "утром", "сообща", "зимой"),
        ("измерили", "покрасили", "описали", "починили", "перенесли", "осмотрели", "показали", "взвесили", "вымыли", "нашли", "накрыли", "сосчитали"),
        ("{n} колоколов", "{n} лодок", "старую печь", "{n} скамеек", "узкие ворота", "{n} яблонь", "древнюю летопись", "{n} фонарей", "мельничное колесо", "{n} ульев", "глиняную посуду", "{n} карт"),
        ("возле Липок,", "за прудом,", "под Говерлой,", "на Подоле,", "в Вилково,", "у опушки,", "над Росью,", "в Жолкве,", "на хуторе,", "за плотиной,", "в Умани,", "под горой,"),
        ("пока падал снег.", "и вернулись.", "несмотря на туман.", "за {n} часов.", "без единого спора.", "как велит обычай.", "на радость детям.", "вспомнив {n} фамилий.", "ведь так дешевле.", "пока светило солнце.", "под пение петухов.", "а потом обедали."),
    ),
    quote="«Мы долго шли к этому решению, и теперь нужно сделать всё как следует», - рассказал {name}.",
    details="Детали",
    recall="Напомним",
    agency="УНН",
    capital="Киев",
    views="просмотра",
    rubrics=("Политика", "Экономика", "Общество", "Мир"),
    names=("Остап Гнатюк", "Мария Левчук", "Ирина Бондарь", "Тарас Мельник"),
    months=("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"),
)  # fmt: skip
ENGLISH = Words(
    places=("Lviv", "Odesa", "Poltava", "Lutsk", "Kharkiv", "Chernivtsi", "Uzhhorod", "Sumy"),
    subjects=("The city council", "The regional hospital", "The university", "The rescue service", "The railway", "The beekeepers' union", "The waterworks"),
    verbs=("opens", "inspects", "restores", "extends", "debates", "prepares"),
    objects=("a new laboratory", "the old bridge", "a network of routes", "the water reserve", "a training programme", "a park by the river"),
    reasons=("after residents' appeals", "before spring begins", "at the end of the year", "because of bad weather", "together with neighbours"),
    sentences=(
        "Work begins on Monday and will last at least {n} days, provided that the weather does not hold up the crews.",
        "According to the organisers, {n} thousand hryvnias from the community's local budget were set aside for it.",
        "People in several streets have already noticed the change and spoke of it at a meeting with officials.",
        "Experts compared the data of {n} years and came to the conclusion that waiting any longer is no option.",
        "The commission's next session takes place in a week, when the remaining proposals are to be considered.",
        "As many as {n} volunteers have joined the project, among them students and people of an older age.",
    ),
    details_of=(
        ("Craftsmen", "Pupils", "Two doctors", "Neighbours", "Gardeners", "Weavers", "Engineers", "Anglers", "Architects", "Curators", "Drivers", "Bakers"),
        ("slowly", "finally", "yesterday", "again", "silently", "boldly", "carefully", "eagerly", "jointly", "early", "gladly", "soon"),
        ("measured", "painted", "described", "mended", "moved", "inspected", "showed", "weighed", "washed", "found", "covered", "counted"),
        ("{n} bells", "{n} boats", "an old stove", "{n} benches", "the narrow gate", "{n} apple trees", "a chronicle", "{n} lanterns", "the mill wheel", "{n} beehives", "clay pots", "{n} maps"),
        ("near Lypky,", "beyond the pond,", "below Hoverla,", "in Podil,", "at Vylkove,", "by the wood,", "above the Ros,", "in Zhovkva,", "on a farm,", "past the dam,", "in Uman,", "under the hill,"),
        ("while snow fell.", "and returned.", "despite fog.", "within {n} hours.", "without a quarrel.", "as custom has it.", "to the children's joy.", "recalling {n} names.", "which costs less.", "as the sun shone.", "at cockcrow.", "then had lunch."),
    ),
    quote="“We took a long way to this decision, and now everything has to be done properly,” {name} said.",
    details="Details",
    recall="Recall",
    agency="UNN",
    capital="Kyiv",
    views="views",
    rubrics=("Politics", "Economics", "Society", "World"),
    names=("Ostap Hnatiuk", "Mariia Levchuk", "Iryna Bondar", "Taras Melnyk"),
    months=("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
)  # fmt: skip
WORDS = {"uk": UKRAINIAN, "ru": RUSSIAN, "en": ENGLISH}

_LATIN = dict(
    zip("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъ", ["a", "b", "v", "h", "g", "d", "e", "ye", "zh", "z", "y", "i", "yi", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "-", "yu", "ya", "y", "e", "yo", "-"], strict=True)
)  # fmt: skip


def slug_of(headline: str) -> str:
    """A headline as the last segment of its address."""
    latin = "".join(_LATIN.get(c, c).replace("-", "") if c in _LATIN else c for c in headline.lower())
    ascii_only = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")


@dataclass
class ReplicaArticle:
    """The truth of one article: what a crawler should find."""

    number: int
    edition: str
    slug: str
    headline: str
    lead: str
    sections: list[Section]
    published: datetime
    rubric: int
    tags: list[str]
    author: str
    views: int
    is_old_layout: bool
    card: int | None = None
    """Number of the article whose card stands among the paragraphs."""
    version: int = 0

    @property
    def path(self) -> str:
        """Path of the article on the site."""
        return ("" if self.edition == "uk" else f"/{self.edition}") + f"/news/{self.slug}"

    @property
    def url(self) -> str:
        """The address that is its identity."""
        return IDENTITY + self.path

    @property
    def section(self) -> str:
        """Rubric as printed."""
        return WORDS[self.edition].rubrics[self.rubric]

    @property
    def paragraphs(self) -> list[str]:
        """Paragraphs of the text, without headings."""
        return [text for section in self.sections for text in section.paragraphs]


@dataclass
class Replica:
    """The site's content. `articles`: how many, over all editions. `bad`: with a listing of broken pages besides.

    `every`: minutes from one story to the next.
    """

    unpublished: int = 0
    """So many of the newest articles are not shown anywhere yet."""

    size: int = 300
    seed: int = 1
    bad: bool = False
    start: datetime = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
    step: int = 0
    every: int = 37
    articles: list[ReplicaArticle] = field(default_factory=list)

    def __init__(
        self, articles: int = 300, seed: int = 1, bad: bool = False, start: datetime | None = None, every: int = 37
    ) -> None:
        self.size, self.seed, self.bad, self.step = articles, seed, bad, 0
        self.start = start or datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
        self.every = every
        self.articles = []
        for number in range(articles):
            self._add(number)

    def _add(self, number: int) -> None:
        dice = random.Random(f"{self.seed}/{number}")
        story, edition = divmod(number, len(EDITIONS))
        same = random.Random(f"{self.seed}/story/{story}")
        choices = [same.randrange(10**6) for _ in range(5)]
        words = WORDS[EDITIONS[edition]]
        subject, verb, thing, reason, place = (
            pool[choice % len(pool)]
            for pool, choice in zip(
                (words.subjects, words.verbs, words.objects, words.reasons, words.places), choices, strict=True
            )
        )
        headline = f"{place}: {subject[0].lower() + subject[1:]} {verb} {thing} {reason} - {story + 1}"

        def common() -> str:
            """A sentence that other stories have, too."""
            return dice.choice(words.sentences).format(n=dice.randrange(3, 90))

        def sentences(count: int) -> str:
            """Twice as many short sentences that hardly another story has."""
            drawn = (" ".join(dice.choice(row) for row in words.details_of) for _ in range(2 * count))
            return " ".join(text.replace("{n}", str(dice.randrange(3, 900))) for text in drawn)

        old = story % 5 == 4
        first = Section(
            paragraphs=[f"{subject} {verb} {thing} {reason}. " + sentences(2), sentences(1) + " " + common()]
        )
        middle = Section(
            heading=words.details,
            paragraphs=[sentences(3), words.quote.format(name=dice.choice(words.names)), sentences(1) + " " + common()],
        )
        last = Section(heading=words.recall, paragraphs=[sentences(2)])
        self.articles.append(
            ReplicaArticle(
                number=number,
                edition=EDITIONS[edition],
                slug=slug_of(headline),
                headline=headline,
                lead=f"{subject} {verb} {thing}. " + common(),
                sections=[first] if old else [first, middle, last],
                published=self.start - timedelta(minutes=self.every * story),
                rubric=choices[0] % len(RUBRICS),
                tags=[place, thing],
                author=dice.choice(words.names),
                views=dice.randrange(50, 90_000),
                is_old_layout=old,
                card=number - 9 if number >= 9 and not old else None,
            )
        )

    def advance(self, steps: int = 1) -> None:
        """Let time pass: every counter grows, each tenth article gets another sentence."""
        for _ in range(steps):
            self.step += 1
            for article in self.articles:
                article.views += 1 + article.number % 17
                if article.number % 10 == self.step % 10:
                    article.version += 1
                    words = WORDS[article.edition]
                    article.sections[-1].paragraphs.append(words.sentences[0].format(n=article.version + 2))

    def edition(self, name: str, rubric: int | None = None) -> list[ReplicaArticle]:
        """The articles of an edition, newest first."""
        shown = self.articles[self.unpublished :]
        return [a for a in shown if a.edition == name and rubric in (None, a.rubric)]


def printed_date(article: ReplicaArticle) -> str:
    """The publication as the article's edition prints it, in UTC."""
    at, words = article.published, WORDS[article.edition]
    if article.edition == "en":
        return f"{words.months[at.month - 1][:3]} {at.day} {at.year}, {at:%I:%M %p}"
    return f"{at.day} {words.months[at.month - 1]} {at.year}, {at:%H:%M}"


def site_file(base_url: str, *, bad: bool = False, archives: bool = False) -> str:
    """The site file of a replica served at `base_url`. `archives`: with its pages of past days."""
    lines = [
        'publisher = "Replica News"',
        f'home = "{base_url}/"',
        'country = "UA"',
        'timezone = "UTC"',
        f'hosts = ["{base_url.partition("//")[2].replace("127.0.0.1", "localhost")}", "127.0.0.1:8008"]',
        r"article = ['^http://127\.0\.0\.1:8008/(?:(?:ru|en)/)?news/[a-z0-9][a-z0-9-]*(?:[?#]|$)']",
        "rewrites = [",
        r"  { pattern = '^http://localhost:\d+/uk/news/\d+-([a-z0-9-]+)', replacement = 'http://127.0.0.1:8008/news/\1' },",
        r"  { pattern = '^http://localhost:\d+/(ru|en)/news/\d+-([a-z0-9-]+)', replacement = 'http://127.0.0.1:8008/\1/news/\2' },",
        r"  { pattern = '^http://127\.0\.0\.1:\d+/amp/([a-z0-9-]+)', replacement = 'http://127.0.0.1:8008/news/\1' },",
        r"  { pattern = '^http://127\.0\.0\.1:\d+/(ru|en)/amp/([a-z0-9-]+)', replacement = 'http://127.0.0.1:8008/\1/news/\2' },",
        r"  { pattern = '^http://127\.0\.0\.1:(?!8008/)\d+/', replacement = 'http://127.0.0.1:8008/' },",
        "]",
        "[crawl]",
        "delay = 0",
        "max_pages = 1000",
    ]
    for edition in EDITIONS:
        home = base_url if edition == "uk" else f"{base_url}/{edition}"
        listings = [f"{home}/news", f"{home}/{RUBRICS[0]}"] + ([f"{base_url}/bad"] if bad and edition == "uk" else [])
        lines += ["[[editions]]", f'name = "{edition}"', f'language = "{edition}"']
        lines += [f"path = '/{edition}/'"] if edition != "uk" else []
        lines += [f"listings = {listings!r}", f'feeds = ["{base_url}/rss/news_{edition}.xml"]']
        lines += [f'archives = ["{home}/archive/{{year}}/{{month:02}}/{{day:02}}"]'] if archives else []
        lines += [f'sitemaps = ["{base_url}/sitemap.xml"]'] if edition == "uk" else []
    lines += [
        "[rules]",
        """headline = [{ css = '[class*="single-news-card_newsTitle__"]' }, { css = 'h1.title[itemprop="name"]' }]""",
        """lead = { css = '[class*="single-news-card_announce__"]' }""",
        """body = [{ css = '[class*="single-news-card_body__"]' }, { css = 'div[itemprop="articleBody"]' }]""",
        r"""views = [{ css = '[class*="single-news-card_tagDateInfoItem__"]', regex = '\\d[\\d\\s]*(?:views?|перегляд\\w*|просмотр\\w*)' }, { css = "span.view" }]""".replace(
            "\\\\", "\\"
        ),
        """published = [{ css = '[itemprop="datePublished"]', attribute = "content" }, { css = '[class*="single-news-card_tagDateInfoItem__"]' }]""",
        """authors = { css = '[itemprop="author"] [itemprop="name"]' }""",
        """section = { css = '[itemprop="articleSection"] a' }""",
        """tags = { css = ".b-news-tags a" }""",
        """related = { css = 'a[class*="news-card_root__"]' }""",
        "[listing]",
        """card = 'a[class*="news-card_root__"]'""",
        """pinned = '[class*="news-card_pinned__"]'""",
    ]
    return "\n".join(lines) + "\n"
