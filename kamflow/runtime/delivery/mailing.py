"""Sends texts to people, by whatever `apprise` knows: mail, chat, and a hundred more."""

import logging
import threading
import warnings
from urllib.parse import quote, urlsplit, urlunsplit

from kamflow.errors import InputError, MissingExtraError
from kamflow.runtime.delivery.masking import masked, printable, without_secrets
from kamflow.runtime.delivery.texts import Text

try:
    with warnings.catch_warnings():
        # It brings a hundred services along, some of which use what Python is about to remove.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise

        apprise.Apprise.instantiate("json://localhost")
except ImportError as error:
    raise MissingExtraError("telling people", "delivery") from error

_LONGEST_ERROR = 300
_TALKERS = ("apprise", "urllib3")
_MAIL = ("mailto", "mailtos")
_LONGEST_S = 20.0  # for one address


def require_address(url: str) -> None:
    """Make sure that an address is one that can be used.

    Raises:
        InputError: It is not; the message does not repeat it, as it may hold a password.
    """
    if not _knows(url):
        scheme = url.partition("://")[0] if "://" in url else ""
        said = f"`{scheme}` begins no address that can be used" if scheme else "it has no `://`"
        what = f"{said}; write an address as apprise does, "
        raise InputError([f"{what}`mailto://USER:PASSWORD@HOST?to=ana@example.org`"])


def require_server(server: str) -> None:
    """Make sure that a mail server is one that can be used.

    Raises:
        InputError: It is not; the message does not repeat it, as it may hold a password.
    """
    known = urlsplit(server).scheme in _MAIL and _knows(mail_address(server, "ana@example.org"))
    if not known:
        raise InputError(
            ["the mail server cannot be used; write `mailtos://USER:PASSWORD@HOST?from=MAIL`"]
        )


def mail_address(server: str, mail: str) -> str:
    """Return the address of a person at a mail server.

    Args:
        server: As apprise writes it: `mailtos://USER:PASSWORD@HOST?from=kam@example.org`.
        mail: Where the person gets mail.
    """
    parts = urlsplit(server)
    kept = [item for item in parts.query.split("&") if item and not item.startswith("to=")]
    query = "&".join([*kept, f"to={quote(mail)}"])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def send_text(url: str, text: Text) -> str:
    """Send a text to one address; return what went wrong, without secrets, or nothing.

    It takes as long as apprise lets it, which is some seconds, and never longer than a lease lasts.
    """
    sender = apprise.Apprise()
    with _silence:
        if not sender.add(url):
            return f"{masked(url)}: apprise does not know this address"
        form = apprise.NotifyFormat.HTML if text.html else apprise.NotifyFormat.TEXT
        sent = sender.notify(body=text.body, title=text.title, body_format=form, timeout=_LONGEST_S)
    if sent:
        return ""
    lines = dict.fromkeys(" ".join(entry.message.split()) for entry in sent.logs())
    said = without_secrets("; ".join(lines), url)[:_LONGEST_ERROR]
    return f"{masked(url)}: {printable(said) or 'it did not take the message'}"


def _knows(url: str) -> bool:
    with _silence:
        found = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    return "://" in url and found is not None


class _Silence:
    """What apprise and its connections say to the log goes nowhere meanwhile: it holds secrets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0  # so many threads want it
        self._before: dict[str, bool] = {}

    def __enter__(self) -> None:
        """Begin."""
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                for name in _TALKERS:
                    self._before[name] = logging.getLogger(name).propagate
                    logging.getLogger(name).propagate = False

    def __exit__(self, *_error: object) -> None:
        """End, unless others go on."""
        with self._lock:
            self._inside -= 1
            if not self._inside:
                for name, before in self._before.items():
                    logging.getLogger(name).propagate = before


_silence = _Silence()
