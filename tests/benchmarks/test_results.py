"""What the benchmarks of speed keep: the page of the documentation says what was measured, and nothing else."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PEERS = ("extraction", "peers_crawl", "startup", "cost_by_size")
ALONE = ("hot_path", "polite", "many_sites", "queues", "memory", "jobs", "fleet_rabbitmq", "fleet_redis")


def module(name: str) -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        return import_module(name)


@pytest.mark.parametrize("name", [*PEERS, *ALONE])
def test_the_page_shows_what_is_kept(name: str) -> None:
    results = module("results")
    begin, end = results.marks(name)
    page = results.PAGE.read_text(encoding="utf-8")
    shown = page.partition(begin)[2].partition(end)[0].strip()
    kept = ROOT / "benchmarks" / f"{name}.json"
    if not kept.exists():
        assert shown == "Not measured yet."
        return
    fields = json.loads(kept.read_text(encoding="utf-8"))
    fields["wanted"] = [results.Wanted(**wanted) for wanted in fields["wanted"]]
    assert shown == results.Result(**fields).markdown()


def test_a_figure_that_is_not_reached_is_said_and_ends_with_1(tmp_path: Path) -> None:
    results = module("results")
    machine = {"cores": 2, "processor": "some", "python": "3.11", "load_before": 0.1, "load_after": 0.2}
    short = results.Wanted("speed", "2 times", "3 times", ok=False)
    result = results.Result("speed", "Speed", 5, ["who", "ms"], [["we", 12.34]], [short], [], {"we": [1.0]}, machine)
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- speed: begin -->\nold\n<!-- speed: end -->\nafter\n", encoding="utf-8")
    result.keep(tmp_path, page)
    text = page.read_text(encoding="utf-8")
    assert "- speed: 2 times, wanted 3 times: NOT REACHED." in text
    assert "| we | 12.3 |" in text
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert json.loads((tmp_path / "speed.json").read_text(encoding="utf-8"))["measured"] == {"we": [1.0]}
    assert result.code == 1


def test_a_ratio_is_the_median_of_the_ratios_of_the_runs() -> None:
    assert module("results").ratio([10, 40, 30], [5, 10, 10]) == 3


def test_each_replica_has_a_site_file_of_its_own_address() -> None:
    first, second = module("fifty_sites").served(6, 2, 8123)
    assert first.addresses[0].startswith("http://127.0.0.1:8123/news/")
    assert 'home = "http://127.0.0.2:8123/"' in second.site_file
    assert "127.0.0.1" not in second.site_file.replace("\\", "")


def test_newscrawl_reads_the_pages_that_it_is_measured_with() -> None:
    fifty, readers = module("fifty_sites"), module("peer_readers")
    (site,) = fifty.served(3, 1, 8123)
    answer = fifty.Pages([site]).answer(site.host, site.replica.articles[0].path)
    page = {"id": "1", "url": site.addresses[0], "html": answer.partition(b"\r\n\r\n")[2].decode()}
    found = readers.read_all(readers.newscrawl(), [page])
    assert found["whole"] == 1
    assert found["seconds"].keys() == {"1"}
