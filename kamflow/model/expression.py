"""The tree of an expression: what the condition language says once it is parsed.

Every node keeps `at`, the offset of its first character in the text, for messages to point at.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import TypeGuard

from msgspec import Struct
from msgspec.structs import replace


class Node(Struct, frozen=True, kw_only=True, tag=True):
    """A part of an expression."""

    at: int = 0


class Number(Node, frozen=True, kw_only=True):
    """A number; `unit` (`days`, `months`, `hours`) is for readers."""

    value: Decimal
    unit: str = ""


class Day(Node, frozen=True, kw_only=True):
    """A date."""

    value: date


class Text(Node, frozen=True, kw_only=True):
    """Text in double quotes."""

    value: str


class Flag(Node, frozen=True, kw_only=True):
    """`true` or `false`."""

    value: bool


class Word(Node, frozen=True, kw_only=True):
    """A bare word: `stage`, `today`, or a value of a choice."""

    value: str


class Name(Node, frozen=True, kw_only=True):
    """A dotted name: a fact, a parameter, an output of a table or scorecard."""

    path: str
    of_asker: bool = False  # written `self.`: read from the subject that asks, not the member


class Key(Node, frozen=True, kw_only=True):
    """`key`: the value for which an event rule with `each` is judged."""


class Escalated(Node, frozen=True, kw_only=True):
    """`escalated("E-02")`: an escalation of that event rule or timer is open."""

    rule: str


class Compare(Node, frozen=True, kw_only=True):
    """`left op right`, with op one of = != < <= > >=."""

    op: str
    left: "Expression"
    right: "Expression"


class Between(Node, frozen=True, kw_only=True):
    """`value between low and high`, both ends included."""

    value: "Expression"
    low: "Expression"
    high: "Expression"


class Among(Node, frozen=True, kw_only=True):
    """`value in {...}` or `value not in {...}`."""

    value: "Expression"
    options: tuple["Expression", ...]
    negated: bool = False


class State(Node, frozen=True, kw_only=True):
    """`value is present`, absent, known or unknown."""

    value: "Expression"
    state: str


class Not(Node, frozen=True, kw_only=True):
    """`not item`."""

    item: "Expression"


class Both(Node, frozen=True, kw_only=True):
    """`left and right`."""

    left: "Expression"
    right: "Expression"


class Either(Node, frozen=True, kw_only=True):
    """`left or right`."""

    left: "Expression"
    right: "Expression"


class Arithmetic(Node, frozen=True, kw_only=True):
    """`left op right`, with op one of + - * / and `% of`."""

    op: str
    left: "Expression"
    right: "Expression"


class Negative(Node, frozen=True, kw_only=True):
    """`-item`."""

    item: "Expression"


class If(Node, frozen=True, kw_only=True):
    """`if condition then yes else no`."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"


class Call(Node, frozen=True, kw_only=True):
    """`function(arguments)`."""

    function: str
    arguments: tuple["Expression", ...]


class Aggregate(Node, frozen=True, kw_only=True):
    """`function(value of members where condition within n days)`; count and share have no value.

    `members` names a set of subjects, a `cohort` (frozen), or an event (dotted). Of the reports of
    an event, those `without` another event count which none of that followed later; with `by`, none
    that carries the same in that field.
    """

    function: str
    members: str
    value: "Expression | None" = None
    where: "Expression | None" = None
    cohort: bool = False
    within: "Span | None" = None
    without: str = ""
    by: str = ""


class Cohort(Node, frozen=True, kw_only=True):
    """`cohort("pilot")`: the members that a set had when it was frozen; stands where a set does."""

    name: str


class Within(Node, frozen=True, kw_only=True):
    """`value within n days`: from so long ago up to today."""

    value: "Expression"
    span: "Span"


class Trend(Node, frozen=True, kw_only=True):
    """`trend(fact, n, falling by x)`: each of the last n readings is lower by x or more."""

    fact: Name
    steps: int
    direction: str  # "falling" or "rising"
    by: "Expression | None" = None  # any fall or rise when absent


