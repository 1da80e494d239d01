"""Finds policy packs: in a folder, or the ones that are shipped."""

from pathlib import Path

from kamflow.errors import PolicyError
from kamflow.language.diagnostics import Diagnostic, Place
from kamflow.language.load import Loaded, load_pack
from kamflow.language.source import MAX_BYTES
from kamflow.model.pack import Pack

SHIPPED = "kam-core"

_FOLDERS = ("workflows", "rules")


def shipped_folder() -> Path:
    """Return the folder of the shipped pack: in a wheel, or beside the package in a checkout."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "builtin"
    return inside if inside.is_dir() else package.parent


def pack_folder(pack: str | Path) -> Path:
    """Return the folder of a pack given by path, or by the name of the shipped one."""
    return shipped_folder() if str(pack) == SHIPPED and not Path(pack).is_dir() else Path(pack)


def check_policy(pack: str | Path) -> Loaded:
    """Return the pack in a folder, or all its problems."""
    folder = pack_folder(pack)
    shown = Path() if folder == shipped_folder() else folder
    files: dict[str, bytes] = {}
    for name in _FOLDERS:
        for path in sorted((folder / name).rglob("*.yaml")):
            if path.is_dir():
                continue
            with path.open("rb") as file:
                files[(shown / path.relative_to(folder)).as_posix()] = file.read(MAX_BYTES + 1)
    if not files:
        what = f"`{folder}` holds no `*.yaml` under `workflows/` or `rules/`"
        return Loaded(None, (Diagnostic(Place(folder.as_posix(), 1, 1), "K106", what),))
    return load_pack(files)


def read_policy(pack: str | Path) -> Pack:
    """Return the pack in a folder.

    Raises:
        PolicyError: It has problems; the error carries all of them.
    """
    loaded = check_policy(pack)
    if loaded.pack is None:
        raise PolicyError(loaded.diagnostics)
    return loaded.pack
