"""Every site file is a spider to Scrapy's own command line."""

import os
import subprocess
import sys
from pathlib import Path

from newscrawl.site import load_sites

ROOT = Path(__file__).resolve().parent.parent.parent


def scrapy(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_scrapy_list_shows_every_site() -> None:
    listed = scrapy("list")
    assert listed.stdout.split() == sorted(load_sites())
    assert listed.returncode == 0


def test_a_dropped_in_file_is_a_spider(tmp_path: Path) -> None:
    (tmp_path / "river.toml").write_text('publisher = "River"\nhome = "https://river.example/"\n')
    assert "river" in scrapy("list", NEWSCRAWL_SITES=str(tmp_path)).stdout.split()


def test_a_wrong_file_is_told_to_whoever_lists_the_others(tmp_path: Path) -> None:
    (tmp_path / "river.toml").write_text('publisher = "River"\n')
    listed = scrapy("list", NEWSCRAWL_SITES=str(tmp_path))
    assert "river.toml: home: is missing" in listed.stderr
    assert listed.stdout.split() == sorted(load_sites())
