"""The parser of the condition language: text to a tree, or the reason why not.

The grammar stands in `grammar.lark`; nothing here or behind it can run code of the host.
"""

import re
import unicodedata
from functools import cache
from importlib import resources
from typing import cast

from lark import Lark, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from kamflow.language.building import ConditionError, builder
from kamflow.model import expression as tree
from kamflow.model.expression import Expression

MAX_LENGTH = 20_000
MAX_DEPTH = 60

_WORD = re.compile(r"[\w.]+|[^\w\s.]")

_ALIEN = {"==": "=", "&&": "and", "||": "or", "<>": "!=", "!": "not"}
_BLANKS = " \t\r\n"  # other blanks are not seen, and so not accepted
_ALIEN_WORDS = {"AND": "and", "OR": "or"}
_ALIEN_SIGNS = {"\u2265": ">=", "\u2264": "<=", "\u2260": "!="}


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
    if len(text) > MAX_DEPTH:  # a level takes a character at least
        _refuse_depth(node)
    return node


def words_in(text: str) -> int:
    """Return about how many words and signs a condition has: what reading it costs."""
    return sum(1 for _ in _WORD.finditer(text))


@cache
def _parser() -> Lark:
    grammar = resources.files("kamflow.language").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=builder(), propagate_positions=False)


def _trouble(text: str, error: UnexpectedInput) -> str:
    """Return what is wrong at the place where the parser stopped."""
    at = _position(error)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return "the condition ends too early"
    rest = text[at:].lstrip(_BLANKS)
    for alien, ours in _ALIEN.items():
        if rest.startswith(alien) or text[max(at - 1, 0) :].startswith(alien):
            return f"`{alien}` is not part of the language; did you mean `{ours}`?"
    return _trouble_with(re.split(f"[{_BLANKS}]", rest, maxsplit=1)[0])


def _trouble_with(word: str) -> str:
    """Return what is wrong with a word that the parser did not expect."""
    if word in _ALIEN_WORDS:
        return f"`{word}` is not part of the language; did you mean `{_ALIEN_WORDS[word]}`?"
    sign = next((sign for sign in word.partition('"')[0] if not sign.isascii()), "")
    if sign:
        name = unicodedata.name(sign, "a character without a name")
        hint = f"; did you mean `{_ALIEN_SIGNS[sign]}`?" if sign in _ALIEN_SIGNS else ""
        return f"`{sign}` (U+{ord(sign):04X}, {name}) stands only inside double quotes{hint}"
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
