"""What is shown of an address that holds a password."""

import pytest

from newscrawl.normalize.secrets import mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mongodb://writer:secret@host:27017/news", "mongodb://writer:…@host:27017/news"),
        ("mongodb+srv://writer:secret@host/?a=1", "mongodb+srv://writer:…@host/?a=1"),
        ("mongodb://writer:sec@ret@host/", "mongodb://writer:…@host/"),
        ("mongodb://writer:sec:ret@host/", "mongodb://writer:…@host/"),
        ("redis://:it's-secret@host/0", "redis://:…@host/0"),
        ('amqp://writer:<"secret">@host//', "amqp://writer:…@host//"),
        ("mongodb://writer:sec/ret@host/", "mongodb://writer:…@host/"),
        ("mongodb://writer:sec?ret#1@host/", "mongodb://writer:…@host/"),
        ("mongodb://writer%3Asecret@host/", "mongodb://writer:…@host/"),
        ("mongodb:/writer:secret@host/", "mongodb:/writer:…@host/"),
        ("writer:secret@host:27017", "writer:…@host:27017"),
        ("mongodb://:secret@host/", "mongodb://:…@host/"),
        (
            "mongodb://host/?tlsCertificateKeyFilePassword=secret&tls=true",
            "mongodb://host/?tlsCertificateKeyFilePassword=…&tls=true",
        ),
        (
            "mongodb://host/?authMechanismProperties=AWS_SESSION_TOKEN:secret",
            "mongodb://host/?authMechanismProperties=…",
        ),
        ("no answer at mongodb://writer:secret@host/: away", "no answer at mongodb://writer:…@host/: away"),
        ("not 'mongodb://writer:secret@host/'", "not 'mongodb://writer:…@host/'"),
    ],
)
def test_no_password_is_shown(text: str, shown: str) -> None:
    assert mask(text) == shown
    assert "secret" not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "mongodb://host:27017/?replicaSet=rs",
        "mongodb://%2Ftmp%2Fmongod.sock/?directConnection=true",
        "newscrawl/1.0 (desk@example.com)",
        "nothing at all",
    ],
)
def test_what_holds_no_password_is_shown_as_it_is(text: str) -> None:
    assert mask(text) == text
