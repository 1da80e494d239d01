"""What the grammar recognises becomes nodes, bottom up, with the checks that need no policy."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import cast

from lark import Token, Transformer
from msgspec import Struct
from msgspec.structs import replace

from kamflow.language.diagnostics import did_you_mean
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import MAX_DIGITS

AGGREGATES = ("count", "share", "sum", "avg", "min", "max", "max_per")
FUNCTIONS = {"days_since": (1, 1), "months_since": (1, 1), "min": (2, 20), "max": (2, 20)}

MAX_SPAN = 36_500
MAX_STEPS = 20
MAX_OPTIONS = 200

_UNGROUPED, _GROUP = 50, 16  # members of a chain of `and` or `or`


class ConditionError(ValueError):
    """A condition that cannot be read; `at` is the offset of the trouble in its text."""

    def __init__(self, message: str, at: int, code: str = "K301") -> None:
        super().__init__(message)
        self.at, self.code = at, code


def builder() -> Transformer[Token, Expression]:
    """Return what the parser hands each thing that it recognises."""
    return _Build()


class Members(Struct, frozen=True, kw_only=True):
    """What an aggregate is taken of, while it is being read."""

    name: str
    cohort: bool = False
    where: Expression | None = None
    within: tree.Span | None = None
    without: str = ""
    by: str = ""


class _Lacking(Struct, frozen=True, kw_only=True):
    event: str
    by: str


class _Period(Struct, frozen=True):
    span: tree.Span


def _no_function(function: str) -> str:
    if function in AGGREGATES:
        return f"`{function}` takes a value of a set, as in `{function}(x of accounts)`"
    hint = did_you_mean(function, {*FUNCTIONS, *AGGREGATES})
    return f"there is no function `{function}`{hint}"


def _chain(make: Callable[..., Expression]) -> Callable[["_Build", list[Expression]], Expression]:
    """Return what joins the members of a chain from left to right, a long one in groups.

    So a chain of hundreds stays a shallow tree. The canonical text shows the groups in parentheses,
    and reading that gives them again: never more than `_UNGROUPED` stand beside each other.
    """

    def joined(items: list[Expression]) -> Expression:
        return reduce(lambda left, right: make(left=left, right=right, at=left.at), items)

    def build(_self: "_Build", items: list[Expression]) -> Expression:
        if len(items) > _UNGROUPED:
            while len(items) > _GROUP:
                starts = range(0, len(items), _GROUP)
                items = [joined(items[start : start + _GROUP]) for start in starts]
        return joined(items)

    return build


class _Build(Transformer[Token, Expression]):
    """Turns what the grammar recognises into nodes, bottom up."""

    either = _chain(tree.Either)
    both = _chain(tree.Both)

    def conditional(self, items: list[Expression | Token]) -> Expression:
        first, condition, yes, no = items
        return tree.If(condition=condition, yes=yes, no=no, at=_at(first))  # type: ignore[arg-type]

    def negation(self, items: list[Expression | Token]) -> Expression:
        first, item = items
        return tree.Not(item=item, at=_at(first))  # type: ignore[arg-type]

    def compare(self, items: list[Expression | Token]) -> Expression:
        left, operator, right = items
        return tree.Compare(op=str(operator), left=left, right=right, at=_at(left))  # type: ignore[arg-type]

    def between(self, items: list[Expression]) -> Expression:
        value, low, high = items
        return tree.Between(value=value, low=low, high=high, at=value.at)

    def options(self, items: list[Expression]) -> tuple[Expression, ...]:
        if len(items) > MAX_OPTIONS:
            what = f"{len(items)} values in braces; at most {MAX_OPTIONS} are read"
            raise ConditionError(what, items[0].at, "K304")
        return tuple(items)

    def among(self, items: list[Expression]) -> Expression:
        return tree.Among(value=items[0], options=items[1], at=items[0].at)  # type: ignore[arg-type]

    def not_among(self, items: list[Expression]) -> Expression:
        return tree.Among(value=items[0], options=items[1], negated=True, at=items[0].at)  # type: ignore[arg-type]

    def state(self, items: list[Expression | Token]) -> Expression:
        return tree.State(value=items[0], state=str(items[1]), at=_at(items[0]))  # type: ignore[arg-type]

    def not_state(self, items: list[Expression | Token]) -> Expression:
        opposite = {"present": "absent", "absent": "present", "known": "unknown"}
        state = opposite.get(str(items[1]), "known")
        return tree.State(value=items[0], state=state, at=_at(items[0]))  # type: ignore[arg-type]

    def arithmetic(self, items: list[Expression | Token]) -> Expression:
        left, operator, right = items
        sign = "% of" if str(operator).startswith("%") else str(operator)
        return tree.Arithmetic(op=sign, left=left, right=right, at=_at(left))  # type: ignore[arg-type]

    def signed(self, items: list[Expression | Token]) -> Expression:
        sign, item = items
        if str(sign) == "+":
            return item  # type: ignore[return-value]
        return tree.Negative(item=item, at=_at(sign))  # type: ignore[arg-type]

    def number(self, items: list[Token]) -> tree.Number:
        unit = f"{' '.join(items[1].split()).removesuffix('s')}s" if len(items) > 1 else ""
        if len(items[0]) > MAX_DIGITS:
            raise ConditionError(f"the number has more than {MAX_DIGITS} digits", _at(items[0]))
        return tree.Number(value=Decimal(str(items[0])), unit=unit, at=_at(items[0]))

    def day(self, items: list[Token]) -> Expression:
        try:
            return tree.Day(value=date.fromisoformat(str(items[0])), at=_at(items[0]))
        except ValueError as error:
            raise ConditionError(
                f"`{items[0]}` is not a day of the calendar", _at(items[0])
            ) from error

    def text(self, items: list[Token]) -> Expression:
        return tree.Text(value=str(items[0])[1:-1], at=_at(items[0]))

    def name(self, items: list[Token]) -> Expression:
        path = str(items[0])
        if path in ("true", "false"):
            return tree.Flag(value=path == "true", at=_at(items[0]))
        if path.startswith("self."):
            return tree.Name(path=path.removeprefix("self."), of_asker=True, at=_at(items[0]))
        if "." not in path:
            return tree.Word(value=path, at=_at(items[0]))
        return tree.Name(path=path, at=_at(items[0]))

    def call(self, items: list[Expression | Token]) -> Expression:
        function, at, *arguments = str(items[0]), _at(items[0]), *items[1:]
        if function in ("count", "share"):
            if len(arguments) > 1:
                raise ConditionError(f"`{function}` takes one set, not {len(arguments)}", at)
            return _aggregate(cast(Token, items[0]), _members(cast(Expression, arguments[0])))
        if function not in FUNCTIONS:
            raise ConditionError(_no_function(function), at)
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            wanted = "one value" if most == 1 else "two or more values"
            raise ConditionError(f"`{function}` takes {wanted}, not {len(arguments)}", at)
        return tree.Call(function=function, arguments=tuple(arguments), at=at)  # type: ignore[arg-type]

    def where(self, items: list[Expression]) -> Expression:
        return items[0]

    def span(self, items: list[Token]) -> tree.Span:
        if len(items) == 1:
            return _parameter(items[0])
        number = self.number(items)
        if number.value != number.value.to_integral_value() or not 0 < number.value <= MAX_SPAN:
            raise ConditionError(f"a span is a whole number from 1 to {MAX_SPAN}", number.at)
        return number

    def set(self, items: list[Token]) -> Members:
        if len(items) == 1:
            return Members(name=str(items[0]))
        return Members(name=str(items[1])[1:-1], cohort=True)

    def escalated(self, items: list[Token]) -> Expression:
        return tree.Escalated(rule=str(items[1])[1:-1], at=_at(items[0]))

    def cohort(self, items: list[Token]) -> Expression:
        return tree.Cohort(name=str(items[1])[1:-1], at=_at(items[0]))

    def period(self, items: list[tree.Span]) -> _Period:
        return _Period(_of_days(items[0]))

    def lacking(self, items: list[Token | str]) -> _Lacking:
        event, *by = items
        return _Lacking(event=str(event), by=str(by[0]) if by else "")

    def members(self, items: list[Expression | _Lacking | _Period]) -> Members:
        found = _members(cast(Expression, items[0]))
        for item in items[1:]:
            match item:
                case _Lacking():
                    found = replace(found, without=item.event, by=item.by)
                case _Period():
                    found = replace(found, within=item.span)
                case _:
                    found = replace(found, where=item)
        return found

    def members_only(self, items: list[Token | Members]) -> Expression:
        function, chosen = cast(tuple[Token, Members], items)
        if str(function) not in ("count", "share"):
            raise ConditionError(
                f"write what to take of the members: `{function}(fact of accounts where ...)`",
                _at(function),
            )
        return _aggregate(function, chosen)

    def members_of(self, items: list[Expression | Token | Members]) -> Expression:
        function, value, chosen, *where = items
        if str(function) not in AGGREGATES[2:]:
            hint = did_you_mean(str(function), AGGREGATES[2:])
            raise ConditionError(
                f"`{function}` takes no value of members{hint}", _at(cast(Token, function))
            )
        narrowed = replace(
            cast(Members, chosen), where=cast(Expression, where[0]) if where else None
        )
        return _aggregate(cast(Token, function), narrowed, cast(Expression, value))

    def within(self, items: list[Expression]) -> Expression:
        return tree.Within(value=items[0], span=_of_days(items[1]), at=items[0].at)

    def by(self, items: list[Token]) -> str:
        name = str(items[0])
        if "." in name:
            what = f"write what both events carry without `event.`, not `{name}`"
            raise ConditionError(what, _at(items[0]))
        return name

    def which(self, items: list[Expression]) -> Expression:
        return items[0]

    def absence(self, items: list[Token | tree.Span | str | Expression]) -> Expression:
        first, event, span, after, *narrowed = items
        return tree.Absence(
            event=str(event),
            span=cast(tree.Span, span),
            after=str(after),
            by=next((item for item in narrowed if isinstance(item, str)), ""),
            where=next((item for item in narrowed if tree.is_node(item)), None),
            at=_at(cast(Token, first)),
        )

    def past(self, items: list[Token | Expression]) -> Expression:
        fact, day = items
        return tree.Past(fact=_fact(fact), day=cast(Expression, day), at=_at(fact))

    def change(self, items: list[Token | tree.Span]) -> Expression:
        first, fact, span = items
        return tree.Change(fact=_fact(fact), span=_of_days(span), at=_at(first))

    def trend(self, items: list[Token | Expression]) -> Expression:
        first, fact, steps, direction, *by = items
        if not str(steps).isdigit() or not 1 <= int(str(steps)) <= MAX_STEPS:
            raise ConditionError(f"a trend has 1 to {MAX_STEPS} steps, not {steps}", _at(steps))
        return tree.Trend(
            fact=_fact(fact),
            steps=int(str(steps)),
            direction=str(direction),
            by=cast(Expression, by[0]) if by else None,
            at=_at(first),
        )

    def edited(self, items: list[Token | Expression]) -> Expression:
        first, scorecard, person, span = items
        hours = cast(tree.Span, span)
        if isinstance(hours, tree.Name) or hours.unit != "hours":
            raise ConditionError("`edited` counts hours", hours.at)
        return tree.Edited(
            scorecard=str(scorecard),
            person=cast(Expression, person),
            hours=hours.value,
            at=_at(first),
        )


def _members(first: Expression) -> Members:
    """Return what a set is named by: a word, a cohort, or an event."""
    match first:
        case tree.Word():
            return Members(name=first.value)
        case tree.Name(of_asker=False):
            return Members(name=first.path)
        case tree.Cohort():
            return Members(name=first.name, cohort=True)
        case tree.Within():
            return replace(_members(first.value), within=first.span)
        case _:
            raise ConditionError("a set belongs here, such as `accounts`", first.at)


def _aggregate(function: Token, chosen: Members, value: Expression | None = None) -> Expression:
    return tree.Aggregate(
        function=str(function),
        members=chosen.name,
        value=value,
        where=chosen.where,
        cohort=chosen.cohort,
        within=chosen.within,
        without=chosen.without,
        by=chosen.by,
        at=_at(function),
    )


def _fact(token: Token | Expression) -> tree.Name:
    path = str(token)
    if "." not in path or path.startswith("self."):
        raise ConditionError(f"a fact of the subject belongs here, not `{path}`", _at(token))
    return tree.Name(path=path, at=_at(token))


def _at(item: Expression | Token) -> int:
    """Return the offset of a node or a token."""
    if isinstance(item, Token):
        return item.start_pos or 0
    return item.at


def _parameter(token: Token) -> tree.Name:
    """Return the parameter that stands for a span."""
    path = str(token)
    if not path.startswith("P."):
        what = f"a span belongs here, such as `30 days` or `P.name`, not `{path}`"
        raise ConditionError(what, _at(token))
    return tree.Name(path=path, at=_at(token))


def _of_days(span: object) -> tree.Span:
    """Return a span that is counted in days or longer; typing looks at that of a parameter.

    Raises:
        ConditionError: It is in hours, which a date does not have.
    """
    given = cast(tree.Span, span)
    if isinstance(given, tree.Number) and given.unit == "hours":
        raise ConditionError("days are counted here, not hours; write `1 day` for 24", given.at)
    return given
