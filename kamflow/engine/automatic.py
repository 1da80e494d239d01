"""Why the pack approves without people: the row or the condition, and every value it rests on."""

from collections.abc import Iterator

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.tables import explain_table
from kamflow.engine.view import View
from kamflow.model.approval import Approval
from kamflow.model.decision import Reading
from kamflow.model.expression import Condition, names_in
from kamflow.model.kept import KeptFinding
from kamflow.model.pack import Row, Table
from kamflow.model.values import Severity, Unknown, Verdict


def reason_of(compiled: CompiledPack, approval: Approval, view: View) -> str:
    """Return the table row that was hit, or the condition."""
    found = _hit(compiled, approval, view)
    if found is not None:
        table, row = found
        return f"{table.title}: row {row.id}, {row.why}"
    for table in _tables(compiled, approval):
        return ", ".join(explain_table(table, compiled.pack, view)[-1].missed)
    return approval.auto_when.text if approval.auto_when else ""


def guards_of(compiled: CompiledPack, approval: Approval, view: View) -> tuple[KeptFinding, ...]:
    """Return what the approval rests on besides the gate, with every value that was read.

    That is the condition of the approval, and of a table the row that was hit: what it asks for is
    what guards an automatic yes.
    """
    if approval.auto_when is None:
        return ()
    guards = [_kept(f"{approval.id} auto_when", approval.auto_when, view)]
    found = _hit(compiled, approval, view)
    if found is not None and found[1].when is not None:
        table, row = found
        guards.append(_kept(f"{table.id} {row.id}", found[1].when, view))
    return tuple(guards)


def _kept(name: str, condition: Condition, view: View) -> KeptFinding:
    readings = list(_readings(condition, view))
    return KeptFinding(
        criterion=name,
        severity=Severity.MUST,
        verdict=Verdict.MET,
        values={item.name: item.value for item in readings if item.value is not None},
    )


def _readings(condition: Condition, view: View) -> Iterator[Reading]:
    for name in names_in(condition.tree):
        yield view.reading(name)


def _hit(compiled: CompiledPack, approval: Approval, view: View) -> tuple[Table, Row] | None:
    """Return the table that the condition speaks of, with the row that was hit."""
    for table in _tables(compiled, approval):
        row = view[table.id].row
        if row is not None and not isinstance(row, Unknown):
            return table, row
    return None


def _tables(compiled: CompiledPack, approval: Approval) -> Iterator[Table]:
    text = approval.auto_when.text if approval.auto_when else ""
    return (table for table in compiled.pack.tables.values() if f"{table.id}." in text)
