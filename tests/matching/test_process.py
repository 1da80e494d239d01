"""The process by itself: it ends with its owner, with its time, and in another version."""

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec.msgpack import Decoder

from kamflow.runtime.matching.process import WORKER, LostError, WorkerProcess
from tests.matching.packages import a_distribution
from tests.matching.poison import RULES, Endless

ANYTHING = Decoder(object)


@contextmanager
def a_worker(limit: int = 5, path: str = "") -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", str(WORKER), str(limit)]
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        yield process


def read(process: subprocess.Popen[bytes]) -> object:
    assert process.stdout is not None
    (length,) = struct.unpack(">I", process.stdout.read(4))
    return msgspec.msgpack.decode(process.stdout.read(length))


def write(process: subprocess.Popen[bytes], *request: object) -> None:
    assert process.stdin is not None
    body = msgspec.msgpack.encode(request)
    process.stdin.write(struct.pack(">I", len(body)) + body)
    process.stdin.flush()


def test_it_ends_when_its_input_ends() -> None:
    with a_worker() as process:
        assert read(process) == ""

        assert process.communicate(timeout=10)[0] == b""

    assert process.returncode == 0


def test_it_ends_by_itself_where_the_engine_never_ends_and_nobody_is_there_to_stop_it() -> None:
    with a_worker(limit=1) as process:
        assert read(process) == ""

        write(process, "load", 0, Endless(RULES).text)

    assert process.returncode == -signal.SIGALRM


def test_an_interrupt_at_the_terminal_is_for_its_owner() -> None:
    with a_worker() as process:
        assert read(process) == ""

        process.send_signal(signal.SIGINT)
        write(process, "load", 0, json.dumps({"r": {"all": [{"m": {"k": 1}}]}}))

        assert read(process) is None
    assert process.returncode == 0


def test_it_starts_in_no_other_version(tmp_path: Path) -> None:
    with a_worker(path=a_distribution(tmp_path, "2.0.27")) as process:
        assert read(process) == "durable-rules 2.0.28 is needed, 2.0.27 is installed"
    assert process.returncode == 1


def test_a_request_that_makes_no_sense_ends_it() -> None:
    process = WorkerProcess(5.0)

    with pytest.raises(LostError, match=r"the process died \(exit code 1\)"):
        process.ask(("no such request",), ANYTHING)


def test_what_the_engine_refuses_is_an_answer() -> None:
    process = WorkerProcess(5.0)
    begin, rule = {"all": [{"b": {"k": 1}}]}, {"all": [{"p0": {"k": 10}}, {"go": {"k": 2}}]}
    sessions = [['{"sid":"s","id":"f0","k":10,"x":Infinity}'], ['{"sid":"s","id":"f0","k":7}']]

    refused = process.ask(("load", 0, "no rules"), ANYTHING)
    assert process.ask(("load", 1, json.dumps({"begin": begin, "r0": rule})), ANYTHING) is None
    answers = process.ask(("run", 1, sessions), ANYTHING)
    process.close()

    assert str(refused).startswith("refused the rules: ")
    assert isinstance(answers, list)
    assert answers[0].startswith("refused a fact: ")
    assert answers[1] == []
