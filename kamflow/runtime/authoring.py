"""What authors of a policy ask for: canonical layout, pictures, a first pack to begin with."""

import re
from pathlib import Path

from kamflow.analysis.diagram import mermaid, svg
from kamflow.errors import AlreadyExistsError, InputError, NotFoundError, PolicyError
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.layout import laid_out
from kamflow.language.load import load_pack
from kamflow.model.pack import Pack
from kamflow.runtime.packs import load_policy, policy_files, read_files

STARTER = Path(__file__).resolve().parent / "starter"

_OWN_ID = "id: starter"  # in `rules/pack.yaml` of the starter


def unformatted_files(pack: str | Path) -> tuple[str, ...]:
    """Return the files of a pack that are not in canonical layout.

    Raises:
        PolicyError: The pack has problems, or a file cannot be laid out without changing it.
    """
    return tuple(_new_texts(pack))


def format_policy(pack: str | Path) -> tuple[str, ...]:
    """Rewrite the files of a pack in canonical layout; return those that were not in it.

    Comments stay, and so does the digest: that is made sure before the first file is written.

    Raises:
        PolicyError: The pack has problems, or a file cannot be laid out without changing it;
            nothing was written.
    """
    paths = policy_files(pack)
    texts = _new_texts(pack)
    for name, text in texts.items():
        paths[name].write_bytes(text.encode())
    return tuple(texts)


def _new_texts(pack: str | Path) -> dict[str, str]:
    loaded = load_policy(pack)
    if loaded.pack is None:
        raise PolicyError(loaded.diagnostics)
    before = read_files(pack)
    after = {name: laid_out(content.decode("utf-8-sig")) for name, content in before.items()}
    again = load_pack({name: text.encode() for name, text in after.items()})
    if again.pack is None or again.pack.digest != loaded.pack.digest:
        what = "its canonical layout would change what it says; please report this as a fault"
        raise PolicyError([f"{pack}: {what}"])
    return {name: text for name, text in after.items() if text.encode() != before[name]}


def draw_workflow(pack: Pack, workflow: str, form: str = "mermaid") -> str:
    """Return a picture of a workflow, as `mermaid` or `svg`.

    Raises:
        NotFoundError: The pack has no such workflow.
    """
    found = pack.workflows.get(workflow)
    if found is None:
        hint = did_you_mean(workflow, pack.workflows)
        raise NotFoundError(f"{pack.id} has no workflow `{workflow}`{hint}")
    return svg(pack, found) if form == "svg" else mermaid(pack, found)


def new_policy(folder: Path, name: str = "") -> str:
    """Write a small working pack with comments into a folder that is new or empty.

    Args:
        folder: Where to write it; made when it is not there.
        name: Id of the pack; made from the name of the folder unless given.

    Returns:
        The id of the pack.

    Raises:
        AlreadyExistsError: There is something in the folder.
        InputError: The id is none; write it with small letters, digits and `-`.
    """
    chosen = name or _id_from(folder)
    if not re.fullmatch(r"[a-z][a-z0-9-]*", chosen):
        what = f"`{chosen}` is no id of a pack; write it with small letters, digits and `-`"
        raise InputError([what])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AlreadyExistsError(f"`{folder}` is not empty; choose a new folder")
    for source in sorted(STARTER.rglob("*.yaml")):
        target = folder / source.relative_to(STARTER)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text("utf-8").replace(_OWN_ID, f"id: {chosen}")
        target.write_bytes(text.encode())
    return chosen


def _id_from(folder: Path) -> str:
    """Return the name of a folder as an id, as near as that goes."""
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")
    return name or "my-policy"
