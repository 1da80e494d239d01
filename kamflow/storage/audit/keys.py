"""Ed25519 keys in PEM files; `cryptography` is imported here alone, when it is needed."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from kamflow.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

_MAKE = "make one with `openssl genpkey -algorithm ed25519 -out KEY.pem`"
_LARGEST = 64_000  # bytes; a key has some hundred


class PublicKey:
    """What tells whether a signature is genuine."""

    def __init__(self, key: "Ed25519PublicKey") -> None:
        self._key = key
        self.id = key_id(key.public_bytes_raw())

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the holder of the key has signed a message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an optional part

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """What signs."""

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key
        self.id = key_id(key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes."""
        return self._key.sign(message)


def key_id(public: bytes) -> str:
    """Return the name of a key: the first half of the SHA-256 of its 32 public bytes, in hex."""
    return sha256(public).hexdigest()[:32]


def load_private_key(file: str | Path) -> PrivateKey:
    """Return the key that signs, from a PEM file without a password.

    Raises:
        InputError: The file cannot be read, or holds no such key.
        MissingExtraError: `cryptography` is not installed.
    """
    content = _content(file)
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_pem_private_key,
        )
    except ImportError as error:
        raise MissingExtraError("a signed checkpoint", "audit") from error
    if b"PUBLIC KEY" in content:
        raise InputError([f"{file}: this is a public key; give the private key that signs"])
    try:
        key = load_pem_private_key(content, None)
    except TypeError as error:
        way = f"take the password off with `openssl pkey -in {file} -out PLAIN.pem`"
        raise InputError([f"{file}: the key is encrypted; {way}"]) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError([f"{file}: this is no private key in PEM; {_MAKE}"]) from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InputError([f"{file}: the key is not of the kind Ed25519; {_MAKE}"])
    return PrivateKey(key)


def load_public_key(file: str | Path) -> PublicKey:
    """Return the key that verifies, from a PEM file.

    Raises:
        InputError: The file cannot be read, or holds no such key.
        MissingExtraError: `cryptography` is not installed.
    """
    content = _content(file)
    way = "get it with `openssl pkey -in KEY.pem -pubout -out PUBLIC.pem`"
    try:
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - optional
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_pem_public_key,
        )
    except ImportError as error:
        raise MissingExtraError("a signed checkpoint", "audit") from error
    if b"PRIVATE KEY" in content:
        raise InputError([f"{file}: this is a private key; give the public one: {way}"])
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError([f"{file}: this is no public key in PEM; {way}"]) from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise InputError([f"{file}: the key is not of the kind Ed25519; {_MAKE}"])
    return PublicKey(key)


def _content(file: str | Path) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            return opened.read(_LARGEST)
    except OSError as error:
        raise InputError([f"{file}: it cannot be read: {error.strerror}"]) from error
