"""Sends messages to an endpoint as CloudEvents, signed as Standard Webhooks say.

Source: CloudEvents 1.0.2, HTTP binding in structured mode; Standard Webhooks 1.0.
"""

import json
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote

from kamflow.errors import MissingExtraError
from kamflow.runtime.delivery.addresses import AddressRefusedError, url_problem
from kamflow.runtime.delivery.backoff import pause_of
from kamflow.runtime.delivery.masking import printable
from kamflow.runtime.delivery.options import DeliveryAttempt
from kamflow.storage.endpoints import Endpoint
from kamflow.storage.messages import Message

try:
    import httpcore
    import httpx
    from standardwebhooks import Webhook

    from kamflow.runtime.delivery.wire import Limits, guarded_client
except ImportError as error:
    raise MissingExtraError("sending messages to endpoints", "delivery") from error

_LARGEST_ANSWER = 64 * 1024
_SHOWN = 200  # characters of an answer that are kept with the error
_GONE = 410
_FAULTS = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    OSError,
    UnicodeError,  # a name of a host that is none
)
_BODY_S = 2.0  # for the body of an answer, once its status is known
_TIMES = 2  # so many silences make up the longest attempt


class Sender:
    """A connection to one endpoint, used by one thread."""

    def __init__(self, endpoint: Endpoint, *, timeout_s: float) -> None:
        settings = endpoint.settings
        self._settings, self._timeout_s = settings, timeout_s
        self._signers = [Webhook(secret) for secret in settings.secrets]
        self._limits = Limits()
        self._client = guarded_client(
            self._limits, allow_private=settings.allow_private, timeout_s=timeout_s
        )

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the connection."""
        self._client.close()

    def send(self, message: Message, now: datetime) -> DeliveryAttempt:
        """Send a message; whatever the receiver does, this returns within a limited time.

        Args:
            message: What is sent; its id is the same at every attempt.
            now: The present instant, which is signed as well.
        """
        if why := url_problem(self._settings.url, allow_http=self._settings.allow_http):
            return DeliveryAttempt(arrived=False, error=why)
        body = json.dumps(message.envelope(), ensure_ascii=False, separators=(",", ":"))
        self._limits.begin(self._timeout_s * _TIMES)
        identity = message.id if message.id.isascii() else quote(message.id)
        headers = self.headers(identity, body, now)
        try:
            request = self._client.build_request(
                "POST", self._settings.url, content=body.encode(), headers=headers
            )
            answer = self._client.send(request, stream=True)
            self._limits.shorten(_BODY_S)
            try:
                text = _read(answer)
            finally:
                answer.close()
        except AddressRefusedError as error:
            return DeliveryAttempt(arrived=False, error=str(error))
        except _FAULTS as error:
            return _silent(error)
        return judged(answer.status_code, answer.headers, text, now)

    def headers(self, identity: str, body: str, now: datetime) -> dict[str, str]:
        """Return the headers of a message; each secret signs, so that receivers can change over."""
        signed = [item.sign(msg_id=identity, timestamp=now, data=body) for item in self._signers]
        return {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "user-agent": "kamflow",
            "webhook-id": identity,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signed),
        }


def judged(status: int, headers: httpx.Headers, text: str, now: datetime) -> DeliveryAttempt:
    """Return what an answer means."""
    if httpx.codes.is_success(status):
        return DeliveryAttempt(arrived=True, status=status)
    if httpx.codes.is_redirect(status):
        where = _shown(headers.get("location", "an unknown place"))
        error = (
            f"it answered {status}: a redirect to {where}, which is not followed; "
            "add the endpoint again with the new address"
        )
        return DeliveryAttempt(arrived=False, status=status, error=error)
    pause = pause_of(headers.get("retry-after"), now)
    said = f": {_shown(text)}" if text.strip() else ""
    return DeliveryAttempt(
        arrived=False,
        status=status,
        error=f"it answered {status}{said}",
        retry_after_s=pause.total_seconds() if pause is not None else None,
        gone=status == _GONE,
    )


def _read(answer: httpx.Response) -> str:
    """Return the beginning of the body of an answer; the rest is not waited for.

    Once the status is there the answer is known, whatever becomes of its body.
    """
    found = b""
    with suppress(*_FAULTS):
        for piece in answer.iter_raw():
            found += piece
            if len(found) >= _LARGEST_ANSWER:
                break
    return found[:_LARGEST_ANSWER].decode("utf-8", "replace")


def _silent(error: Exception) -> DeliveryAttempt:
    slow = isinstance(error, httpx.TimeoutException | httpcore.TimeoutException)
    said = str(error).strip()
    what = "it did not answer in time" if slow else f"no answer: {_shown(said) or _name(error)}"
    return DeliveryAttempt(arrived=False, error=what, unreachable=True)


def _name(error: Exception) -> str:
    return type(error).__name__


def _shown(text: str) -> str:
    words = printable(text[: 4 * _SHOWN])
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."
