"""A real mail server on loopback that keeps what it gets."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """The mails that came."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.refuses = False
        self.port = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.refuses:
            return "451 no space left"
        mail = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.got.append((envelope.rcpt_tos, mail))
        return "250 OK"

    def address(self, name: str) -> str:
        """Return the address of a person as apprise writes it."""
        mails = f"from=kamflow@example.org&to={name}@example.org"
        return f"mailto://127.0.0.1:{self.port}?{mails}"

    @property
    def titles(self) -> list[tuple[str, str]]:
        """Who got what, in the order in which it came."""
        return [(to[0].partition("@")[0], str(mail["subject"])) for to, mail in self.got]

    def text(self, number: int = -1) -> str:
        body = self.got[number][1].get_body(("plain", "html"))
        assert body is not None
        return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Serve mail on a free port of this machine."""
    box, loop, ready = Mailbox(), asyncio.new_event_loop(), threading.Event()

    async def serve() -> asyncio.Server:
        server = await loop.create_server(lambda: SMTP(box, hostname="mail"), "127.0.0.1", 0)
        box.port = server.sockets[0].getsockname()[1]
        ready.set()
        return server

    async def end(server: asyncio.Server) -> None:
        server.close()
        await asyncio.sleep(0)

    def run() -> None:
        server = loop.run_until_complete(serve())
        loop.run_forever()
        loop.run_until_complete(end(server))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
