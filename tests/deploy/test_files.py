"""The deployment files: what they start exists, what they ask for is told, and nothing in them is a secret."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from newscrawl.metrics.families import series_names
from newscrawl.records import RECORDS
from newscrawl.settings import Settings
from newscrawl.store.schema import INDEXES, TIME_SERIES
from tests.conftest import ROOT
from tests.docs.test_pages import problem_of

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "secrets" not in path.parts)
YAML = [path for path in FILES if path.suffix in (".yaml", ".yml")]
DASHBOARD = DEPLOY / "grafana" / "newscrawl.json"
GROWING = {"articles", "revisions", "sightings", "failures", "views"}
"""Collections that grow with the articles."""


def name_of(path: Path) -> str:
    return str(path.relative_to(DEPLOY))


def values(node: Any) -> Iterator[Any]:
    """Every list, mapping and scalar in a document."""
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from values(child)


def documents(path: Path) -> list[Any]:
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def commands() -> list[tuple[str, str]]:
    """File and command line of everything that these files start or tell people to start."""
    found = []
    for path in YAML:
        for node in (node for document in documents(path) for node in values(document)):
            words = node[1:] if isinstance(node, list) and node[:1] == ["CMD"] else node
            if isinstance(words, list) and words[:1] == ["newscrawl"]:
                found.append((name_of(path), " ".join(map(str, words))))
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        found += [(name_of(path), line) for line in re.findall(r"`(newscrawl [^`\n]+)`", text)]
        found += [(name_of(path), line) for line in re.findall(r"(?:^|-- |serve )(newscrawl [a-z].*)$", text, re.M)]
        found += [(name_of(path), line) for line in re.findall(r"bin/(newscrawl .*)$", text, re.M)]
    return [(name, re.sub(r"\{\{.*?\}\}", "unn", line)) for name, line in found]


@pytest.mark.parametrize("path", YAML, ids=name_of)
def test_the_file_is_yaml(path: Path) -> None:
    assert all(isinstance(document, dict) for document in documents(path))


def test_every_command_that_they_name_is_there_with_its_options() -> None:
    found = commands()
    assert {line.split()[1] for _, line in found} >= {"schedule", "worker", "serve", "db", "keys", "runs", "failures"}
    assert {(name, line): problem for name, line in found if (problem := problem_of(line))} == {}


def test_every_setting_that_they_name_is_one() -> None:
    known = {f"NEWSCRAWL_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known}
    for path in FILES:
        assert set(re.findall(r"NEWSCRAWL_[A-Z_]+", path.read_text(encoding="utf-8"))) <= known, name_of(path)


def test_every_image_has_a_version() -> None:
    found = [line.split()[1] for line in re.findall(r"^FROM .*$", (DEPLOY / "Containerfile").read_text(), re.M)]
    for path in YAML:
        found += [
            node["image"]
            for document in documents(path)
            for node in values(document)
            if isinstance(node, dict) and isinstance(node.get("image"), str)
        ]
    assert len(found) > 8
    wrong = [image for image in found if not re.fullmatch(r"[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.-]+)?", image)]
    assert set(wrong) == {"newscrawl"}  # of Kubernetes: kustomization.yaml says which
    [kustomization] = documents(DEPLOY / "kubernetes" / "kustomization.yaml")
    assert kustomization["images"][0]["newTag"] == version()


def version() -> str:
    return str(re.findall(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.M)[0])


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_holds_a_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"://[^/\s:@]+:[^$@\s/{(][^@\s]*@", text), "an address with a password"
    assert "BEGIN" not in text, "a key"
    assert not re.search(r"(?i)(password|secret|token)\w*\s*[:=]\s*[\"']?[A-Za-z0-9+]{12,}", text)


def test_secrets_are_made_where_only_the_operator_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "compose"
    shutil.copytree(DEPLOY / "compose", folder, ignore=shutil.ignore_patterns("secrets"))
    for _ in range(2):
        for script in ("secrets.sh", "certificates.sh"):
            subprocess.run(["sh", str(folder / script)], check=True, capture_output=True)
        made = {path.name: path.read_bytes() for path in (folder / "secrets").iterdir()}
    assert (folder / "secrets").stat().st_mode & 0o077 == 0
    assert (folder / "secrets" / "authority.key").stat().st_mode & 0o077 == 0
    assert len(set(made.values())) == len(made), "two secrets are the same"
    compose = documents(folder / "compose.yaml")[0]["secrets"] | documents(folder / "compose.tls.yaml")[0]["secrets"]
    assert {Path(secret["file"]).name for secret in compose.values()} <= set(made)
    password = made["mongo_password"].decode()
    assert made["mongo_uri_tls"].decode().startswith(f"mongodb://newscrawl:{password}@mongo1:27017,")
    checked = ["openssl", "verify", "-CAfile", "authority.pem", "-verify_hostname", "mongo2", "mongo_certificate.pem"]
    subprocess.run(checked, cwd=folder / "secrets", check=True, capture_output=True)
    assert made == {path.name: path.read_bytes() for path in (folder / "secrets").iterdir()}


def test_every_service_of_compose_reads_only_secrets_that_there_are() -> None:
    for name in ("compose.yaml", "compose.tls.yaml"):
        base, other = documents(DEPLOY / "compose" / "compose.yaml")[0], documents(DEPLOY / "compose" / name)[0]
        known = set(base["secrets"]) | set(other["secrets"])
        for service in other["services"].values():
            assert set(service.get("secrets", [])) <= known


def test_pods_run_as_nobody_and_write_nowhere_but_to_their_volumes() -> None:
    names = []
    for path in (DEPLOY / "kubernetes").glob("*.yaml"):
        for document in documents(path):
            if document["kind"] != "Deployment":
                continue
            names.append(document["metadata"]["name"])
            pod = document["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["automountServiceAccountToken"] is False
            for container in pod["containers"]:
                assert container["securityContext"]["readOnlyRootFilesystem"] is True
                assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
                assert {"requests", "limits"} <= set(container["resources"])
                assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)
                mounted = {mount["name"] for mount in container["volumeMounts"]}
                assert mounted == {volume["name"] for volume in pod["volumes"]}
    assert sorted(names) == ["scheduler", "serve", "worker"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_kustomize_takes_the_base() -> None:
    made = subprocess.run(
        ["kubectl", "kustomize", str(DEPLOY / "kubernetes")], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    kinds = [document["kind"] for document in yaml.safe_load_all(made.stdout)]
    assert kinds.count("Deployment") == kinds.count("PodDisruptionBudget") == 3
    assert f"image: newscrawl:{version()}" in made.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    units = []
    for path in (DEPLOY / "systemd").glob("*.service"):
        unit = tmp_path / path.name.replace("@", "@1")
        unit.write_text(path.read_text().replace("/opt/newscrawl/bin/newscrawl", "/bin/true"))
        units.append(str(unit))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    about = [line for line in done.stderr.splitlines() if "newscrawl" in line]
    assert (len(units), done.returncode, about) == (2, 0, [])


def asked_for(expression: str) -> set[str]:
    return set(re.findall(r"\b((?:newscrawl|process)_[a-z_]+)\b", expression))


def test_every_metric_of_the_rules_is_told() -> None:
    [rules] = documents(DEPLOY / "prometheus" / "newscrawl.rules.yml")
    expressions = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked = set[str]().union(*map(asked_for, expressions))
    assert len(asked) > 8
    assert asked <= series_names()


def test_every_metric_of_the_dashboard_is_told() -> None:
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    targets = [target for panel in dashboard["panels"] for target in panel.get("targets", [])]
    asked = set[str]().union(*(asked_for(target["expr"]) for target in targets))
    asked |= set[str]().union(
        *(asked_for(variable.get("definition", "")) for variable in dashboard["templating"]["list"])
    )
    assert asked <= series_names()
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in asked}
    everything = {re.sub("_(bucket|sum|count)$", "", name) for name in series_names()}
    assert {name for name in everything - families if name.startswith("newscrawl_")} == {
        # One is about the last run however it ended, the others are shown by what they feed.
        "newscrawl_site_last_run_timestamp_seconds",
        "newscrawl_scheduler_database_up",
        "newscrawl_scheduler_starts_total",
        "newscrawl_http_database_up",
        "newscrawl_http_streams",
        "newscrawl_worker_jobs_total",
    }


def test_the_panels_of_the_dashboard_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not taken & cells, panel["title"]
        taken |= cells


def tool(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    import sys

    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


def test_the_dashboard_is_what_its_tool_makes() -> None:
    assert DASHBOARD.read_text(encoding="utf-8") == tool("grafana_dashboard").text(), "run tools/grafana_dashboard.py"


def test_what_is_sharded_allows_it() -> None:
    text = (DEPLOY / "mongodb" / "shard.js").read_text(encoding="utf-8")
    keys = dict(re.findall(r'^  (\w+): (\{ \w+: "hashed" \}),$', text, re.M))
    assert set(keys) == GROWING
    assert set(keys) <= set(RECORDS)
    for name, key in keys.items():
        # A time series has no unique _id; it is sharded by what its buckets are made by.
        wanted = TIME_SERIES["metaField"] if name == "views" else "_id"
        assert key == f'{{ {wanted}: "hashed" }}'
        unique = [index.document["key"] for index in INDEXES[name] if index.document.get("unique")]
        assert unique == [], f"{name}: a sharded collection cannot hold {unique}"
