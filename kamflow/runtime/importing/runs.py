"""Which import it is: the same file, mapping and options make the same one."""

from collections.abc import Mapping
from hashlib import file_digest, sha256

import msgspec

from kamflow.runtime.importing.batches import Run, State
from kamflow.runtime.importing.files import DataFile
from kamflow.runtime.importing.plan import Plan, What
from kamflow.runtime.importing.report import ImportOptions
from kamflow.runtime.kamflow import Kamflow


def identify_run(
    kam: Kamflow, plan: Plan, files: Mapping[str, DataFile], what: What, options: ImportOptions
) -> Run:
    """Return the import that is asked for, and how far it has come if it broke off before."""
    told = sha256(msgspec.json.encode([what, plan.parent, plan.mapping, options]))
    for name, item in files.items():
        with item.path.open("rb") as content:
            told.update(name.encode() + file_digest(content, "sha256").digest())
    run, state = told.hexdigest(), None
    with kam.reading() as session:
        kept = session.transaction.import_state(run)
    if kept is not None:
        state = msgspec.json.decode(kept, type=State)
    return Run(id=run, day=state.day if state else plan.day.isoformat(), state=state)
