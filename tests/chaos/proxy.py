"""A network that cuts connections: a relay which gives up after so many bytes."""

import random
import socket
import threading
from contextlib import suppress

_LEAST, _MOST = 2_000, 60_000  # bytes that a connection lives for
_CHUNK = 512  # small, so that it is cut in the midst of messages


class Proxy:
    """Listens on a port and relays to another one; runs in a process of its own."""

    def __init__(self, target: int, seed: int) -> None:
        self._target = target
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def run(self) -> None:
        """Relay until the process is killed."""
        while True:
            client, _ = self._listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            _Cut(client, server, self._random.randrange(_LEAST, _MOST)).start()


class _Cut:
    """Two connections that end together."""

    def __init__(self, client: socket.socket, server: socket.socket, left: int) -> None:
        self._ends, self._left = (client, server), left

    def start(self) -> None:
        """Relay in both directions."""
        client, server = self._ends
        for end in self._ends:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=self._relay, args=(source, target), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while self._left > 0 and (data := source.recv(_CHUNK)):
                self._left -= len(data)
                if self._left > 0:
                    target.sendall(data)
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
