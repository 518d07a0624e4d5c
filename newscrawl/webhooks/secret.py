"""Where the secret of a webhook is: in its record, or in a file that stays the operator's."""

from __future__ import annotations

from pathlib import Path

from newscrawl.subscription import Webhook
from newscrawl.webhooks.signing import key_of


class SecretMissing(ValueError):
    """The file with the secret of a webhook cannot be read, or holds none. The message says so."""


def secret_of(webhook: Webhook) -> str:
    """What its events are signed with. Raises SecretMissing."""
    if webhook.secret is not None:
        return webhook.secret
    return read_secret(Path(webhook.secret_file or ""))


def read_secret(path: Path) -> str:
    """The secret in a file: its first line. Raises SecretMissing."""
    try:
        secret = path.read_text(encoding="utf-8").strip().partition("\n")[0].strip()
        key_of(secret)
    except OSError as error:
        raise SecretMissing(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SecretMissing(f"{path}: {error if not isinstance(error, UnicodeError) else 'it is no text'}") from None
    return secret
