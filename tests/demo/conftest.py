"""Plays the demo once for all tests that only look at what it leaves behind."""

from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from kamflow_cli.main import root

from tests.command_line import Ran, Run

NOW = "2026-11-20T09:00"


class Played(NamedTuple):
    """What the demo printed, and the folder that it left behind."""

    folder: Path
    out: str

    @property
    def database(self) -> str:
        """The URL of the database."""
        return f"sqlite:///{self.folder / 'governance.db'}"

    @property
    def commands(self) -> list[str]:
        """The commands that it names at its end."""
        return [line.strip() for line in self.out.splitlines()[-4:]]


def run_kamflow(*arguments: str) -> Ran:
    """Run `kamflow` at the instant of these tests."""
    result = CliRunner().invoke(root, ["--now", NOW, *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `kamflow` without settings from outside."""
    for name in ("KAMFLOW_DB", "KAMFLOW_BY", "KAMFLOW_NOW"):
        monkeypatch.delenv(name, raising=False)
    return run_kamflow


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Return the demo with its default settings; tests do not change what it left."""
    folder = tmp_path_factory.mktemp("demo") / "sample"
    ran = run_kamflow("demo", "--dir", str(folder))
    assert ran.code == 0, ran.err
    return Played(folder, ran.out)
