"""The language of a text, told by the text itself (py3langid, offline). Pure."""

from __future__ import annotations

LONGEST = 800  # characters that are looked at
SHORTEST_TO_DOUBT = 120  # characters of a text that may overrule what a page declares
MARGIN = 12.0  # nats by which the best language must lead to overrule

# Languages that a short text does not tell apart: what is declared stands.
_ALIKE = ({"no", "nb", "nn", "da"}, {"sr", "hr", "bs", "sh", "sl", "mk"}, {"id", "ms"}, {"pt", "gl"}, {"nl", "af"}, {"cs", "sk"}, {"hi", "mr", "ne"}, {"xh", "zu"}, {"ar", "fa", "ur", "ug"}, {"kk", "ky"}, {"be", "uk"})  # fmt: skip


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of a text of 20 characters or more; None where it is shorter."""
    if len(text.strip()) < 20:
        return None
    return _ranked(text)[0][0]


def contradicts(text: str, declared: str) -> str | None:
    """The code of the language in which a text surely is where that is not the declared one; else None."""
    if len(text) < SHORTEST_TO_DOUBT:
        return None
    (best, score), (_, second), *_ = _ranked(text)
    base = declared.partition("-")[0].lower()
    if best == base or score - second < MARGIN or any(best in group and base in group for group in _ALIKE):
        return None
    return best


def _ranked(text: str) -> list[tuple[str, float]]:
    import py3langid

    ranked: list[tuple[str, float]] = py3langid.rank(text[:LONGEST])
    return ranked
