"""Events are signed as Standard Webhooks says."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newscrawl.webhooks.secret import SecretMissing, read_secret
from newscrawl.webhooks.signing import key_of, new_secret, signed_headers

AT = datetime(2021, 2, 25, 23, 40, 30, tzinfo=UTC)


def test_the_example_of_the_specification_has_its_signature() -> None:
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_knows_a_genuine_message_from_any_other(is_genuine: Callable[..., bool]) -> None:
    secret, body = new_secret(), '{"headline":"Київ"}'.encode()
    headers = signed_headers(secret, "a-1-1", AT, body)
    now = AT.timestamp()
    assert is_genuine(secret, headers, body, now)
    assert not is_genuine(new_secret(), headers, body, now)
    assert not is_genuine(secret, headers, body + b" ", now)
    assert not is_genuine(secret, {**headers, "webhook-id": "a-1-2"}, body, now)
    assert not is_genuine(secret, headers, body, now + 3600)


def test_a_new_secret_is_one_of_its_own_each_time() -> None:
    assert new_secret() != new_secret()
    assert len(key_of(new_secret())) == 32


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_ä", "whsec_" + base64.b64encode(b"short").decode()])
def test_what_is_no_secret_is_refused_without_being_told(secret: str) -> None:
    with pytest.raises(ValueError, match="the secret") as refused:
        key_of(secret)
    assert secret.removeprefix("whsec_") in ("", *"ä") or secret not in str(refused.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = new_secret()
    (tmp_path / "secret").write_text(f"{secret}\n")
    assert read_secret(tmp_path / "secret") == secret
    with pytest.raises(SecretMissing, match="cannot be read"):
        read_secret(tmp_path / "none")
