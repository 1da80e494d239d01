"""Packs that were read and checked are kept by what their files hold."""

import hashlib
import multiprocessing
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import kamflow
from kamflow import PolicyError, read_policy
from kamflow.runtime.authoring import new_policy
from kamflow.runtime.pack_cache import (
    FOLDER,
    KEPT,
    OFF,
    PackCache,
    fingerprint,
    reader_mark,
    user_cache,
)
from kamflow.storage.codec import encode_pack

Readings = Callable[[], int]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of an empty cache, which is not there yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(FOLDER, str(folder))
    return folder


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Return the folder of a small pack."""
    new_policy(tmp_path / "small")
    return tmp_path / "small"


def kept(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.is_dir() else []


def parser_was_needed(pack: str | Path, cache: Path) -> bool:
    """Tell whether another process brings the parser in to read a pack."""
    program = (
        "import sys; from kamflow import read_policy; read_policy(sys.argv[1]);"
        "sys.exit(3 if 'lark' in sys.modules else 0)"
    )
    environment = {**os.environ, FOLDER: str(cache)}
    ended = subprocess.run([sys.executable, "-c", program, str(pack)], env=environment, check=False)
    assert ended.returncode in (0, 3)
    return ended.returncode == 3


def test_what_was_read_once_is_the_same_pack_the_next_time(cache: Path, policy: Path) -> None:
    first = read_policy(policy)

    assert len(kept(cache)) == 1
    assert read_policy(policy) == first
    assert len(kept(cache)) == 1


@pytest.mark.parametrize("pack", ["kam-core", "kam-lite", "own"])
def test_the_next_process_needs_no_parser(cache: Path, policy: Path, pack: str) -> None:
    where = policy if pack == "own" else pack

    assert parser_was_needed(where, cache)
    assert not parser_was_needed(where, cache)


def test_a_copy_of_the_folder_is_known(cache: Path, policy: Path, tmp_path: Path) -> None:
    before = read_policy(policy)
    shutil.copytree(policy, tmp_path / "copy")

    assert read_policy(tmp_path / "copy") == before
    assert len(kept(cache)) == 1


def test_a_changed_file_is_read_anew(cache: Path, policy: Path) -> None:
    before = read_policy(policy)
    file = next(policy.rglob("pack.yaml"))
    file.write_text(file.read_text("utf-8").replace("version: ", "version: 9"), "utf-8")

    assert read_policy(policy).version == f"9{before.version}"
    assert len(kept(cache)) == 2


def test_an_error_is_found_however_often_the_pack_is_read(cache: Path, policy: Path) -> None:
    file = next(policy.rglob("pack.yaml"))
    file.write_text(file.read_text("utf-8") + "\nparamters: {}\n", "utf-8")

    for _ in range(2):
        with pytest.raises(PolicyError, match="K201"):
            read_policy(policy)

    assert kept(cache) == []


def test_what_the_checks_refuse_is_not_kept(cache: Path, policy: Path) -> None:
    more = (
        "facts: {account: {account.rank: {type: score}}}\ngates: {G-X: {subject: account, "
        "criteria: [{id: G-X.1, must: account.rank > 5}]}}\n"
    )
    (policy / "rules" / "more.yaml").write_text(more, "utf-8")

    for _ in range(2):
        with pytest.raises(PolicyError, match="K523"):
            read_policy(policy)

    assert kept(cache) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda content: content[:0], id="empty"),
        pytest.param(lambda content: content[:20], id="less than the sum"),
        pytest.param(lambda content: content[:-1], id="cut off"),
        pytest.param(lambda content: content + b" ", id="longer"),
        pytest.param(lambda content: content.replace(b'"EUR"', b'"USD"', 1), id="changed"),
        pytest.param(lambda content: b"\x80\x04." + content, id="a pickle"),
        pytest.param(lambda content: b"x" * len(content), id="something else"),
    ],
)
def test_a_damaged_file_is_passed_over_and_written_anew(
    cache: Path, policy: Path, damage: Callable[[bytes], bytes]
) -> None:
    before = read_policy(policy)
    (file,) = kept(cache)
    sound = file.read_bytes()
    file.write_bytes(damage(sound))

    assert read_policy(policy) == before
    assert file.read_bytes() == sound


def test_a_file_under_another_name_is_passed_over(cache: Path, policy: Path) -> None:
    pack, other = read_policy(policy), PackCache(cache)
    (file,) = kept(cache)
    file.rename(cache / "0123.pack")

    assert other.find("0123") is None
    assert pack.digest


def test_a_sound_sum_over_something_else_is_passed_over(cache: Path) -> None:
    cache.mkdir()
    for number, body in enumerate((b"[1, 2]", b"{}", b"[" * 100_000, b"\xff")):
        signature = hashlib.sha256(f"key{number}".encode() + body).digest()
        (cache / f"key{number}.pack").write_bytes(signature + body)

        assert PackCache(cache).find(f"key{number}") is None


def test_a_file_that_others_may_write_is_passed_over(cache: Path, policy: Path) -> None:
    pack = read_policy(policy)
    (file,) = kept(cache)
    file.chmod(0o666)

    assert PackCache(cache).find(file.stem) is None
    assert read_policy(policy) == pack
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_no_plain_file_is_passed_over(cache: Path, policy: Path) -> None:
    pack = read_policy(policy)
    (file,) = kept(cache)
    elsewhere = file.rename(cache.parent / "elsewhere")
    file.symlink_to(elsewhere)
    assert PackCache(cache).find(file.stem) is None

    file.unlink()
    os.mkfifo(file)
    assert PackCache(cache).find(file.stem) is None
    assert read_policy(policy) == pack


def test_a_folder_that_cannot_be_written_is_no_error(
    tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(FOLDER, str(tmp_path / "file" / "cache"))

    assert read_policy(policy).id == "small"


def test_a_home_without_room_for_a_cache_is_no_error(
    tmp_path: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.write_text("a file, where not even root makes a folder")
    monkeypatch.delenv(FOLDER)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(home))

    assert read_policy(policy).id == "small"


def test_a_full_disk_leaves_nothing_half_written(
    cache: Path, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)

    assert read_policy(policy).id == "small"
    assert kept(cache) == []


def test_the_folder_is_that_of_the_environment_or_of_the_user(
    monkeypatch: pytest.MonkeyPatch, policy: Path, tmp_path: Path
) -> None:
    monkeypatch.delenv(FOLDER)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    user_cache().keep("a", read_policy(policy))
    assert (tmp_path / "xdg" / "kamflow" / "a.pack").is_file()

    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    user_cache().keep("a", read_policy(policy))
    assert (tmp_path / "home" / ".cache" / "kamflow" / "a.pack").is_file()


def test_the_cache_can_be_switched_off(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, OFF)

    pack = read_policy(policy)
    user_cache().keep("a", pack)

    assert user_cache().find("a") is None


def test_a_user_without_a_home_keeps_nothing(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("could not determine home directory")

    for name in (FOLDER, "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)

    assert read_policy(policy).id == "small"


def test_what_has_a_say_changes_the_fingerprint() -> None:
    plain = fingerprint([b"ab", b"c"], checked=True)

    assert fingerprint([b"ab", b"c"], checked=True) == plain
    assert fingerprint([b"a", b"bc"], checked=True) != plain
    assert fingerprint([b"c", b"ab"], checked=True) != plain
    assert fingerprint([b"ab", b"c"], checked=False) != plain
    assert fingerprint([b"ab", b"c"], checked=True, reader="other") != plain


def test_other_code_or_another_version_is_another_reader(tmp_path: Path) -> None:
    package = Path(kamflow.__file__).parent
    for part in ("model", "language", "analysis"):
        shutil.copytree(package / part, tmp_path / part)
    assert reader_mark(tmp_path) == reader_mark(), "a copy with its times is the same code"

    touched = tmp_path / "language" / "load.py"
    os.utime(touched, ns=(0, touched.stat().st_mtime_ns + 1))

    assert reader_mark(tmp_path) != reader_mark()
    assert reader_mark(version="99.0.0") != reader_mark()
    assert reader_mark(exact=True) != reader_mark(exact=False)
    assert reader_mark(tmp_path / "an archive.zip") != reader_mark()


def test_only_the_newest_are_kept(cache: Path, policy: Path) -> None:
    pack, packs = read_policy(policy), PackCache(cache)

    for number in range(KEPT + 3):
        packs.keep(f"k{number}", pack)
        os.utime(cache / f"k{number}.pack", ns=(number, number + 10**18))

    assert len(kept(cache)) == KEPT
    assert packs.find("k0") is None
    assert packs.find(f"k{KEPT + 2}") == pack


def keep_often(folder: str, number: int) -> None:
    """Write the same files as others do, and read them between."""
    packs, pack = PackCache(Path(folder)), read_policy("kam-lite")
    for turn in range(40):
        key = f"k{(turn + number) % 3}"
        packs.keep(key, pack)
        found = packs.find(key)
        if found is not None and found != pack:
            raise AssertionError(key)


def test_writers_do_not_get_into_each_others_way(cache: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=keep_often, args=(str(cache), n)) for n in range(3)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    body = encode_pack(read_policy("kam-lite"))
    for key in ("k0", "k1", "k2"):
        content = (cache / f"{key}.pack").read_bytes()
        assert content == hashlib.sha256(key.encode() + body).digest() + body
