"""Counts and sums over sets, each worked out once for all subjects that ask.

Where a condition speaks of the asker only by an equality (`account.kam = self.account.kam`),
members are grouped by the member's side, and the asker looks its own side up. Any other use of
`self.` becomes a subquery that runs for every subject that asks.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    type_coerce,
)

from kamflow.engine.days import BUSINESS_DAYS, first_day
from kamflow.errors import NotInSqlError
from kamflow.model import expression as tree
from kamflow.model.expression import Expression, children
from kamflow.model.pack import Pack
from kamflow.storage.sql.calculus import number
from kamflow.storage.sql.exact import Day, Words
from kamflow.storage.sql.projection import cohorts
from kamflow.storage.sql.reader import Reader
from kamflow.storage.sql.rows import Element, Rows

_ANSWER = "the answer"


class Plan(Struct, frozen=True):
    """The parts of a condition on members: what is free of the asker, what equals something of it.

    `rest` are the parts that need the asker at hand.
    """

    free: tuple[Expression, ...]
    equal: tuple[tuple[Expression, Expression], ...]  # the member's side, the asker's
    rest: tuple[Expression, ...]


class Members(Struct, frozen=True):
    """Subjects that may be in a set: those for which `key` equals `root` of the one that asks."""

    rows: Rows
    key: Element
    root: Element


def parts_of(node: Expression, joint: type[tree.Both] | type[tree.Either]) -> list[Expression]:
    """Return the sides of the `and`s (or `or`s) at the top of a condition, left to right."""
    found, left = [], [node]
    while left:
        item = left.pop()
        if isinstance(item, joint):
            left += (item.right, item.left)
        else:
            found.append(item)
    return found


def aggregate(node: tree.Aggregate, asker: Rows, reader: Reader) -> Element:
    """Return what `node` comes to for each of the rows that ask.

    Raises:
        NotInSqlError: It is about reported events, which are no columns.
    """
    if node.value is None and node.function == "share":
        met = reader.calculus.combine("*", number(100), _count(node.where, node, asker, reader))
        return reader.calculus.combine("/", met, _count(None, node, asker, reader))
    if node.cohort:
        return _of_cohort(node, asker, reader)
    kind = reader.pack.kind_of_set(node.members)
    if kind is None:
        raise NotInSqlError(f"the set `{node.members}`")
    members = Rows.all_of(reader.pack, kind)
    root = asker.id if asker.kind == reader.pack.kinds[kind].parent else asker.parent_id
    return _of_members(node, Members(members, members.parent_id, root), asker, reader)


def _of_cohort(node: tree.Aggregate, asker: Rows, reader: Reader) -> Element:
    """Return what `node` comes to for the cohort of the subject or of what it belongs to.

    It is unknown before the cohort is frozen.
    """
    holding, kind = _kinds_of_cohort(node.members, reader.pack)
    holder = asker.of_kind(holding)
    members, frozen, marker = Rows.all_of(reader.pack, kind), cohorts().alias(), cohorts().alias()
    name = literal(node.members, Words())
    members.source.join(frozen, and_(frozen.c.member == members.id, frozen.c.cohort == name))
    root: Element = cast(null(), Words()) if holder is None else holder.id
    found = _of_members(node, Members(members, frozen.c.holder, root), asker, reader)
    here = and_(marker.c.holder == root, marker.c.cohort == name, marker.c.member == "")
    asker.source.join(marker, here)
    return type_coerce(case((marker.c.holder.is_not(None), found)), found.type)


def _kinds_of_cohort(name: str, pack: Pack) -> tuple[str, str]:
    """Return the kind that holds the cohort and the kind of its members."""
    found = {
        (workflow.kind, pack.kind_of_set(frozen.members))
        for workflow in pack.workflows.values()
        for transition in workflow.transitions
        for frozen in transition.freeze
        if frozen.cohort == name
    }
    holding, kind = found.pop() if len(found) == 1 else ("", None)
    if kind is None:
        raise NotInSqlError(f'the cohort "{name}"')
    return holding, kind


def _count(where: Expression | None, node: tree.Aggregate, asker: Rows, reader: Reader) -> Element:
    counting = tree.Aggregate(
        function="count",
        members=node.members,
        where=where,
        cohort=node.cohort,
        within=node.within,
    )
    return aggregate(counting, asker, reader)


def _of_members(node: tree.Aggregate, members: Members, asker: Rows, reader: Reader) -> Element:
    plan = _plan(node)
    if plan.rest:
        found: Element = _correlated(node, plan, members, asker, reader)
    else:
        found = _grouped(node, plan, members, asker, reader)
    if node.function in ("sum", "count", "max_per"):
        empty = number(0) if node.function == "sum" else literal(0)
        return func.coalesce(found, empty, type_=found.type)
    return found


def _plan(node: tree.Aggregate) -> Plan:
    parts = [] if node.where is None else parts_of(node.where, tree.Both)
    free, equal, rest = [], [], []
    for part in parts:
        sides = _equality(part)
        if not _asks(part):
            free.append(part)
        elif sides is not None:
            equal.append(sides)
        else:
            rest.append(part)
    if node.value is not None and _asks(node.value):
        return Plan((), (), tuple(parts) or (tree.Flag(value=True),))
    if rest:
        return Plan((), (), tuple(parts))
    return Plan(tuple(free), tuple(equal), ())


def _equality(part: Expression) -> tuple[Expression, Expression] | None:
    """Return the sides of `member = asker`, in that order."""
    if not isinstance(part, tree.Compare) or part.op != "=":
        return None
    for mine, theirs in ((part.left, part.right), (part.right, part.left)):
        if not _asks(mine) and isinstance(theirs, tree.Name) and theirs.of_asker:
            return mine, theirs
    return None


def _asks(node: Expression) -> bool:
    """Tell whether `node` reads from the asker; a set within has an asker of its own."""
    if isinstance(node, tree.Aggregate):
        return False
    if isinstance(node, tree.Name):
        return node.of_asker
    return any(_asks(part) for part in children(node))


def _grouped(
    node: tree.Aggregate, plan: Plan, among: Members, rows: Rows, reader: Reader
) -> Element:
    """Join the answers for all groups of members, and return the one for the group asked for."""
    members = among.rows
    met = [reader.value(part, members) for part in plan.free]
    keys = [among.key, *(reader.value(mine, members) for mine, _ in plan.equal)]
    labels = [key.label(_label(place)) for place, key in enumerate(keys)]
    answer = _answer(node, members, None, reader)
    met += _opened(node, members, reader)
    if node.function == "max_per" and node.value is not None:
        value = reader.value(node.value, members).label("member value")
        loads = select(*labels, value, answer.label(_ANSWER)).where(*met)
        each = _grouping(loads, members).subquery()
        shared = [each.c[_label(place)] for place in range(len(keys))]
        greatest = func.max(each.c[_ANSWER], type_=Integer()).label(_ANSWER)
        known = select(*shared, greatest).where(each.c["member value"].is_not(None))
        groups = known.group_by(*shared).subquery()
    else:
        groups = _grouping(select(*labels, answer.label(_ANSWER)).where(*met), members).subquery()
    theirs = [among.root, *(reader.value(side, rows, rows) for _, side in plan.equal)]
    matches = (groups.c[_label(place)] == side for place, side in enumerate(theirs))
    rows.source.join(groups, and_(*matches))
    found: Element = groups.c[_ANSWER]
    return found


def _label(place: int) -> str:
    """Return the name of a key of the groups: with a space in it, it is no column's name."""
    return f"key {place}"


