"""Pages that say that there is no such page, though the server answers 200 (soft 404). Pure.

Told by what title or headline say, and only where the page declares no article: an article may well be about things
that are not found.
"""

from __future__ import annotations

import re

LONGEST = 120  # characters of a title or headline that are looked at

_THING = r"(?:page|article|story|document|content|post|file|url|link|news)"
_ABSENT = re.compile(
    rf"^\W*(?:error\W*)?(?:404|410)\b(?!\W*\w+\s+\w+\s+\w+\s+\w+)"
    rf"|^\W*(?:oops|sorry)?\W*not found\W*(?:$|[|–—:-])"
    rf"|\b{_THING}\b[^.!?]{{0,40}}\b(?:not (?:be )?found|does(?: not|n['’]t) exist|no longer (?:exists?|available|here)|(?:was|has been|is) (?:removed|deleted|gone))"
    rf"|\bno such {_THING}\b|\b(?:could not|couldn['’]t|cannot|can['’]t) (?:be found|find (?:the|this|that) {_THING})"
    r"|seite (?:wurde )?nicht gefunden|(?:seite|artikel) existiert nicht"
    r"|page (?:introuvable|non trouvée|inexistante)|n['’]existe (?:pas|plus)"
    r"|página no (?:encontrada|existe)|no se (?:ha )?encontr\w+ la página|página não (?:encontrada|existe)"
    r"|pagina non trovata|pagina niet gevonden|sidan (?:hittades|finns) (?:inte|ej)|siden (?:blev ikke|ikke) (?:fundet|funnet)|sivua ei löyd"
    r"|strona nie (?:została )?(?:znaleziona|istnieje)|nie znaleziono strony|stránka (?:nebyla|nebola) n(?:alezena|ájdená)|pagina nu (?:a fost găsită|există)"
    r"|az oldal nem található|sayfa bulunamadı|σελίδα δεν (?:βρέθηκε|υπάρχει)"
    r"|страниц\w+ не (?:найден|существует)|сторінк\w+ не (?:знайден|існує)|страница(?:та)? не (?:е намерена|съществува)"
    r"|الصفحة غير موجودة|לא נמצא(?:ה)? (?:ה)?דף|(?:ה)?דף לא נמצא|صفحه (?:مورد نظر )?(?:یافت|پیدا) نشد"
    r"|ページが(?:見つかり|存在し)ません|(?:页面|頁面|网页|網頁)(?:不存在|未找到|找不到)|找不到(?:该|該)?(?:页面|頁面)|페이지를 찾을 수 없|पृष्ठ नहीं मिला|halaman tidak ditemukan|không tìm thấy trang|ไม่พบหน้า",
    re.I,
)


def says_absent(*texts: str | None) -> bool:
    """Whether one of these texts (title, headline) says that there is no such page."""
    return any(text is not None and _ABSENT.search(" ".join(text[: 4 * LONGEST].split())[:LONGEST]) for text in texts)
