"""Connections that go where they may, and end when their time is over."""

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any

import httpcore
import httpx

from kamflow.runtime.delivery.addresses import resolved

_CONNECT_S = 5.0


class Limits:
    """When an attempt has to be over, whatever the receiver does meanwhile."""

    def __init__(self) -> None:
        self.ends_at = 0.0  # of `time.monotonic`

    def begin(self, seconds: float) -> None:
        """Begin an attempt."""
        self.ends_at = time.monotonic() + seconds

    def shorten(self, seconds: float) -> None:
        """Let what is left of an attempt take no longer than this."""
        self.ends_at = min(self.ends_at, time.monotonic() + seconds)

    def left(self, wanted: float | None) -> float:
        """Return how long something may take now; a very short time when none is left."""
        left = self.ends_at - time.monotonic()
        return max(0.001, left if wanted is None else min(left, wanted))


class _Stream(httpcore.NetworkStream):
    """A connection none of whose reads and writes outlasts its attempt."""

    def __init__(self, stream: httpcore.NetworkStream, limits: Limits) -> None:
        self._stream, self._limits = stream, limits

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come."""
        if time.monotonic() >= self._limits.ends_at:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, self._limits.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send."""
        self._stream.write(buffer, self._limits.left(timeout))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Encrypt; the certificate has to be that of the name, whatever address it is at."""
        wrapped = self._stream.start_tls(ssl_context, server_hostname, self._limits.left(timeout))
        return _Stream(wrapped, self._limits)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - as httpcore has it
        """Return what is known of the connection."""
        return self._stream.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Resolves a name once, looks at what came, and connects to that."""

    def __init__(self, limits: Limits, *, allow_private: bool) -> None:
        self._plain = httpcore.SyncBackend()
        self._limits, self._allow_private = limits, allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers."""
        failed: Exception | None = None
        for address in resolved(host, port, allow_private=self._allow_private)[:4]:
            try:
                stream = self._plain.connect_tcp(
                    address, port, self._limits.left(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(stream, self._limits)
        raise failed or httpcore.ConnectError(f"{host} has no address")


class GuardedTransport(httpx.BaseTransport):
    """What httpx sends by; it knows no proxies, which would resolve names on their own."""

    def __init__(self, limits: Limits, *, allow_private: bool) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),  # SSL_CERT_FILE names further authorities
            max_connections=1,
            keepalive_expiry=30.0,
            network_backend=_Network(limits, allow_private=allow_private),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return the answer, whose body is read later."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        content = request.read()
        sent = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=content,
            extensions=request.extensions,
        )
        answer = self._pool.handle_request(sent)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """End all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of an answer as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        """Yield it piece by piece."""
        yield from self._answer.iter_stream()

    def close(self) -> None:
        """Give the connection back, or end it."""
        self._answer.close()


def guarded_client(limits: Limits, *, allow_private: bool, timeout_s: float) -> httpx.Client:
    """Return a client for one receiver; it follows no redirects and reads no settings."""
    return httpx.Client(
        transport=GuardedTransport(limits, allow_private=allow_private),
        timeout=httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
        follow_redirects=False,
        trust_env=False,
    )
