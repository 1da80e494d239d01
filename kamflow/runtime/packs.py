"""Finds policy packs: in a folder, or the ones that are shipped.

The parser and the checks are brought in when a pack has to be read: a kept one does without.
"""

from collections.abc import Mapping
from pathlib import Path

from kamflow.errors import MissingExtraError, PolicyError
from kamflow.language.diagnostics import Diagnostic, Place, did_you_mean
from kamflow.language.loaded import MAX_BYTES, Loaded
from kamflow.model.pack import Pack
from kamflow.runtime.pack_cache import fingerprint, user_cache

CORE = "kam-core"

# Name of a shipped pack -> its folder below `workflows/` and `rules/`; the core pack lies directly
# in the two, so that the folders at the top of a checkout are what most people look for.
SHIPPED = {CORE: "", "kam-lite": "lite"}
_SHORT = {"core": CORE, "lite": "kam-lite"}

_FOLDERS = ("workflows", "rules")


def shipped_folder() -> Path:
    """Return the folder of the shipped packs: in a wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "builtin"
    return inside if inside.is_dir() else package.parent


def policy_files(pack: str | Path) -> dict[str, Path]:
    """Return the files of a pack, given by its folder or as a shipped one, by the name to show.

    A folder is read with what lies below it; a shipped pack has no folders of its own.
    """
    folder, name = Path(pack), _SHORT.get(str(pack), str(pack))
    if folder.is_dir() and folder.resolve() != shipped_folder():
        paths = [path for part in _FOLDERS for path in (folder / part).rglob("*.yaml")]
        return {path.as_posix(): path for path in sorted(paths) if not path.is_dir()}
    if name not in SHIPPED and not folder.is_dir():
        return {}
    root, own = shipped_folder(), SHIPPED.get(name, "")
    paths = [path for part in _FOLDERS for path in (root / part / own).glob("*.yaml")]
    return {path.relative_to(root).as_posix(): path for path in sorted(paths)}


def load_policy(pack: str | Path) -> Loaded:
    """Return the pack in a folder, or all because of which it cannot be read."""
    try:
        files = read_files(pack)
    except PolicyError as error:
        return Loaded(None, tuple(item for item in error.diagnostics if type(item) is Diagnostic))
    return _loaded(pack, files)


def check_policy(pack: str | Path) -> Loaded:
    """Return the pack in a folder, or all its problems; with the pack, warnings and hints."""
    return verified(load_policy(pack))


def verified(loaded: Loaded) -> Loaded:
    """Return what was loaded with what the checks find; an error leaves no pack."""
    from kamflow.analysis.checks.verify import verify  # noqa: PLC0415 - a kept pack needs none

    if loaded.pack is None:
        return loaded
    found = (*verify(loaded.pack, loaded.places), *_faults_in_notices(loaded.pack, loaded.places))
    wrong = any(item.severity == "error" for item in found)
    return Loaded(None if wrong else loaded.pack, (*loaded.diagnostics, *found), loaded.places)


def _faults_in_notices(pack: Pack, places: Mapping[tuple[str, str], Place]) -> list[Diagnostic]:
    """Return what is wrong with the texts of messages; without the part that renders, nothing."""
    if pack.notifying is None or not pack.notifying.notices:
        return []
    try:
        from kamflow.runtime.delivery.templates import (  # noqa: PLC0415 - for texts alone
            fault_in_notice,
        )
    except MissingExtraError:
        return []
    faults = [(item, fault_in_notice(item)) for item in pack.notifying.notices]
    return [
        Diagnostic(
            places["notice", item.type],
            "K206",
            f"notice `{item.type}` cannot be rendered: {fault}",
        )
        for item, fault in faults
        if fault is not None
    ]


def read_files(pack: str | Path) -> dict[str, bytes]:
    """Return what the files of a pack hold, of each no more than a policy file may hold.

    Raises:
        PolicyError: There are files that cannot be opened; the error carries all of them.
    """
    contents: dict[str, bytes] = {}
    faults = []
    for name, path in policy_files(pack).items():
        try:
            with path.open("rb") as file:
                contents[name] = file.read(MAX_BYTES + 1)
        except OSError as error:
            faults.append(Diagnostic(Place(name, 1, 1), "K106", _unreadable(path, error)))
    if faults:
        raise PolicyError(faults)
    return contents


def _unreadable(path: Path, error: OSError) -> str:
    """Return why a file cannot be opened, and the way out."""
    if path.is_symlink() and not path.exists():
        return f"the link leads to `{path.readlink()}`, which is not there; correct or remove it"
    return f"the file cannot be read: {error.strerror}; let its owner give you the right to"


def read_policy(pack: str | Path) -> Pack:
    """Return the pack in a folder, checked; the same files are read and checked but once.

    Tests check the shipped packs, so they are only read.

    Raises:
        PolicyError: It has errors; the error carries all of them, and no warnings or hints.
    """
    files, checked = read_files(pack), str(pack) not in (*SHIPPED, *_SHORT)
    cache, key = user_cache(), fingerprint((files[name] for name in sorted(files)), checked=checked)
    kept = cache.find(key)
    if kept is not None:
        return kept
    loaded = _loaded(pack, files)
    if checked:
        loaded = verified(loaded)
    if loaded.pack is None:
        raise PolicyError([item for item in loaded.diagnostics if item.severity == "error"])
    cache.keep(key, loaded.pack)
    return loaded.pack


def _loaded(pack: str | Path, files: Mapping[str, bytes]) -> Loaded:
    from kamflow.language.load import load_pack  # noqa: PLC0415 - brings the parser along

    return load_pack(files) if files else Loaded(None, (_nothing_there(pack),))


def _nothing_there(pack: str | Path) -> Diagnostic:
    folder = Path(pack)
    what = f"`{folder}` holds no `*.yaml` under `workflows/` or `rules/`"
    if not folder.is_dir() and (hint := did_you_mean(str(pack), (*SHIPPED, *_SHORT))):
        what = f"there is no folder `{folder}`, and no shipped pack has that name{hint}"
    return Diagnostic(Place(folder.as_posix(), 1, 1), "K106", what)