class Past(Node, frozen=True, kw_only=True):
    """`fact as of day`: the value that held then."""

    fact: Name
    day: "Expression"


class Change(Node, frozen=True, kw_only=True):
    """`change(fact over n days)`: the value now less the value so long ago."""

    fact: Name
    span: "Span"


class Absence(Node, frozen=True, kw_only=True):
    """`no event within n days after event by field where condition`: nothing followed in time.

    With `by`, only an event that carries the same in that field follows. The condition picks among
    the events after which one is waited for, and reads what they carry as `event.x`.
    """

    event: str
    span: "Span"
    after: str
    by: str = ""
    where: "Expression | None" = None


class Edited(Node, frozen=True, kw_only=True):
    """`edited(scorecard by person within n hours)`."""

    scorecard: str
    person: "Expression"
    hours: Decimal


Span = Number | Name  # a number with its unit, or a parameter with one

Expression = (
    Number
    | Day
    | Text
    | Flag
    | Word
    | Name
    | Key
    | Escalated
    | Compare
    | Between
    | Among
    | State
    | Not
    | Both
    | Either
    | Arithmetic
    | Negative
    | If
    | Call
    | Aggregate
    | Cohort
    | Edited
    | Within
    | Trend
    | Past
    | Change
    | Absence
)


def children(node: Expression) -> tuple[Expression, ...]:
    """Return the direct parts of `node`, in the order in which they are written."""
    parts: list[Expression] = []
    for name in node.__struct_fields__:
        value = getattr(node, name)
        parts += [
            item for item in (value if isinstance(value, tuple) else (value,)) if is_node(item)
        ]
    return tuple(parts)


def is_node(value: object) -> TypeGuard[Expression]:
    """Tell whether `value` is a part of an expression."""
    return isinstance(value, Node)


def mapped(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return `node` with every part, from the leaves up, replaced by what `change` gives for it."""
    parts: dict[str, object] = {}
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if is_node(value):
            parts[name] = mapped(value, change)
        elif isinstance(value, tuple):
            parts[name] = tuple(mapped(item, change) if is_node(item) else item for item in value)
    return change(replace(node, **parts) if parts else node)


def depth(node: Expression) -> int:
    """Return the levels of the tree: 1 for a node without parts."""
    level, levels = [node], 0
    while level:
        level, levels = [part for item in level for part in children(item)], levels + 1
    return levels


def walk(node: Expression) -> Iterator[Expression]:
    """Yield `node` and all its parts, in the order in which they are written."""
    todo = [node]
    while todo:
        item = todo.pop()
        yield item
        todo += reversed(children(item))


def walk_outside_sets(node: Expression) -> Iterator[Expression]:
    """Yield `node` and its parts in order, but not what stands inside a set."""
    todo = [node]
    while todo:
        item = todo.pop()
        yield item
        todo += reversed([part for part in children(item) if not _inside(item, part)])


def names_in(node: Expression) -> tuple[str, ...]:
    """Return the dotted names that `node` reads of its own subject, each once, in order.

    Names inside a set belong to its members and are left out, but for those written `self.`.
    """
    found: dict[str, None] = {}
    _collect(node, found, inside=False)
    return tuple(found)


def _collect(node: Expression, found: dict[str, None], *, inside: bool) -> None:
    if isinstance(node, Name) and inside == node.of_asker:
        found[node.path] = None
    for part in children(node):
        _collect(part, found, inside=inside or _inside(node, part))


def events_in(node: Expression) -> tuple[str, ...]:
    """Return the events whose reports `node` itself reads, not its parts."""
    match node:
        case Aggregate() if "." in node.members and not node.cohort:
            return (node.members, node.without) if node.without else (node.members,)
        case Absence():
            return (node.event, node.after)
        case _:
            return ()


def _inside(node: Expression, part: Expression) -> bool:
    """Tell whether a part of `node` speaks of the members of a set, and not of the subject."""
    if isinstance(node, Aggregate):
        return part is not node.within
    return isinstance(node, Absence) and part is node.where


class Condition(Struct, frozen=True):
    """An expression with its canonical text."""

    text: str
    tree: Expression
