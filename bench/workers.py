"""Programs that stay up and do so many commands when asked, so that several can be run in turn."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from statistics import median

from msgspec import Struct

from bench.measuring import ROOT


class Turn(Struct, frozen=True):
    """What some commands took."""

    wall_s: float
    cpu_s: float  # of the program itself, in user and system mode


class Worker:
    """A module of this folder that runs `serve`, in a process of its own."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def turn(self, commands: int) -> Turn:
        """Do so many commands."""
        self._ask(str(commands))
        wall, cpu = self._answer().split()
        return Turn(float(wall), float(cpu))

    def end(self) -> None:
        """Let the program check what it did, and end it.

        Raises:
            RuntimeError: It ended badly.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.wait() != 0:
            raise RuntimeError(f"`{self._module}` failed")

    def kill(self) -> None:
        """End the program at once."""
        self._process.kill()
        self._process.wait()

    def _ask(self, line: str) -> None:
        if self._process.stdin is None:
            raise AssertionError
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _answer(self) -> str:
        if self._process.stdout is None:
            raise AssertionError
        while line := self._process.stdout.readline():
            if line.startswith("> "):
                return line.removeprefix("> ")
        raise RuntimeError(f"`{self._module}` ended before its time")


def serve(command: Callable[[int], None], check: Callable[[int], None]) -> None:
    """Do the commands that are asked for, counted from 0, until there is nothing more to read."""
    done = 0
    print("> ready", flush=True)
    for line in sys.stdin:
        until = done + int(line)
        wall, cpu = time.perf_counter(), time.process_time()
        for number in range(done, until):
            command(number)
        spent = time.process_time() - cpu
        print(f"> {time.perf_counter() - wall} {spent}", flush=True)
        done = until
    check(done)


@contextmanager
def workers(started: Callable[[str], Worker], names: Sequence[str]) -> Iterator[dict[str, Worker]]:
    """Start programs one after the other; end all, or kill them when something failed."""
    with ExitStack() as stack:
        found: dict[str, Worker] = {}
        for name in names:
            found[name] = started(name)
            stack.callback(found[name].kill)
        yield found
        for worker in found.values():
            worker.end()


def in_turn(
    group: dict[str, Worker], counts: dict[str, int], rounds: int
) -> dict[str, tuple[Turn, ...]]:
    """Run all programs round by round, forwards and backwards; a first round only warms up.

    Returns:
        What one command took on average, by program and round.
    """
    turns: dict[str, list[Turn]] = {name: [] for name in group}
    for number in range(rounds + 1):
        for name in list(group) if number % 2 else reversed(list(group)):
            turn = group[name].turn(counts[name])
            if number:
                each = Turn(turn.wall_s / counts[name], turn.cpu_s / counts[name])
                turns[name].append(each)
    return {name: tuple(items) for name, items in turns.items()}


def described(turns: Sequence[Turn]) -> str:
    """Return the middle CPU and wall time of a command."""
    cpu, wall = median(item.cpu_s for item in turns), median(item.wall_s for item in turns)
    return f"{cpu * 1e6:.0f} us CPU, {wall * 1e6:.0f} us"
