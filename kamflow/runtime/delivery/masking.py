"""Addresses without what is secret in them."""

import re
from urllib.parse import unquote, urlsplit

_KEY = re.compile(r"[?&]([^=&]+)=([^&]*)")
_HARMLESS = {"to", "from", "cc", "bcc", "name", "format", "mode", "verify"}
_SHORT = 3  # characters; what is so short would be found everywhere


def masked(url: str) -> str:
    """Return where an address leads, without tokens, passwords and names of users.

    Of a mail address the receivers are shown; of any other one the sort alone, as in many of them
    the host or the path is a token.
    """
    scheme, found, _ = url.partition("://")
    if not found:
        return "..."
    if scheme not in ("mailto", "mailtos"):
        return f"{scheme}://..."
    receivers = [unquote(value) for key, value in _KEY.findall(url) if key == "to" and value]
    host = urlsplit(url).hostname or ""
    user = urlsplit(url).username or ""
    return f"{scheme}://{', '.join(receivers) or (f'{unquote(user)}@{host}' if user else host)}"


def without_secrets(text: str, url: str) -> str:
    """Return a text in which the secret parts of an address are not to be read."""
    for part in sorted(_parts(url), key=len, reverse=True):
        if len(part) > _SHORT:
            text = text.replace(part, "...")
    return text


def printable(text: str) -> str:
    """Return a text of somebody else on one line, without signs that cannot be seen."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())


def _parts(url: str) -> set[str]:
    rest = url.partition("://")[2]
    found = {value for key, value in _KEY.findall(url) if key not in _HARMLESS}
    plain = rest.partition("?")[0]
    user, _, _ = plain.rpartition("@")
    found |= {user.partition(":")[2], *plain.rpartition("@")[2].split("/")[1:]}
    if url.partition("://")[0] not in ("mailto", "mailtos", "http", "https", "json", "jsons"):
        found |= set(plain.replace("@", "/").replace(":", "/").split("/"))
    return {word for part in found for word in (part, unquote(part)) if word}
