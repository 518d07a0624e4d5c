"""Databases that cannot be reached: from the start, for a while in mid-run, or only in another way than asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pymongo import MongoClient

from newscrawl.replica import Server
from newscrawl.store.local import LocalServer
from tests.database_servers import Mongod, free_port
from tests.waiting import kill_database, until

PATIENCE = "serverSelectionTimeoutMS=300"


@pytest.fixture
def far_database(newscrawl: Any, tmp_path: Path) -> Iterator[LocalServer]:
    """A server that the command uses and does not start."""
    server = LocalServer(tmp_path / "far")
    newscrawl.uri = server.start()
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = f"{newscrawl.uri}&{PATIENCE}"
    yield server
    server.stop()


def all_headlines(replica: Server) -> list[str]:
    return sorted(article.headline for article in replica.replica.articles)


def test_without_a_database_nothing_is_fetched_and_the_remedy_is_told(newscrawl: Any, replica: Server) -> None:
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = f"mongodb://127.0.0.1:{free_port()}/?{PATIENCE}"
    code, _output, errors = newscrawl.run("crawl", "replica")
    assert code == 5
    assert "no MongoDB answers" in errors
    assert "Start it, or unset NEWSCRAWL_MONGO_URI" in errors
    assert not replica.requests


def test_a_database_that_is_away_for_a_while_costs_nothing(
    newscrawl: Any, replica: Server, far_database: LocalServer
) -> None:
    spool = newscrawl.data / f"spool-{newscrawl.database}.jsonl"
    process = newscrawl.start("crawl", "replica")
    until(lambda: len(replica.requests) > 30, process)
    kill_database(far_database)
    until(lambda: spool.exists() and spool.stat().st_size, process)
    far_database.start()
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 5, output + errors
    # What it was away for: articles that wait on disk, or listings that were not looked up, by the instant of its death.
    assert "newscrawl db replay" in output or "database-away" in output
    newscrawl("db", "replay")
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == all_headlines(replica)
    assert newscrawl.json("db", "status")["spooled"] == 0


def test_without_database_and_spool_what_was_fetched_is_fetched_again(
    newscrawl: Any, replica: Server, far_database: LocalServer
) -> None:
    spool = newscrawl.data / f"spool-{newscrawl.database}.jsonl"
    process = newscrawl.start("crawl", "replica")
    until(lambda: len(replica.requests) > 30, process)
    spool.mkdir()  # a folder cannot be written to, not by root either
    kill_database(far_database)
    _output, errors = process.communicate(timeout=120)
    assert process.returncode == 5
    assert "could be written neither to the database nor to disk" in errors
    spool.rmdir()
    far_database.start()
    newscrawl("crawl", "replica")
    assert newscrawl.headlines() == all_headlines(replica)


@pytest.mark.parametrize("name", ["admin", "a/b", "a.b", "x" * 39, "mongodb://host/"])
def test_a_name_that_no_database_can_have_is_a_mistake_in_a_setting(newscrawl: Any, name: str) -> None:
    newscrawl.environment["NEWSCRAWL_DATABASE"] = name
    code, _output, errors = newscrawl.run("db", "init")
    assert code == 2
    assert "NEWSCRAWL_DATABASE" in errors


@pytest.mark.parametrize("address", ["mongodb://host:port/", "http://host/", "mongodb://host:99999/"])
def test_what_is_no_address_is_told(newscrawl: Any, address: str) -> None:
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = address
    code, _output, errors = newscrawl.run("db", "init")
    assert code == 5
    assert "NEWSCRAWL_MONGO_URI is no address of MongoDB" in errors


class GuardedByTls(Mongod):
    """A server that speaks nothing but TLS."""

    def client(self, **options: Any) -> MongoClient[dict[str, Any]]:
        return super().client(tls=True, tlsAllowInvalidCertificates=True, **options)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "newscrawl tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    path.write_bytes(made.public_bytes(encoding) + key.private_bytes(encoding, *form))
    return path


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory, certificate: Path) -> Iterator[Mongod]:
    options = ("--tlsMode", "requireTLS", "--tlsCertificateKeyFile", str(certificate))
    server = GuardedByTls(tmp_path_factory.mktemp("tls") / "data", *options)
    yield server
    server.kill()


def test_a_server_that_asks_for_tls_is_told_apart(newscrawl: Any, tls_server: Mongod, certificate: Path) -> None:
    address = f"mongodb://{tls_server.host}/?{PATIENCE}"
    for options, said in (("", "add tls=true"), ("&tls=true", "tlsCAFile")):
        newscrawl.environment["NEWSCRAWL_MONGO_URI"] = address + options
        code, _output, errors = newscrawl.run("db", "init")
        assert code == 5
        assert said in errors
    newscrawl.environment["NEWSCRAWL_MONGO_URI"] = f"{address}&tls=true&tlsCAFile={certificate}"
    newscrawl("db", "init")


def test_tls_with_a_server_that_speaks_none_is_told(newscrawl: Any, tmp_path: Path) -> None:
    server = Mongod(tmp_path / "plain")
    try:
        newscrawl.environment["NEWSCRAWL_MONGO_URI"] = f"mongodb://{server.host}/?{PATIENCE}&tls=true"
        code, _output, errors = newscrawl.run("db", "init")
        assert code == 5
        assert "tls=true" in errors
    finally:
        server.kill()
