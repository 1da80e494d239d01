"""Runs commands as a person at a terminal does, against a database in a temporary folder."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from kamflow_cli.main import root

from tests.cli import watched
from tests.cli.governed import settle
from tests.command_line import Ran, Run

NOW = "2026-03-31T12:00"


def start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `kamflow` with some arguments in a folder."""
    monkeypatch.chdir(folder)
    for name in ("KAMFLOW_DB", "KAMFLOW_BY", "KAMFLOW_NOW"):
        monkeypatch.delenv(name, raising=False)

    def run_command(*arguments: str, now: str = NOW, stdin: str | None = None) -> Ran:
        result = CliRunner().invoke(root, ["--now", now, *arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run_command


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `kamflow` with some arguments in an empty folder."""
    return start(tmp_path, monkeypatch)


@pytest.fixture
def ready(run: Run) -> Run:
    """Return `run` in a folder with a database and the program `north` with its people."""
    run("init")
    roles = ("program_manager=ana", "program_sponsor=victor", "program_office=olga")
    assigned = [part for role in roles for part in ("--assign", role)]
    created = run("program", "create", "north", "--name", "North", *assigned, "--by", "ana")
    assert created.code == 0, created.err
    return run


@pytest.fixture(scope="session")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the policy of `governed`, its people, and the account acme."""
    folder = tmp_path_factory.mktemp("governed")
    with pytest.MonkeyPatch.context() as patch:
        settle(start(folder, patch), folder)
    return folder


@pytest.fixture
def office(governed: Path, run: Run, tmp_path: Path) -> Run:
    """Return `run` in a copy of that folder."""
    shutil.copytree(governed, tmp_path, dirs_exist_ok=True)
    return run


@pytest.fixture(scope="session")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the policy of `watched`, its people, and the account acme."""
    folder = tmp_path_factory.mktemp("watched")
    with pytest.MonkeyPatch.context() as patch:
        watched.settle(start(folder, patch), folder)
    return folder


@pytest.fixture
def watch(watching: Path, run: Run, tmp_path: Path) -> Run:
    """Return `run` in a copy of that folder."""
    shutil.copytree(watching, tmp_path, dirs_exist_ok=True)
    return run
