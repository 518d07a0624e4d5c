"""The pages over real HTTP, and in a real browser: every page in light and dark, at a desk and on a phone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newscrawl.article import Author, Evidence, Section, Timestamp
from newscrawl.records import Run
from tests.stored_articles import article
from tests.web.conftest import Served

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> & "quotes"'
LONGEST = 15_000  # milliseconds that a browser waits for something
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass
class Pages:
    """A server with something on every page."""

    served: Served
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> str:
        """Address of an article whose text has changed twice."""
        return f"/articles/{self.served.articles[11].id}"


def fresh(number: int, **changes: Any) -> Any:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=number)
    stamp = Timestamp(at=at, raw=at.isoformat(), offset=0, precision="minute", zone="stated", source="jsonld:date")
    return article(number, published=stamp, **changes)


@pytest.fixture(scope="module")
def pages(served: Served) -> Pages:
    now = datetime.now(UTC)
    hostile = fresh(
        101,
        headline=HOSTILE,
        lead=HOSTILE,
        paragraphs=[HOSTILE, "javascript:alert(3)"],
        authors=[Author(name=HOSTILE)],
        tags=[HOSTILE],
        section=HOSTILE,
        provenance={"headline": HOSTILE, "published": "jsonld:datePublished"},
        evidence={"headline": [Evidence(source="og:title", text=HOSTILE)] * 2},
        disagreements={"headline": [HOSTILE]},
    )
    unfiled = fresh(104, site="test-paper", publisher="Test Paper")
    served.store(hostile, fresh(103, sections=[Section(heading="A heading", paragraphs=["Text."])]), unfiled, now=now)
    runs = [
        Run(
            site=("test-paper" if hour == 59 else "unn" if hour % 2 else "reuters"),
            command="newscrawl crawl",
            started_at=now - timedelta(hours=hour, minutes=5),
            ended_at=now - timedelta(hours=hour),
            reason="finished" if hour % 5 else "shutdown",
            outcome="ok" if hour % 5 else "failed",
            counts={"new": hour % 4, "stored": hour % 4, "links": 10},
            coverage={"lead": 0.9, "body": 1.0},
            dropped={"too-old": 3},
            errors={"timeout": 1} if hour % 3 == 0 else {},
            codes={"200": 12, "404": 1},
            version="0",
            pid=1,
            host="h",
        )
        for hour in range(60)
    ]
    served.run(
        served.connection.database["runs"].insert_many(
            {"_id": f"run-{number}-<b>", **run.model_dump()} for number, run in enumerate(runs)
        )
    )
    found = Pages(served)
    found.paths = {
        "newest": "/",
        "filtered": "/?language=ar&site=aljazeera",
        "article": found.changed,
        "hostile": f"/articles/{hostile.id}",
        "compare": f"{found.changed}/compare?from=1&to=3",
        "trending": "/trending",
        "map": "/map?days=365",
        "sites": "/sites",
        "site": "/sites/unn",
        "runs": "/runs",
        "run": "/runs/run-0-%3Cb%3E",
        "missing": "/articles/none",
    }
    return found


NAMES = "newest filtered article hostile compare trending map sites site runs run missing".split()

# --- over HTTP --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_small_and_holds_nothing_that_a_strict_policy_refuses(pages: Pages, name: str) -> None:
    answer = pages.served.get(pages.paths[name], headers={"Accept": "text/html"})
    assert answer.status_code == (404 if name == "missing" else 200)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    text = answer.text
    loaded = sum(len(pages.served.get(path).content) for path in {*re.findall(r'"(/static/[^"#]+)', text)})
    assert len(answer.content) + loaded < 100_000
    assert not re.search(r"<style|<[^>]+ (?:style|on\w+)=", text)
    assert not re.search(r"<script(?! src=\"/static/)", text)
    assert not re.search(r'(?:src|srcset)="(?:https?:)?//', text)


def test_a_site_without_a_file_has_a_page_as_long_as_it_has_articles(pages: Pages) -> None:
    assert "/sites/test-paper" in pages.served.get("/sites").text
    answer = pages.served.get("/sites/test-paper")
    assert answer.status_code == 200
    assert "Test Paper" in answer.text


def test_links_to_other_sites_say_nothing_of_the_reader_and_lead_only_to_the_web(pages: Pages) -> None:
    text = pages.served.get(pages.paths["hostile"]).text
    outside = re.findall(r'<a href="(?!/|#)[^>]*>', text)
    assert outside
    assert all('href="http' in link and 'rel="noreferrer noopener nofollow"' in link for link in outside)


def test_files_are_named_after_their_content_and_kept_for_a_year(pages: Pages) -> None:
    [style] = re.findall(r'href="(/static/style\.[0-9a-f]{8}\.css)"', pages.served.get("/").text)
    answer = pages.served.get(style)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert pages.served.get("/static/style.00000000.css").status_code == 404
    assert pages.served.get("/static/..%2f..%2fapp.py").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/articles/none", 404, "No article of this identity"),
        ("/articles/none/compare", 404, "No article of this identity"),
        ("/sites/none", 404, "There is no site none"),
        ("/runs/none", 404, "There is no run none"),
        ("/nowhere", 404, "There is nothing"),
        ("/?min_views=many", 422, "<code>min_views</code>"),
        ("/?sit=unn", 422, "did you mean site?"),
        ("/?from=yesterday", 422, "<code>from</code>"),
        ("/?cursor=broken", 422, "<code>cursor</code>"),
        ("/?cursor=eyJhIjoxfQ", 422, "<code>cursor</code>"),
        ("/?q=%22%22", 422, "names no word"),
        ("/trending?hours=5", 422, "<code>hours</code>"),
        ("/map?days=$where", 422, "<code>days</code>"),
        ("/runs?outcome[$ne]=ok", 422, "is no parameter"),
    ],
)
def test_what_cannot_be_shown_is_told_on_a_page_with_its_status(
    pages: Pages, path: str, status: int, told: str
) -> None:
    answer = pages.served.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in answer.text


def test_versions_that_are_not_there_are_named(pages: Pages) -> None:
    for query, told in (("from=1&to=9", "<code>to</code>"), ("from=2&to=2", "<code>from</code>")):
        answer = pages.served.get(f"{pages.changed}/compare?{query}", headers={"Accept": "text/html"})
        assert answer.status_code == 422
        assert told in answer.text
    unchanged = pages.served.get(f"/articles/{pages.served.articles[4].id}/compare")
    assert "there is one version" in unchanged.text


def test_an_article_that_was_merged_leads_to_the_one_that_it_became(pages: Pages) -> None:
    buried = {"_id": "0" * 32, "merged_into": pages.served.articles[4].id}
    pages.served.run(pages.served.connection.database["tombstones"].insert_one(buried, bypass_document_validation=True))
    answer = pages.served.get(f"/articles/{'0' * 32}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/articles/{pages.served.articles[4].id}")


def test_empty_fields_of_the_form_filter_nothing(pages: Pages) -> None:
    answer = pages.served.get("/?q=&site=&language=ar&min_views=&from=&to=&kind=&status=", follow_redirects=True)
    assert str(answer.url).endswith("/?language=ar")
    assert 'lang="ar" dir="rtl"' in answer.text
    assert 'lang="ja"' not in answer.text


def test_older_articles_follow_without_a_gap(pages: Pages) -> None:
    stored = {one.id for one in pages.served.articles}
    shown: list[str] = []
    path: str | None = "/"
    while path:
        text = pages.served.get(path).text
        shown += re.findall(r'<h3><a href="/articles/(\w+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following[1].replace("&amp;", "&") if following else None
    assert stored <= {*shown}
    assert len(shown) == len({*shown})


# --- in a browser -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed: `apt-get install chromium` brings one")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield started
        started.close()


@contextmanager
def tab(browser: Any, pages: Pages, **options: Any) -> Iterator[Any]:
    """A tab of its own, in which nothing may go wrong: no error in the console, no request elsewhere."""
    context = browser.new_context(base_url=pages.served.base_url, **options)
    context.set_default_timeout(LONGEST)
    opened, wrong = context.new_page(), []
    opened.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}") or dialog.dismiss())
    opened.on(
        "request",
        lambda asked: None if asked.url.startswith(pages.served.base_url) else wrong.append(f"asked {asked.url}"),
    )
    yield opened
    context.close()
    assert [one for one in wrong if "404 (Not Found)" not in one] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_in_order_in_light_and_dark_at_a_desk_and_on_a_phone(pages: Pages, browser: Any, name: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed").Axe()
    with tab(browser, pages, color_scheme="light", viewport={"width": 1280, "height": 900}) as page:
        page.goto(pages.paths[name])
        assert page.locator("h1").count() == 1
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = axe.run(page).response["violations"]
        page.emulate_media(color_scheme="dark")
        page.set_viewport_size({"width": 390, "height": 844})
        only = {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}
        found += axe.run(page, options=only).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
        assert grave == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_filters_work_by_the_keyboard_alone(pages: Pages, browser: Any) -> None:
    with tab(browser, pages) as page:
        page.goto("/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.type("marker3")
        page.keyboard.press("Tab")  # the button
        page.keyboard.press("Tab")  # the other filters
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == "site"
        page.keyboard.type("asahi")
        page.keyboard.press("Enter")
        page.wait_for_url("**/?q=marker3&site=asahi")
        assert page.locator(".news h3").count() == 1
        assert page.locator(".chips a").inner_text().split()[:2] == ["Site", "asahi"]
        page.locator(".chips a").press("Enter")
        page.wait_for_url("**/?q=marker3")
        assert page.locator(".news h3").count() > 1


def test_where_a_field_was_read_is_told_on_focus_and_on_hover_and_escape_puts_it_away(
    pages: Pages, browser: Any
) -> None:
    with tab(browser, pages) as page:
        page.goto(pages.changed)
        tip = page.locator("#source-headline")
        assert not tip.is_visible()
        mark = page.get_by_role("button", name="Where the headline was read")
        mark.focus()
        tip.wait_for(state="visible")
        assert "Read from jsonld:headline" in tip.inner_text()
        assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "source-headline"
        page.keyboard.press("Escape")
        tip.wait_for(state="hidden")
        page.locator(".facts .has-source").first.hover()
        page.locator("#source-published").wait_for(state="visible")


def test_an_article_that_arrives_is_announced_and_shown_when_it_is_asked_for(pages: Pages, browser: Any) -> None:
    with tab(browser, pages) as page:
        with page.expect_response("**/api/v1/events*"):
            page.goto("/")
        pages.served.store(fresh(205, headline=f"Just in {HOSTILE}"), now=datetime.now(UTC))
        button = page.locator("#arrivals-show")
        button.wait_for(state="visible")
        assert button.inner_text() == "1 new article – show it"
        page.locator("#arrivals-said", has_text="1 new article.").wait_for(state="attached")
        button.press("Enter")
        first = page.locator(".news h3").first
        assert first.inner_text() == f"Just in {HOSTILE}"
        assert page.evaluate("document.activeElement.textContent") == "Just arrived"
        first.locator("a").click()
        page.wait_for_url("**/articles/*")
        assert page.locator("h1").inner_text().startswith("Just in <script>")


def test_everything_works_without_scripts(pages: Pages, browser: Any) -> None:
    with tab(browser, pages, java_script_enabled=False) as page:
        page.goto("/")
        assert not page.locator("#arrivals-show").is_visible()
        page.locator("details.filters, .filters details").first.locator("summary").click()
        page.fill("#language", "ja")
        page.get_by_role("button", name="Show these").click()
        page.wait_for_url("**language=ja**")
        assert {one.get_attribute("lang") for one in page.locator(".news-body").all()} == {"ja"}
        page.goto(pages.changed)
        page.get_by_role("link", name="Compare with version 2").click()
        assert page.locator("ins").first.inner_text()
        page.select_option("#from", "1")
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**from=1&to=3")
        page.goto(pages.changed)
        page.get_by_role("button", name="Where the headline was read").focus()
        page.locator("#source-headline").wait_for(state="visible")


def test_what_an_article_says_is_never_taken_as_markup(pages: Pages, browser: Any) -> None:
    with tab(browser, pages) as page:
        page.goto(pages.paths["hostile"])
        assert page.locator("h1").inner_text().startswith("<script>alert(1)</script>")
        assert page.locator("main img, main script").count() == 0


def test_a_place_on_the_map_leads_to_its_articles(pages: Pages, browser: Any) -> None:
    with tab(browser, pages) as page:
        page.goto("/map?days=365")
        page.get_by_role("link", name=re.compile("^Kyiv, ")).press("Enter")
        page.wait_for_url("**/?place=**")
        assert page.locator(".news h3").count() >= 1
