"""A real receiver on loopback that does what receivers do: answer, refuse, hang, break off."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Got(NamedTuple):
    """A request as it came."""

    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes


class Answer(NamedTuple):
    """What is answered; `hangs` and `breaks` give no answer."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    hangs: bool = False
    breaks: bool = False
    drips: bool = False  # headers that never end
    endless: bool = False  # a body that never ends, piece by piece


Answering = Callable[[Got], Answer]


class Receiver:
    """What came, and how it is answered; `answer` can be exchanged at any time."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.answer: Answering = lambda _got: Answer()
        self.release = threading.Event()  # lets those go on that hang
        self.url = ""
        self._lock = threading.Lock()

    def take(self, got: Got) -> Answer:
        with self._lock:
            self.got.append(got)
            return self.answer(got)

    @property
    def ids(self) -> list[str]:
        return [item.headers["webhook-id"] for item in self.got]


class _Handler(BaseHTTPRequestHandler):
    """Takes a request and answers it as the receiver says."""

    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver.take(Got(self.path, headers, body))
        if answer.hangs:
            self.receiver.release.wait(30)
        if answer.drips:
            self._drip()
        if answer.endless:
            self._flow(answer.status)
        if answer.hangs or answer.breaks or answer.drips or answer.endless:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _drip(self) -> None:
        """Send a little again and again, so that no single read takes long."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(10_000):
            if self.receiver.release.wait(0.05):
                return
            try:
                self.wfile.write(f"x-{number}: x\r\n".encode())
                self.wfile.flush()
            except OSError:
                return

    def _flow(self, status: int) -> None:
        """Answer, and send a body of which there is always more."""
        self.wfile.write(f"HTTP/1.1 {status} x\r\ncontent-length: 99999\r\n\r\n".encode())
        while not self.receiver.release.wait(0.05):
            try:
                self.wfile.write(b".")
            except OSError:
                return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who break off."""


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive on a free port of this machine, encrypted with `tls`."""
    receiver = Receiver()

    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    receiver.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
