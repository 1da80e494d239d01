"""Files and folders that do not do what they should."""

import os
import random
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from kamflow import Kamflow, KamflowError, verify_database
from kamflow.storage.sqlite import database_file
from tests.chaos.processes import told_by
from tests.chaos.stage import Stage, become_nobody, checked
from tests.chaos.waiting import error_of
from tests.chaos.world import account, furnish

_SPARE = 150_000  # bytes that are left on the disk that fills up


def _file(url: str) -> Path:
    file = database_file(url)
    assert file is not None
    return file


def disk_full(stage: Stage) -> str:
    """The disk has no space left, or the process may not write more.

    The user is told to free some space; nothing was changed, and the same command works then.
    """
    told = []
    url = stage.sqlite()
    told.append(told_by(partial(_until_too_large, url)))
    checked(url)
    with _small_disk(stage) as disk:
        if disk is not None:
            url = f"sqlite:///{disk}/kamflow.db"
            furnish(url, 5)
            told.append(told_by(partial(_until_full, url, disk)))
            checked(url)
    return "; ".join(told)


def _until_too_large(url: str) -> str:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_SPARE, hard))

    def allow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return _until_refused(url, allow)


def _until_full(url: str, disk: Path) -> str:
    ballast = disk / "ballast"
    file = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with suppress(OSError):
        while True:
            os.write(file, bytes(4096))
    os.close(file)
    os.truncate(ballast, max(0, ballast.stat().st_size - _SPARE))
    return _until_refused(url, ballast.unlink)


def _until_refused(url: str, make_room: Callable[[], None]) -> str:
    """Write until it is refused, make room, and ask again under the same key."""
    kam = Kamflow.open(url)
    told, number = "", 0
    while not told:
        number += 1
        assert number < 5_000, "it was never refused"
        try:
            kam.once(f"k{number}").record_facts(account(0), {"account.n": number}, by="ann")
        except KamflowError as error:
            told = str(error)
    assert "space" in told, told
    make_room()
    decision = kam.once(f"k{number}").record_facts(account(0), {"account.n": number}, by="ann")
    assert decision.accepted
    kam.close()
    return told


@contextmanager
def _small_disk(stage: Stage) -> Iterator[Path | None]:
    """Mount a disk of 3 MB where that is allowed."""
    folder = stage.new_folder()
    command = [
        shutil.which("mount") or "/bin/mount",
        "-t",
        "tmpfs",
        "-o",
        "size=3m",
        "tmpfs",
        str(folder),
    ]
    mounted = False
    with suppress(OSError):
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run([shutil.which("umount") or "/bin/umount", str(folder)], check=True)


def file_read_only(stage: Stage) -> str:
    """The database file may not be written.

    Reading works; a command is answered with what has to be allowed, and nothing is changed.
    """
    url = stage.sqlite()
    file = _file(url)
    file.chmod(0o444)
    file.parent.chmod(0o777)
    told = told_by(partial(_reads_and_is_refused, url))
    file.chmod(0o644)
    checked(url)
    return told


def folder_read_only(stage: Stage) -> str:
    """The folder of the database may not be written, so that SQLite cannot keep its journal.

    The user is told that the folder has to be writable; nothing is changed.
    """
    url = stage.sqlite()
    file = _file(url)
    file.chmod(0o666)
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    file.parent.chmod(0o555)
    told = told_by(partial(_is_refused, url))
    file.parent.chmod(0o755)
    checked(url)
    return told


def _reads_and_is_refused(url: str) -> str:
    become_nobody(_file(url).parent)
    kam = Kamflow.open(url)
    assert len(kam.history(account(0))) == 1
    kam.close()
    return _refused(url)


def _is_refused(url: str) -> str:
    become_nobody(_file(url).parent)
    return _refused(url)


def _refused(url: str) -> str:
    told = error_of(url)
    assert "folder" in told, told
    return told


def out_of_files(stage: Stage) -> str:
    """The process has no file descriptor left.

    A service that runs goes on; who opens a database is told that the process may open more files.
    """
    told = []
    for url in stage.both():
        told.append(told_by(partial(_without_files, url)))
        checked(url)
    return "; ".join(told)


def _without_files(url: str) -> str:
    kam = Kamflow.open(url)
    kam.once("before").record_facts(account(0), {"account.n": 1}, by="ann")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    kam.once("during").record_facts(account(0), {"account.n": 2}, by="ann")
    told = error_of(url)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    kam.once("after").record_facts(account(0), {"account.n": 3}, by="ann")
    kam.close()
    return told


def corrupted_page(stage: Stage) -> str:
    """Bytes of the database file are overwritten, page by page.

    The user gets an error that tells of the damage, or answers as before: what a command did not
    come across is found by `kamflow audit verify`.
    """
    url = stage.sqlite(30)
    file = _file(url)
    true = _answers(url)
    outcomes = {"error": 0, "no effect": 0, "found by the check": 0}
    pages = file.stat().st_size // 4096
    for _ in range(stage.size(25, 400)):
        damaged = stage.new_folder() / "kamflow.db"
        shutil.copy(file, damaged)
        _damage(damaged, stage.random.randrange(pages), stage.random)
        outcomes[_outcome(f"sqlite:///{damaged}", true)] += 1
        shutil.rmtree(damaged.parent)
    checked(url)
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())


def _damage(file: Path, page: int, chance: random.Random) -> None:
    with file.open("r+b") as opened:
        opened.seek(page * 4096 + chance.randrange(4000))
        opened.write(chance.randbytes(chance.choice((1, 8, 64))))


def _outcome(url: str, true: dict[str, object]) -> str:
    try:
        if _answers(url) == true:
            return "no effect"
    except KamflowError:
        return "error"
    if not verify_database(url).sound:
        return "found by the check"
    raise AssertionError("a wrong answer was accepted")


def _answers(url: str) -> dict[str, object]:
    """Ask for everything and return the answers."""
    kam = Kamflow.open(url)  # which reads the version of the schema
    try:
        found: dict[str, object] = {"status": kam.subjects("account")}
        for number in range(30):
            found[account(number)] = (kam.subject(account(number)), kam.history(account(number)))
        return found
    finally:
        kam.close()
