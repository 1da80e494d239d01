"""Secrets by which messages are signed. Source: Standard Webhooks 1.0, symmetric signatures."""

import secrets
from base64 import b64decode, b64encode

from kamflow.errors import InputError

PREFIX = "whsec_"
_LEAST, _MOST = 24, 64  # bytes


def new_secret() -> str:
    """Return a secret by which nobody else can sign."""
    return PREFIX + b64encode(secrets.token_bytes(_LEAST)).decode()


def require_secret(text: str) -> str:
    """Return a secret that somebody chose.

    Raises:
        InputError: It is not one as Standard Webhooks want it.
    """
    try:
        size = len(b64decode(text.removeprefix(PREFIX), validate=True))
    except ValueError:
        size = 0
    if not text.startswith(PREFIX) or not _LEAST <= size <= _MOST:
        raise InputError(
            [f"the secret is not `{PREFIX}` with {_LEAST} to {_MOST} bytes as Base64; leave it out"]
        )
    return text
