"""Why a quotient or what a set comes to is unknown, in words, with who can supply what lacks."""

from collections.abc import Iterable

from kamflow.engine.view import View
from kamflow.language.unparse import unparse
from kamflow.model import expression as tree
from kamflow.model.expression import Expression, names_in
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown

_TOLD = 3  # different causes of members that one cause repeats


def by_zero(node: tree.Arithmetic, pack: Pack, view: View) -> Unknown:
    """Return the unknown of a quotient: the divisor, the facts that make it 0, who records them."""
    divisor = unparse(node.right)
    facts = [name for name in _recorded(names_in(node.right), pack) if name != divisor]
    values = [f"{name} = {view.reading(name).value or 'unknown'}" for name in facts]
    why = f" ({', '.join(values)})" if values else ""
    told = "" if isinstance(node.right, tree.Number) else f": `{divisor}` is 0{why}"
    reason = f"divided by zero{told}"
    return Unknown((Cause(unparse(node), reason, writers_of(node.right, pack)),))


def no_member(node: tree.Aggregate, pack: Pack, members: int, unsure: int) -> Unknown:
    """Return the unknown of a set of which nothing is left, `unsure` for want of values."""
    name = unparse(node)
    if not members or node.where is None:
        return Unknown((Cause(name, "no member to take it of"),))
    reason = f"of {_members(members)} none meets `{unparse(node.where)}`"
    if unsure:
        reason += f"; for {unsure} it is unknown"
    return Unknown((Cause(name, reason, writers_of(node.where, pack)),))


def no_value(node: tree.Aggregate, unknown: list[Unknown]) -> Unknown:
    """Return the unknown of a set whose members are there, and the value of none is known."""
    causes = list(dict.fromkeys(cause for item in unknown for cause in item.causes))
    told = [f"`{cause.name}`: {cause.reason}" for cause in causes[:_TOLD]]
    more = [f"{len(causes) - _TOLD} more"] if len(causes) > _TOLD else []
    count = len(unknown)
    reason = f"{_members(count)}, but no known value ({', '.join([*told, *more])})"
    writers = tuple(dict.fromkeys(role for cause in causes for role in cause.writers))
    return Unknown((Cause(unparse(node), reason, writers),))


def _members(count: int) -> str:
    return f"{count} member{'s' * (count != 1)}"


def writers_of(node: Expression, pack: Pack) -> tuple[str, ...]:
    """Return the roles that record what `node` hangs on, of its subject and of members of sets."""
    names = (part.path for part in tree.walk(node) if isinstance(part, tree.Name))
    facts = _recorded(names, pack)
    return tuple(dict.fromkeys(role for name in facts for role in pack.facts[name].writers))


def _recorded(names: Iterable[str], pack: Pack) -> list[str]:
    """Return the recorded facts among names and behind those that are worked out, in order."""
    found: dict[str, None] = {}
    todo, seen = [*names][::-1], set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        fact, head = pack.facts.get(name), name.partition(".")[0]
        if fact is not None and fact.derived is None:
            found[name] = None
        elif fact is not None and fact.derived is not None:
            todo += reversed(names_in(fact.derived.tree))
        elif head in pack.scorecards:
            todo += reversed([item.fact for item in pack.scorecards[head].criteria])
    return list(found)
