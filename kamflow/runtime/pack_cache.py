"""Keeps packs that were read and checked, so that the same files are not looked through again.

A kept pack is a file in a folder of the user. Its name is a fingerprint of the contents of the
policy files and of all that has a say in what comes of them, so a change of any of it is another
name. What cannot be read, written or trusted is passed over: the files are then read as ever.
"""

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import msgspec

from kamflow import __version__
from kamflow.model.pack import Pack
from kamflow.storage.codec import decode_pack, encode_pack

FOLDER = "KAMFLOW_CACHE"  # environment variable: another folder, or `off`
OFF = "off"
KEPT = 32  # files; the oldest go first

_FORMAT = b"1"  # of the files that are written here
_SUFFIX = ".pack"
_SIGNATURE = hashlib.sha256().digest_size
_PACKAGE = Path(__file__).resolve().parents[1]
_READERS = ("model", "language", "analysis")  # parts of kamflow that decide what a pack becomes


class PackCache:
    """The packs kept in one folder; without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def find(self, key: str) -> Pack | None:
        """Return the pack that is kept under a fingerprint, if there is a sound one."""
        if self._folder is None:
            return None
        try:
            content = _own_content(self._folder / f"{key}{_SUFFIX}")
            signature, body = content[:_SIGNATURE], content[_SIGNATURE:]
            return decode_pack(body) if signature == _signed(key, body) else None
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError):
            return None

    def keep(self, key: str, pack: Pack) -> None:
        """Keep a pack under a fingerprint; a folder that cannot be written keeps nothing."""
        if self._folder is None:
            return
        body = encode_pack(pack)
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._folder / f"{key}{_SUFFIX}", _signed(key, body) + body)
            _forget_oldest(self._folder)


def user_cache() -> PackCache:
    """Return the cache of this user: `KAMFLOW_CACHE`, else below the usual folder for caches."""
    given = os.environ.get(FOLDER, "")
    if given == OFF:
        return PackCache(None)
    if given:
        return PackCache(Path(given))
    usual = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    if Path(usual).is_absolute():
        return PackCache(Path(usual) / "kamflow")
    try:
        return PackCache(Path.home() / ".cache" / "kamflow")
    except RuntimeError:  # there is no home
        return PackCache(None)


def fingerprint(contents: Iterable[bytes], *, checked: bool, reader: str = "") -> str:
    """Return the name for what becomes of policy files.

    Args:
        contents: What the files hold, in the order in which they are read.
        checked: Whether the pack was looked through as well, and not only read.
        reader: Mark of what reads and checks; this kamflow unless given.
    """
    head = f"{checked} {reader or reader_mark()}".encode()
    whole = hashlib.sha256()
    for part in (_FORMAT, head, *contents):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def reader_mark(
    package: Path = _PACKAGE, *, version: str = __version__, exact: bool | None = None
) -> str:
    """Return a mark of the code that reads and checks: its version, and its files for its authors.

    `exact` tells whether z3 is there, with which the checks find more; if not given, it is
    looked for.
    """
    solver = find_spec("z3") is not None if exact is None else exact
    code = hashlib.sha256()
    with suppress(OSError):  # an archive has no folders: then the version has to do
        for folder in _READERS:
            for entry in sorted(_sources(package / folder)):
                code.update(repr(entry).encode())
    return f"{version} {solver} {code.hexdigest()}"


def _sources(folder: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _sources(Path(entry.path))
            elif entry.name.endswith((".py", ".lark")):
                status = entry.stat()
                yield entry.name, status.st_size, status.st_mtime_ns


def _signed(key: str, body: bytes) -> bytes:
    """Return a sum over a pack and its name, by which damage and a mix-up show."""
    return hashlib.sha256(key.encode() + body).digest()


def _own_content(path: Path) -> bytes:
    """Return what a file holds that nobody but the user can have written.

    Raises:
        OSError: There is no such file, or others may write it.
    """
    # A pipe must not make us wait for who writes into it.
    flags = (getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
    with os.fdopen(os.open(path, os.O_RDONLY | sum(flags)), "rb") as file:
        status = os.fstat(file.fileno())
        foreign = hasattr(os, "geteuid") and (
            status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
        if foreign or not stat.S_ISREG(status.st_mode):
            raise PermissionError(path)
        return file.read()


def _write(path: Path, content: bytes) -> None:
    """Write a file at once, so that a reader sees all of it or nothing."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob(f"*{_SUFFIX}"), key=_written_at, reverse=True)
    for path in files[KEPT:]:
        path.unlink(missing_ok=True)


def _written_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # another process has just removed it
        return 0
