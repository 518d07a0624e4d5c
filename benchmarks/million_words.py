"""Vocabularies of six languages for invented articles: the commonest words real, the others made of syllables.

How often a word is used follows the law of Zipf and Mandelbrot, and each story uses some words of its topic again and
again, as real texts do. Pure, and the same for the same seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy

WORDS = 150_000
"""Forms of words of a language. A collection of a million news articles has some hundred thousand."""
EXPONENT, SHIFT = 1.12, 2.7  # of Zipf and Mandelbrot: 400 words of a text have 240 forms
TOPICS, TOPIC_WORDS, TOPIC_SHARE = 500, 80, 0.18
"""Topics of a language, words that are typical of one, and their share of its texts."""


class Alphabet(NamedTuple):
    """What the words of a language are made of, separated by blanks."""

    openings: str
    middles: str
    endings: str


ALPHABETS = {
    "en": Alphabet(
        "b br c ch cl d dr f fl fr g gr h j k l m n p pl pr qu r s sh sl st str t th tr v w",
        "a al an ar e ea el en er i in ir o on or ou u un",
        "s ed ing ly er ion ment al ness y",
    ),
    "uk": Alphabet(
        "б в г ґ д дв ж з зв к кл кр л м мл н п пл пр р с св ст т тр х ц ч ш щ",
        "а ан ар е ел ер и ин і ів о ол ор ов у ун я",
        "а и у ів ами ах ий ого ому ати ила ння ість ський",
    ),
    "ru": Alphabet(
        "б бр в вл г гл гр д др ж з зд к кл кр л м н п пр р с сл ст т тр ф х ц ч ш щ",
        "а ал ан е ен ер и ин о ол ор ов у ы я",
        "а ы у ов ами ах ый ого ому ать ила ние ость ский",
    ),
    "de": Alphabet(
        "b br d dr f fl fr g gl gr h k kl kr l m n p pf pr r s sch schl schw st str t tr v w z zw",
        "a al an au e ei el en er i ie in o or u un ä ö ü",
        "e en er es ung ungen keit lich isch heit te ten",
    ),
    "ar": Alphabet(
        "ب ت ث ج ح خ د ذ ر ز س ش ص ض ط ظ ع غ ف ق ك ل م ن ه و ي",
        "ا ار ان ل ر م ن و ي ب ت س ق ف",
        "ة ات ون ين ي ها هم نا",
    ),
    "ja": Alphabet(
        "政 経 市 国 県 大 小 東 西 南 北 中 新 高 日 月 年 人 会 社 事 地 方 議 員 選 挙 党 首 相 金 融 銀 行 株 価 円 安 貿 易 産 業 工 場 農 村 漁 港 空 海 陸 軍 防 衛 警 察 消 火 災 害 地 震 津 波 台 風 雨 雪 天 気 温 病 院 医 学 校 教 育 生 徒 先 研 究 科 技 術 電 車 道 路 鉄 橋 水 川 山 森 林 文 化 芸 能 音 楽 映 画 野 球 試 合 優 勝 監 督 選 手 記 録",
        "",
        "",
    ),
}
ALPHABETS["ja"] = ALPHABETS["ja"]._replace(middles=ALPHABETS["ja"].openings)

REAL = {
    "en": "the of to and in a that for on said is with was by he as it at from are have be has an will not but its who were they their which this been had his would more after up about or one new also when out people year two all can there than if first some last year time over government president police country million state told against world years week before three most could company minister percent market war court city team party home election health school energy budget climate border water parliament report agency security hospital trade football bank prices workers strike vote ministry flood bridge research railway museum tax reform gas oil army peace talks".split(),
    "uk": "у в на що та з і за до не про від як він для це також року його які який під час було буде але після їх були ще вже року через тому ми або де так їхній новий україни київ уряд президент поліція країна мільйон держава проти світ роки тиждень три більше компанія міністр відсотків ринок війна суд місто команда партія дім вибори здоров'я школа енергія бюджет клімат кордон вода парламент звіт агентство безпека лікарня торгівля футбол банк ціни працівники страйк голосування міністерство повінь міст дослідження залізниця музей податок реформа газ нафта армія мир переговори".split(),
    "ru": "в и на что с по не из за к для от о как это он до а также его все но у или был после их при был бы еще уже под так мы который где года новый москва правительство президент полиция страна миллион государство против мир годы неделя три больше компания министр процентов рынок война суд город команда партия дом выборы здоровье школа энергия бюджет климат граница вода парламент отчет агентство безопасность больница торговля футбол банк цены работники забастовка голосование министерство наводнение мост исследование железная музей налог реформа газ нефть армия переговоры".split(),
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde Regierung Präsident Polizei Land Million Staat gegen Welt Jahre Woche drei Unternehmen Minister Prozent Markt Krieg Gericht Stadt Mannschaft Partei Haus Wahl Gesundheit Schule Energie Haushalt Klima Grenze Wasser Parlament Bericht Agentur Sicherheit Krankenhaus Handel Fußball Bank Preise Arbeiter Streik Abstimmung Ministerium Hochwasser Brücke Forschung Bahn Museum Steuer Reform Gas Öl Armee Frieden Gespräche".split(),
    "ar": "في من على أن إلى التي عن مع هذا ما الذي كان لم بعد بين قال هذه كما ذلك قد أو لا كل يوم عام وقال خلال حيث منذ قبل غير أكثر عند تم الحكومة الرئيس الشرطة البلاد مليون الدولة ضد العالم سنوات الأسبوع ثلاثة شركة وزير السوق الحرب المحكمة المدينة الفريق حزب البيت الانتخابات الصحة المدرسة الطاقة الميزانية المناخ الحدود المياه البرلمان تقرير وكالة الأمن المستشفى التجارة كرة البنك الأسعار العمال إضراب التصويت الوزارة الفيضانات الجسر البحث المتحف الضريبة الإصلاح الغاز النفط الجيش السلام".split(),
    "ja": "の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その あっ よう また もの という あり まで られ なる へ か だ これ によって により おり より による ず なり られる において ば なかっ なく しかし について 政府 大統領 警察 国会 選挙 首相 経済 市場 会社 学校 病院 世界 戦争 平和 東京 大阪 銀行 予算 気候 環境 地震 台風 野球 裁判 研究 鉄道 博物館 石油 軍隊".split(),
}  # fmt: skip
"""The commonest words first: those of grammar, then those of news."""
GRAMMAR = 50  # of these words belong to no topic


@dataclass
class Vocabulary:
    """The words of one language, the commonest first."""

    language: str
    seed: int

    @cached_property
    def words(self) -> list[str]:
        """The words in the order of their frequency, none twice."""
        dice = numpy.random.default_rng([self.seed, *self.language.encode()])
        alphabet = ALPHABETS[self.language]
        openings, middles, endings = (part.split() or [""] for part in alphabet)
        made = dict.fromkeys(REAL[self.language])
        while len(made) < WORDS:
            shape = dice.integers(1, 4, 20_000)
            first, second, third = (dice.integers(len(openings), size=20_000) for _ in range(3))
            inner = dice.integers(len(middles), size=(20_000, 3))
            last = dice.integers(len(endings), size=20_000)
            for position in range(20_000):
                heads = (first[position], second[position], third[position])[: shape[position]]
                stem = "".join(openings[h] + middles[m] for h, m in zip(heads, inner[position], strict=False))
                made[stem + endings[last[position]]] = None
        return list(made)[:WORDS]

    @cached_property
    def _sums(self) -> numpy.typing.NDArray[numpy.float64]:
        weights = 1.0 / (numpy.arange(WORDS) + SHIFT) ** EXPONENT
        return numpy.cumsum(weights) / weights.sum()

    @cached_property
    def topics(self) -> numpy.typing.NDArray[numpy.int64]:
        """The positions of the words of each topic: a few common ones, and rare ones."""
        dice = numpy.random.default_rng([self.seed, 1, *self.language.encode()])
        rare = numpy.exp(dice.uniform(numpy.log(GRAMMAR), numpy.log(WORDS), (TOPICS, TOPIC_WORDS)))
        return rare.astype(numpy.int64)

    def draw(self, dice: numpy.random.Generator, number: int, topic: int) -> numpy.typing.NDArray[numpy.int64]:
        """Positions of so many words of a text of a topic."""
        drawn = numpy.searchsorted(self._sums, dice.random(number))
        own = dice.random(number) < TOPIC_SHARE
        within = (TOPIC_WORDS * dice.random(int(own.sum())) ** 2).astype(numpy.int64)
        drawn[own] = self.topics[topic][within]
        return drawn
