"""A process that runs `worker.py`: requests go in, answers come back, or it is gone."""

import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import IO, TypeVar

import msgspec
from msgspec.msgpack import Decoder

WORKER = Path(__file__).with_name("worker.py")
STARTING_S = 10.0  # it takes a tenth of a second; machines with more to do take longer
DYING_S = 1.0
T = TypeVar("T")
_HEAD = struct.Struct(">I")
_greeting = Decoder(str)


class LostError(Exception):
    """The process has died or did not answer in time; it is gone, and the message says why."""


class WorkerProcess:
    """A running worker. Whoever gets a `LostError` has nothing to tidy up."""

    def __init__(self, timeout_s: float) -> None:
        """Start it and wait until it is ready.

        Raises:
            LostError: It does not start here.
        """
        self._timeout_s = timeout_s
        # `-P`: our modules must not hide those of the standard library.
        command = [sys.executable, "-P", str(WORKER), str(ceil(timeout_s) + 1)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own file
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
            )
        except OSError as error:
            raise LostError(f"the process did not start: {error}") from error
        self._in, self._out = _opened(self._process.stdin), _opened(self._process.stdout)
        os.set_blocking(self._in.fileno(), False)  # a hung reader must not hang us
        end = time.monotonic() + STARTING_S
        refusal = self._or_lost(lambda: self._read(_greeting, end), STARTING_S)
        if refusal:
            self.close()
            raise LostError(refusal)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it was ended from here."""
        return self._process.returncode is not None

    def ask(self, request: Sequence[object], answer: Decoder[T]) -> T:
        """Return the answer to a request.

        Raises:
            LostError: There is none, and the process has been ended.
        """
        body = msgspec.msgpack.encode(request)

        def exchange() -> T:
            self._write(_HEAD.pack(len(body)) + body, end)
            return self._read(answer, end)

        end = time.monotonic() + self._timeout_s
        return self._or_lost(exchange, self._timeout_s)

    def close(self) -> None:
        """End it at once, as it has nothing to lose; leave neither a zombie nor a pipe."""
        self._process.kill()
        self._process.wait()
        self._close_pipes()

    def abandon(self) -> None:
        """Let go of it in a child that was forked: it is the parent's."""
        self._close_pipes()
        self._process.poll()  # finds that it is no child of this process, and asks no more

    def _close_pipes(self) -> None:
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()

    def _or_lost(self, exchange: Callable[[], T], limit_s: float) -> T:
        try:
            return exchange()
        except TimeoutError:
            self.close()
            raise LostError(f"no answer in {limit_s:g} s") from None
        except (OSError, EOFError, msgspec.DecodeError) as error:
            # Its end of the pipe closes a moment before it has ended.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(DYING_S)
            self.close()
            raise LostError(f"the process died ({self._death()})") from error
        except BaseException:  # an interrupt: the next answer would be that to this request
            self.close()
            raise

    def _death(self) -> str:
        code = self._process.returncode
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def _write(self, data: bytes, end: float) -> None:
        rest = memoryview(data)
        while rest:
            _await(self._in.fileno(), select.POLLOUT, end)
            with suppress(BlockingIOError):
                rest = rest[os.write(self._in.fileno(), rest) :]

    def _read(self, answer: Decoder[T], end: float) -> T:
        (length,) = _HEAD.unpack(self._take(_HEAD.size, end))
        return answer.decode(self._take(length, end))

    def _take(self, length: int, end: float) -> bytes:
        taken = bytearray()
        while len(taken) < length:
            _await(self._out.fileno(), select.POLLIN, end)
            part = os.read(self._out.fileno(), length - len(taken))
            if not part:
                raise EOFError
            taken += part
        return bytes(taken)


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise LostError("the process has no pipe")
    return pipe


def _await(descriptor: int, what: int, end: float) -> None:
    """Wait until a pipe is ready, `select` for any number of open files.

    Raises:
        TimeoutError: It is not ready in time.
    """
    waiting = select.poll()
    waiting.register(descriptor, what)
    if not waiting.poll(max(0.0, end - time.monotonic()) * 1000):
        raise TimeoutError
