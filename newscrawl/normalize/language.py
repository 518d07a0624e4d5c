"""The language of a text, told by the text itself. Pure.

A text is first held against the small words and letters that only one language has: that settles nearly every page at
no cost. What is left is told by py3langid (offline), whose model takes half a second to load.
"""

from __future__ import annotations

import re

LONGEST = 800  # characters that are looked at
SHORTEST_TO_DOUBT = 120  # characters of a text that may overrule what a page declares
MARGIN = 12.0  # nats by which the best language must lead to overrule
SHARE = 0.1  # of all words that must be small words of the declared language to believe it at once

# Languages that a short text does not tell apart: what is declared stands.
_ALIKE = ({"no", "nb", "nn", "da"}, {"sr", "hr", "bs", "sh", "sl", "mk"}, {"id", "ms"}, {"pt", "gl"}, {"nl", "af"}, {"cs", "sk"}, {"hi", "mr", "ne"}, {"xh", "zu"}, {"ar", "fa", "ur", "ug"}, {"kk", "ky"}, {"be", "uk"})  # fmt: skip
# The most frequent words of each language, without those that a neighbour has too.
_SMALL_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in that for with is was were are has have by from this which be been their his at it he they",
        "de": "der die und den von das mit ist dem für auf ein eine einer nicht sich auch im zum zur nach wird des sind bei",
        "fr": "les des et dans du est une pour qui sur au avec par pas ont aux été cette ce ses ou mais être",
        "es": "el los las del y en una por con para que su como más fue este esta pero sus ha han",
        "pt": "os do da em um uma dos das no na não com ao são foi pela pelo mais à às é ou",
        "it": "il di della che è gli dei delle nel per con non sono alla del anche più una dal nella ha si",
        "nl": "het een van dat niet voor met zijn is op aan ook bij naar wordt door er maar",
        "pl": "w się na z nie że jest to przez od po jak dla oraz za ale został",
        "cs": "na je v že to z by který také podle pro ale jsou bylo jako",
        "sk": "sa na je v že to z do s by ktorý aj podľa pre ale sú bolo ako",
        "sv": "och att det som är av för på med den till har inte om ett men från var han",
        "da": "og at det er som for på med den til har ikke om et men fra var han af",
        "nb": "og at det er som for på med den til har ikke om et men fra var han av",
        "no": "og at det er som for på med den til har ikke om et men fra var han av",
        "fi": "ja on ei että se hän oli mutta myös ovat kun mukaan ole joka sen",
        "hu": "a az és hogy nem is egy van volt meg csak ezt el már szerint",
        "ro": "și în care cu pe este din pentru nu mai fost prin sunt că",
        "id": "yang dan di untuk dengan ini dari pada itu tidak dalam akan ke juga adalah",
        "ms": "yang dan di untuk dengan ini dari pada itu tidak dalam akan ke juga adalah",
        "vi": "và của là có được cho trong các với không người này đã những một",
        "uk": "та що це від який яка які після щодо також було був як у і їх під із є про він за",
        "ru": "что это от как его после также был было были по и они при из или но уже который которые не с",
        "bg": "да се че със са към който това като ще беше през може",
        "hr": "je su za od koji da što će kako ali bi nije",
        "lt": "ir kad į su iš tai yra buvo kaip už bet apie",
        "zu": "ukuthi futhi kodwa kanye ngoba lapho nokuthi kanti ukuze emva uthe okuthiwa ngesikhathi bese mayelana yilapho kusukela",
        "ar": "في من على إلى أن التي عن مع الذي هذا هذه ما كما بعد",
        "fa": "در و به از که این را با است برای آن شده",
        "hi": "के में की है और से को का ने पर हैं कि",
    }.items()
}
_LETTERS = {
    language: re.compile(f"[{letters}]")
    for language, letters in {
        "tr": "ğışİŞĞ", "az": "əƏ", "ja": "\u3040-\u30ff", "ko": "\uac00-\ud7af", "zh": "\u4e00-\u9fff", "th": "\u0e00-\u0e7f", "el": "\u0370-\u03ff", "he": "\u0590-\u05ff",
        "ka": "\u10a0-\u10ff", "hy": "\u0530-\u058f", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f", "ml": "\u0d00-\u0d7f", "kn": "\u0c80-\u0cff",
        "gu": "\u0a80-\u0aff", "pa": "\u0a00-\u0a7f", "si": "\u0d80-\u0dff", "km": "\u1780-\u17ff", "lo": "\u0e80-\u0eff", "my": "\u1000-\u109f",
    }.items()
}  # fmt: skip
_ALPHABETS = {
    "uk": (re.compile("[їєЇЄ]"), 0.004, re.compile("[ыэъёўЫЭЪЁЎ]")),
    "ru": (re.compile("[ыЫ]"), 0.008, re.compile("[^\\W\\d_а-яёА-ЯЁa-zA-Z]")),
}
"""Letters that run through a text, their share of all, and what no text in the language has: two languages that say
much without small words. No other alphabet of Cyrillic has ї or є without ы; of those with ы, others have further
letters, or lack и."""
_SHARES = {"zu": 0.04}  # most small words are a part of the next word
_LETTERS_SHARE = {"ja": 0.2, "tr": 0.04, "az": 0.04}  # of all letters; half of them else


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of a text of 20 characters or more; None where it is shorter."""
    if len(text.strip()) < 20:
        return None
    return _only_confirmed(text[:LONGEST]) or _ranked(text)[0][0]


def contradicts(text: str, declared: str) -> str | None:
    """The code of the language in which a text surely is where that is not the declared one; else None."""
    base = declared.partition("-")[0].lower()
    if len(text) < SHORTEST_TO_DOUBT or _confirms(text[:LONGEST], base):
        return None
    best = _only_confirmed(text[:LONGEST])
    if best is None:
        (best, score), (_, second), *_ = _ranked(text)
        if score - second < MARGIN:
            return None
    return None if best == base or any(best in group and base in group for group in _ALIKE) else best


def _only_confirmed(text: str) -> str | None:
    """The one language whose small words or letters run through a text; None where none or several do."""
    words, letters = text.casefold().split(), "".join(set(text))
    confirmed = [language for language, own in _LETTERS.items() if own.search(letters) and _has_letters(text, language)]
    confirmed += [language for language in _SMALL_WORDS if _has_words(text, words, language)]
    return confirmed[0] if len(confirmed) == 1 else None


def _confirms(text: str, language: str) -> bool:
    """Whether small words or letters of a language run through a text."""
    if language in _LETTERS:
        return _has_letters(text, language)
    return language in _SMALL_WORDS and _has_words(text, text.casefold().split(), language)


def _has_letters(text: str, language: str) -> bool:
    # Chinese and Japanese share the characters, so that Chinese must have no Kana beside them.
    kana = len(_LETTERS["ja"].findall(text)) if language == "zh" else 0
    found, letters = len(_LETTERS[language].findall(text)), sum(map(str.isalpha, text))
    return found > _LETTERS_SHARE.get(language, 0.5) * letters and kana * 20 < letters


def _has_words(text: str, words: list[str], language: str) -> bool:
    if language in _ALPHABETS and _has_alphabet(text, language):
        return True
    small = _SMALL_WORDS[language]
    return sum(map(small.__contains__, words)) >= max(4, _SHARES.get(language, SHARE) * len(words))


def _has_alphabet(text: str, language: str) -> bool:
    own, share, foreign = _ALPHABETS[language]
    letters = sum(map(str.isalpha, text))
    return len(own.findall(text)) > share * letters and len(foreign.findall(text)) * 200 < letters


def _ranked(text: str) -> list[tuple[str, float]]:
    import py3langid

    ranked: list[tuple[str, float]] = py3langid.rank(text[:LONGEST])
    return ranked
