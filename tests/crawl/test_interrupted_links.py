"""What the links of a crawl come to when the crawler is killed between storing and linking: none is wanting."""

from __future__ import annotations

from typing import Any

from newscrawl.replica import Server
from tests.waiting import until_or_end


def test_the_editions_of_every_story_are_linked_though_the_crawler_was_killed_again_and_again(
    newscrawl: Any, replica: Server
) -> None:
    articles = replica.replica.articles
    stored = 0
    while stored < len(articles):
        replica.requests.clear()
        process = newscrawl.start("crawl", "replica")
        # Killed in the midst of storing: as soon as there are a few articles more.
        until_or_end(lambda: len(newscrawl.documents("articles")) >= stored + 20, process)  # noqa: B023
        process.kill()
        process.communicate()
        stored = max(stored + 20, len(newscrawl.documents("articles")))
    newscrawl("crawl", "replica")
    story_of = {document["url"]: document["story"] for document in newscrawl.documents("articles")}
    assert [document["url"] for document in newscrawl.documents("articles") if document.get("links_due")] == []
    for at in range(0, len(articles), 3):
        assert len({story_of[article.url] for article in articles[at : at + 3]}) == 1
    assert None not in story_of.values()
    assert len(set(story_of.values())) == len(articles) / 3
