"""Which addresses may be connected to: a table of kinds, and what an operator may name."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.normalize.addresses import AllowList, forbidden, own_addresses

FORBIDDEN = """
0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 100.100.100.200 127.0.0.1 127.255.255.254 169.254.0.1
169.254.169.254 169.254.170.2 168.63.129.16 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1
255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::ffff:0:127.0.0.1
64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2001:20::1
2002:7f00:1:: 2002:a9fe:a9fe::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
4000::1 8000::1
""".split()
PUBLIC = "1.1.1.1 8.8.8.8 9.255.255.255 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 172.15.0.1 172.32.0.1 192.167.1.1 198.17.0.1 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450:4001::200e ::ffff:8.8.8.8".split()


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_reached(address: str) -> None:
    assert forbidden(address) is None


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.2.3.4.5", "::ffff:999.0.0.1"]
)
def test_what_is_no_address_in_its_usual_form_is_forbidden(text: str) -> None:
    assert forbidden(text)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_when_it_is_mapped_into_ipv6(address: ipaddress.IPv4Address) -> None:
    assert forbidden(str(address)) == forbidden(f"::ffff:{address}")


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert forbidden(str(address))


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("127.0.0.1", ("127.0.0.1", "127.0.0.1", 8900)),
        ("127.0.0.1", ("torture.example", "127.0.0.1", 80)),
        ("127.0.0.1", ("x", "::ffff:127.0.0.1", 80)),
        ("10.0.0.0/8, 192.168.1.0/24", ("intranet", "192.168.1.77", 443)),
        ("intranet.example", ("Intranet.Example.", "10.1.2.3", 443)),
        ("intranet.example:8080", ("intranet.example", "10.1.2.3", 8080)),
        ("127.0.0.1:8900", ("127.0.0.1", "127.0.0.1", 8900)),
        ("[::1]:8080", ("::1", "::1", 8080)),
        ("::1", ("::1", "::1", 8080)),
        ("fd00::/8", ("host", "fd12::1", 80)),
    ],
)
def test_what_the_operator_names_may_be_reached(text: str, target: tuple[str, str, int]) -> None:
    assert target in AllowList(text)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", ("127.0.0.1", "127.0.0.1", 80)),
        ("127.0.0.1", ("127.0.0.2", "127.0.0.2", 80)),
        ("127.0.0.1:8900", ("127.0.0.1", "127.0.0.1", 8901)),
        ("intranet.example", ("other.example", "10.1.2.3", 443)),
        ("intranet.example", ("intranet.example.evil.example", "10.1.2.3", 443)),
        ("10.0.0.0/8", ("x", "11.0.0.1", 443)),
    ],
)
def test_nothing_else_may_be_reached(text: str, target: tuple[str, str, int]) -> None:
    assert target not in AllowList(text)


@pytest.mark.parametrize("text", ["10.0.0.0/33", "http://a.example", "a b:c", "127.0.0.1:99999", "1.2.3", "*", "[::1"])
def test_what_names_no_host_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no name, address or network; such as"):
        AllowList(text)


def test_servers_of_this_machine_that_a_site_file_names_are_its_own_with_their_ports() -> None:
    own = own_addresses(["http://127.0.0.1:8900/news", "https://localhost/", "http://a.localhost/", "http://10.0.0.1/"])
    assert ("127.0.0.1", "127.0.0.1", 8900) in own
    assert ("localhost", "::1", 443) in own
    assert ("a.localhost", "127.0.0.1", 80) in own
    for other in (("127.0.0.1", "127.0.0.1", 27017), ("10.0.0.1", "10.0.0.1", 80), ("127.0.0.2", "127.0.0.2", 8900)):
        assert other not in own


def test_a_name_that_only_begins_like_this_machine_is_not_its_own() -> None:
    own = own_addresses(["http://127.0.0.1.example/", "http://localhost.example:80/", "http://localhost@10.0.0.1/"])
    assert not own