def _grouping(statement: Select[Any], members: Rows) -> Select[Any]:
    """Return the statement grouped by all of its columns but the last, by their places.

    A name would be that of a joined column first, and an expression would be written twice.
    """
    places = range(1, len(statement.selected_columns))
    grouped = statement.group_by(*(literal_column(f"{place}") for place in places))
    return grouped.select_from(members.source.table)


def _correlated(
    node: tree.Aggregate, plan: Plan, among: Members, rows: Rows, reader: Reader
) -> Element:
    """Return a subquery that is run for each of the rows that ask."""
    members = among.rows
    if node.function == "max_per":
        raise NotInSqlError("max_per(...) with a condition that compares with `self.`")
    met = [reader.value(part, members, rows) for part in plan.rest]
    answer = _answer(node, members, rows, reader)
    statement = select(answer).where(among.key == among.root, *met)
    statement = statement.where(*_opened(node, members, reader))
    statement = statement.select_from(members.source.table)
    return statement.correlate_except(members.source.table).scalar_subquery()


def _answer(node: tree.Aggregate, members: Rows, asker: Rows | None, reader: Reader) -> Element:
    """Return the value of a group of members; unknown values do not count."""
    calculus, every = reader.calculus, func.count(members.id, type_=Integer())
    if node.value is None or node.function == "max_per":
        return every
    value = reader.value(node.value, members, asker)
    if asker is not None:
        # An aggregate of the asker's columns alone would belong to the statement outside. The
        # parent is known here, but may be NULL elsewhere, so that no database leaves this out.
        value = type_coerce(case((members.parent_id.is_not(None), value)), value.type)
    if node.function in ("min", "max"):
        return calculus.outermost(node.function, members.id, value)
    total = calculus.total(members.id, value)
    if node.function == "sum":
        return total
    return calculus.combine("/", total, func.count(value, type_=Integer()))


def refuse_calendars(unit: str, pack: Pack) -> None:
    """Refuse business days that hang on the calendar of each subject.

    Raises:
        NotInSqlError: The unit is business days, and the policy has calendars.
    """
    if unit == BUSINESS_DAYS and pack.calendars:
        raise NotInSqlError("a number of business days by calendars")


def fixed_span(span: tree.Span, pack: Pack) -> tree.Number:
    """Return how long a span is for every subject.

    Raises:
        NotInSqlError: A parameter holds it that has another value for some subjects.
    """
    if isinstance(span, tree.Number):
        return span
    parameter = pack.parameters[span.path.removeprefix("P.")]
    if parameter.overrides:
        raise NotInSqlError(f"a span by `{span.path}`, which has overrides")
    return tree.Number(value=Decimal(parameter.value), unit=parameter.shape.unit)


def _opened(node: tree.Aggregate, members: Rows, reader: Reader) -> list[Element]:
    """Return the condition that members were entered in the span, if one is given."""
    if node.within is None:
        return []
    span, today = fixed_span(node.within, reader.pack), reader.now.date()
    refuse_calendars(span.unit, reader.pack)
    first = date.fromordinal(first_day(today, span))
    return [members.opened_on.between(literal(first, Day()), literal(today, Day()))]
