"""What people outside the company may see of a subject.

A duty of the policy on the act `read` restricts them, in the whole tree of a subject for which they
have one of its roles. Where they have a role they see the facts that are marked as shareable, and
neither scores nor approvals, escalations, roles or where else the subject stands; elsewhere they
see no facts.
"""

from msgspec.structs import replace

from kamflow.engine.compiled import CompiledPack
from kamflow.engine.people import holds_any
from kamflow.engine.segregation import Act, conflicts
from kamflow.engine.view import View
from kamflow.model.expression import names_in
from kamflow.model.pack import Pack
from kamflow.reports.subjects import SubjectView, subject_view


def sees_all(compiled: CompiledPack, view: View, person: str) -> bool:
    """Tell whether no duty restricts what a person may see of a subject."""
    return not conflicts(compiled, view, Act(kind="read", person=person, anywhere=True))


def shareable_facts(pack: Pack, kind: str) -> frozenset[str]:
    """Return the facts of a kind that everybody may see; never a score, however it is marked."""
    return frozenset(
        fact.name
        for fact in pack.facts.values()
        if fact.kind == kind and fact.shareable and not _is_score(pack, fact.name, frozenset())
    )


def _is_score(pack: Pack, name: str, seen: frozenset[str]) -> bool:
    """Tell whether a name is a score, or follows from one, from a scorecard or from a table."""
    head = name.partition(".")[0]
    if head in pack.scorecards or head in pack.tables:
        return True
    fact = pack.facts.get(name)
    if fact is None or name in seen:
        return False
    read = () if fact.derived is None else names_in(fact.derived.tree)
    return fact.shape.type == "score" or any(_is_score(pack, one, seen | {name}) for one in read)


def shared_view(compiled: CompiledPack, view: View, person: str) -> SubjectView:
    """Return what a person may see of the subject of `view`."""
    whole = subject_view(compiled, view)
    if sees_all(compiled, view, person):
        return whole
    pack, roles = compiled.pack, tuple(compiled.pack.roles)
    takes_part = holds_any(pack, view, person, roles)
    shared = shareable_facts(pack, view.snapshot.kind) if takes_part else frozenset()
    facts = tuple(fact for fact in whole.facts if fact.name in shared)
    return replace(
        whole,
        facts=facts,
        roles={},
        approvals=(),
        triggers=(),
        conditions=(),
        waivers=(),
        escalations=(),
        tasks=(),
        timers=(),
    )
