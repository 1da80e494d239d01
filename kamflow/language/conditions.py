"""The parser of the condition language: text to a tree, or the reason why not.

The grammar stands in `grammar.lark`; nothing here or behind it can run code of the host.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from kamflow.language.diagnostics import did_you_mean
from kamflow.model import expression as tree
from kamflow.model.expression import Expression
from kamflow.model.values import MAX_DIGITS

MAX_LENGTH = 4_000
MAX_DEPTH = 60

AGGREGATES = ("count", "share", "sum", "avg", "min", "max")
FUNCTIONS = {"days_since": (1, 1), "months_since": (1, 1), "min": (2, 20), "max": (2, 20)}

_ALIEN = {"==": "=", "&&": "and", "||": "or", "<>": "!=", "!": "not"}


class ConditionError(ValueError):
    """A condition that cannot be read; `at` is the offset of the trouble in its text."""

    def __init__(self, message: str, at: int, code: str = "K301") -> None:
        super().__init__(message)
        self.at, self.code = at, code


def parse_condition(text: str) -> Expression:
    """Return the tree of `text`.

    Raises:
        ConditionError: The text is not in the language.
    """
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            f"the condition has {len(text)} characters; at most {MAX_LENGTH} are read, "
            "so give parts of it names as derived facts",
            0,
            "K304",
        )
    try:
        node = cast(Expression, _parser().parse(text))  # the transformer builds it
    except UnexpectedInput as error:
        raise ConditionError(_trouble(text, error), _position(error)) from error
    except VisitError as error:
        if isinstance(error.orig_exc, ConditionError):
            raise error.orig_exc from error
        raise
    _refuse_depth(node)
    return node


@cache
def _parser() -> Lark:
    grammar = resources.files("kamflow.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Build(), propagate_positions=False)


def _trouble(text: str, error: UnexpectedInput) -> str:
    """Return what is wrong at the place where the parser stopped."""
    at = _position(error)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "the condition ends too early"
    rest = text[at:].lstrip()
    for alien, ours in _ALIEN.items():
        if rest.startswith(alien) or text[max(at - 1, 0) :].startswith(alien):
            return f"`{alien}` is not part of the language; did you mean `{ours}`?"
    word = rest.split()[0] if rest else ""
    if word.startswith("'"):
        return "text stands in double quotes"
    return f"did not expect `{word[:40]}` here"


def _position(error: UnexpectedInput) -> int:
    """Return the offset where the parser stopped; it has none at the end of the text."""
    at: object = getattr(error, "pos_in_stream", None)
    return at if isinstance(at, int) and at >= 0 else 0


def _refuse_depth(node: Expression) -> None:
    level: tuple[Expression, ...] = (node,)
    for _ in range(MAX_DEPTH):
        level = tuple(part for item in level for part in tree.children(item))
        if not level:
            return
    raise ConditionError(
        f"the condition is nested more than {MAX_DEPTH} deep; "
        "give parts of it names as derived facts",
        level[0].at,
        "K304",
    )


def _pair(make: Callable[..., Expression]) -> Callable[["_Build", list[Expression]], Expression]:
    def build(_self: "_Build", items: list[Expression]) -> Expression:
        return make(left=items[0], right=items[1], at=items[0].at)

    return build


class _Build(Transformer[Token, Expression]):
    """Turns what the grammar recognises into nodes, bottom up."""

    either = _pair(tree.Either)
    both = _pair(tree.Both)

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

    def number(self, items: list[Token]) -> Expression:
        unit = f"{items[1].rstrip('s')}s" if len(items) > 1 else ""
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
            return tree.Aggregate(function=function, members=_set(arguments[0]), at=at)  # type: ignore[arg-type]
        if function not in FUNCTIONS:
            hint = did_you_mean(function, {*FUNCTIONS, *AGGREGATES})
            raise ConditionError(f"there is no function `{function}`{hint}", at)
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            wanted = "one value" if most == 1 else "two or more values"
            raise ConditionError(f"`{function}` takes {wanted}, not {len(arguments)}", at)
        return tree.Call(function=function, arguments=tuple(arguments), at=at)  # type: ignore[arg-type]

    def members_where(self, items: list[Expression | Token]) -> Expression:
        function, members, where = items
        if str(function) not in ("count", "share"):
            raise ConditionError(
                f"write what to take of the members: `{function}(fact of accounts where ...)`",
                _at(function),
            )
        return tree.Aggregate(
            function=str(function),
            members=_set(members),  # type: ignore[arg-type]
            where=where,  # type: ignore[arg-type]
            at=_at(function),
        )

    def members_of(self, items: list[Expression | Token]) -> Expression:
        function, value, members, *where = items
        if str(function) not in AGGREGATES[2:]:
            hint = did_you_mean(str(function), AGGREGATES[2:])
            raise ConditionError(f"`{function}` takes no value of members{hint}", _at(function))
        return tree.Aggregate(
            function=str(function),
            members=str(members),
            value=value,  # type: ignore[arg-type]
            where=where[0] if where else None,  # type: ignore[arg-type]
            at=_at(function),
        )

    def edited(self, items: list[Expression | Token]) -> Expression:
        first, scorecard, person, count, unit = items
        if not str(unit).startswith("hour"):
            raise ConditionError("`edited` counts hours", _at(unit))
        hours = Decimal(str(count))
        return tree.Edited(scorecard=str(scorecard), person=person, hours=hours, at=_at(first))  # type: ignore[arg-type]


def _set(node: Expression) -> str:
    if not isinstance(node, tree.Word):
        raise ConditionError("a set stands here, such as `accounts`", node.at)
    return node.value


def _at(item: Expression | Token) -> int:
    """Return the offset of a node or a token."""
    if isinstance(item, Token):
        return item.start_pos or 0
    return item.at
