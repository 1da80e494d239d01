"""Texts of the policy, rendered where they can do no harm.

A template may read the words it is given, branch, loop and use plain filters. It cannot reach
Python's insides, load other templates, or make a text or a loop without end.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from itertools import islice
from typing import Any

from kamflow.errors import MissingExtraError
from kamflow.model.rules import Notice
from kamflow.runtime.delivery.texts import Text

try:
    from jinja2 import StrictUndefined, nodes
    from jinja2.environment import Template
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment
except ImportError as error:
    raise MissingExtraError("texts of the policy", "delivery") from error

LONGEST = 20_000  # characters of a template, of what it gives, and of each text in it
_LONGEST_TITLE = 200
_LONGEST_S = 1.0  # of the processor, for one text
_TURNS = 1_000  # of a loop
_DEEPEST = 2  # loops inside of each other
_MOST_PARTS = 2_000  # nodes of a template
_FILTERS = (
    "abs", "capitalize", "d", "default", "e", "escape", "first", "float", "int", "join", "last",
    "length", "list", "lower", "max", "min", "replace", "round", "sort", "string", "title", "trim",
    "truncate", "unique", "upper", "wordcount",
)  # fmt: skip
_FORBIDDEN = (
    nodes.AssignBlock, nodes.Block, nodes.CallBlock, nodes.Concat, nodes.EvalContextModifier,
    nodes.Extends, nodes.FilterBlock, nodes.FromImport, nodes.Import, nodes.Include, nodes.Macro,
    nodes.Mod, nodes.Mul, nodes.Pow,
)  # fmt: skip
_WRITTEN = {
    "AssignBlock": "endset", "Concat": "~", "Mod": "%", "Mul": "*", "Pow": "**",
    "ScopedEvalContextModifier": "autoescape",
}  # fmt: skip
_LISTS = (nodes.Dict, nodes.List, nodes.Tuple)
_METHODS = {"items", "keys", "values", "get", "startswith", "endswith", "strip", "lower", "upper"}

_ends: ContextVar[float] = ContextVar("_ends")  # of `time.thread_time`


class TemplateProblemError(Exception):
    """A template cannot be used; the text says why."""


@contextmanager
def _limited() -> Iterator[None]:
    """Let a template do what it does, for a limited time; whatever goes wrong is its problem."""
    before = _ends.set(time.thread_time() + _LONGEST_S)
    try:
        yield
    except TemplateProblemError:
        raise
    except Exception as error:  # Python's compiler and all filters have errors of their own
        raise TemplateProblemError(_said(error)) from error
    finally:
        _ends.reset(before)


def _go_on() -> None:
    """Raise when the time of a template is over."""
    if time.thread_time() > _ends.get():
        raise SecurityError(f"it takes more than {_LONGEST_S:.0f} s")


def _limit(characters: int) -> None:
    """Raise when a text becomes too long."""
    if characters > LONGEST:
        raise SecurityError(f"a text of more than {LONGEST} characters")


def _timed(plain: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that works as long as there is time."""

    @wraps(plain)
    def one(*args: Any, **words: Any) -> Any:  # noqa: ANN401 - what jinja gives
        _go_on()
        return plain(*args, **words)

    return one


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where templates run."""

    intercepted_binops = frozenset({"+"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - jinja's
        """Add, unless the text becomes too long."""
        _go_on()
        _limit(len(str(left)) + len(str(right)))
        return super().call_binop(context, operator, left, right)

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401 - jinja's
        """Tell whether something may be called: a few methods of texts and mappings."""
        owner = getattr(obj, "__self__", None)
        return isinstance(owner, str | dict) and getattr(obj, "__name__", "") in _METHODS


def _turns(items: Iterable[Any]) -> Iterator[Any]:
    """Yield what a loop goes through, up to a limit."""
    for item in islice(items, _TURNS):
        _go_on()
        yield item


def _replaced(text: Any, old: str, new: str) -> str:  # noqa: ANN401 - any value
    """Replace, unless the text becomes too long."""
    found = str(text)
    if not old:
        raise SecurityError("`replace` needs something to look for")
    _limit(len(found) + found.count(old) * len(new))
    return found.replace(old, str(new))


def _joined(items: Iterable[Any], between: str = "") -> str:
    """Join, unless the text becomes too long."""
    parts = [str(item) for item in islice(items, _TURNS)]
    _limit(sum(map(len, parts)) + len(parts) * len(between))
    return between.join(parts)


def _environment(*, autoescape: bool) -> _Sandbox:
    env = _Sandbox(autoescape=autoescape, undefined=StrictUndefined, extensions=(), optimized=False)
    env.globals.clear()
    kept = {name: env.filters[name] for name in _FILTERS} | {"replace": _replaced, "join": _joined}
    env.filters.clear()
    env.filters.update({name: _timed(item) for name, item in kept.items()} | {"_turns": _turns})
    return env


def render_notice(notice: Notice, words: dict[str, Any]) -> Text:
    """Return the message that a text of the policy gives.

    A body that begins with `<` is HTML: what is put in is escaped there.

    Raises:
        TemplateProblemError: It cannot be read, wants something that is not there, or does what no
            text needs.
    """
    html = notice.body.lstrip().startswith("<")
    title = " ".join(_rendered(notice.title, words, autoescape=False).split())
    body = _rendered(notice.body, words, autoescape=html)
    return Text(title=title[:_LONGEST_TITLE], body=body.strip(), html=html)


def fault_in_notice(notice: Notice) -> str | None:
    """Return why a text of the policy can never become a message; nothing when it can be read."""
    try:
        with _limited():
            for source in (notice.title, notice.body):
                _template(source, False)  # noqa: FBT003 - a key of the cache
    except TemplateProblemError as error:
        return str(error)
    return None


def _rendered(source: str, words: dict[str, Any], *, autoescape: bool) -> str:
    found, size = [], 0
    with _limited():
        for piece in _template(source, autoescape).generate(words):
            size += len(piece)
            if size > LONGEST:
                raise TemplateProblemError(f"it gives more than {LONGEST} characters")
            found.append(piece)
        text = "".join(found)
        text.encode()  # raises where it holds what is no text
    return text


@lru_cache(maxsize=256)
def _template(source: str, autoescape: bool) -> Template:  # noqa: FBT001 - a key of the cache
    """Return a template, ready to render."""
    if len(source) > LONGEST:
        raise TemplateProblemError(f"it has more than {LONGEST} characters")
    env = _environment(autoescape=autoescape)
    tree = env.parse(source)
    _look_through(tree)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, "_turns", [], [], None, None, lineno=loop.lineno)
    code = env.compile(tree)
    return env.template_class.from_code(env, code, {}, None)


def _look_through(tree: nodes.Template) -> None:
    """Raise where a template does what no text needs."""
    for place, node in enumerate(_all(tree)):
        if place >= _MOST_PARTS:
            raise TemplateProblemError(f"it has more than {_MOST_PARTS} parts")
        if isinstance(node, _FORBIDDEN) or (isinstance(node, nodes.For) and node.recursive):
            what = _WRITTEN.get(type(node).__name__, type(node).__name__.lower())
            said = f"line {node.lineno}: no text needs `{what}`; write it plainly"
            raise TemplateProblemError(said)
        if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            raise TemplateProblemError(f"line {node.lineno}: there is no filter `{node.name}`")
        if isinstance(node, nodes.Assign | nodes.With | nodes.For):
            _keeps_no_lists(node)
    if _depth(tree, nodes.For) > _DEEPEST:
        raise TemplateProblemError(f"more than {_DEEPEST} loops stand inside of each other")


def _keeps_no_lists(node: nodes.Assign | nodes.With | nodes.For) -> None:
    """Raise where a name gets a list of what has names: lists of lists of lists grow too fast."""
    kept = node.values if isinstance(node, nodes.With) else [_source(node)]
    for value in kept:
        for made in (value, *_all(value)):
            if isinstance(made, _LISTS) and any(isinstance(i, nodes.Name) for i in _all(made)):
                said = f"line {made.lineno}: a name cannot stand for a list of other names"
                raise TemplateProblemError(said)


def _source(node: nodes.Assign | nodes.For) -> nodes.Node:
    return node.iter if isinstance(node, nodes.For) else node.node


def _all(node: nodes.Node) -> Iterable[nodes.Node]:
    for child in node.iter_child_nodes():
        yield child
        yield from _all(child)


def _depth(node: nodes.Node, kind: type[nodes.Node]) -> int:
    below = max((_depth(child, kind) for child in node.iter_child_nodes()), default=0)
    return below + isinstance(node, kind)


def _said(error: Exception) -> str:
    place = getattr(error, "lineno", None)
    text = str(error) or type(error).__name__
    return f"line {place}: {text}" if place else text
