"""Real processes, made by a fork: quick to start, and free to be killed at any point."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

PATIENCE_S = 120.0


class Process:
    """A child process. It ends with code 0 when its work returned."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.code: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _run(work)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless the process has ended."""
        if self.code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal that ended it); nothing while it runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code

    def wait(self, patience: float = PATIENCE_S) -> int:
        """Wait for the end and return the exit code; one that hangs is killed and told."""
        end = time.monotonic() + patience
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                self.kill()
                raise AssertionError(f"a process hung for {patience:g} s")
            time.sleep(0.005)
        return code

    def kill(self) -> None:
        """End the process at once, wherever it is."""
        self.send(signal.SIGKILL)
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)


def _run(work: Callable[[], object]) -> None:
    """Do the work of a child; it never returns to what the parent would have done."""
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        work()
        code = 0
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001 - the edge of a process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@contextmanager
def running(works: Sequence[Callable[[], object]]) -> Iterator[list[Process]]:
    """Run processes at once; none of them outlives the block."""
    processes: list[Process] = []
    try:
        processes += [Process(work) for work in works]
        yield processes
    finally:
        for process in processes:
            process.kill()


def run_all(works: Sequence[Callable[[], object]], patience: float = PATIENCE_S) -> None:
    """Run processes at once and wait until each has done its work."""
    with running(works) as processes:
        codes = [process.wait(patience) for process in processes]
    assert not any(codes), f"processes ended with {codes}"


def told_by(work: Callable[[], str], patience: float = PATIENCE_S) -> str:
    """Run a process and return what its work returned."""
    reader, writer = os.pipe()

    def tell() -> None:
        os.write(writer, work().encode())

    with running([tell]) as (process,):
        os.close(writer)
        code = process.wait(patience)
    with open(reader, "rb") as file:  # noqa: PTH123 - a descriptor
        text = file.read().decode()
    assert code == 0, f"a process ended with {code}"
    return text
