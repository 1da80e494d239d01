"""`docs/reference/library.md` names everything that is public, as it is."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import kamflow
from tests.documentation.pages import DOCS, codes, headings, prose, section, tables

PAGE = DOCS / "reference" / "library.md"
TOLD = codes(prose(PAGE))
PUBLIC = {
    name: getattr(kamflow, name) for name in vars(kamflow)["__all__"] if name != "__version__"
}
FUNCTIONS = [name for name, value in PUBLIC.items() if inspect.isfunction(value)]
CLASSES = [name for name, value in PUBLIC.items() if inspect.isclass(value)]


def signature(name: str, function: Callable[..., Any]) -> str:
    """Return how a function is called, without its types."""
    parameters = [
        item.replace(annotation=inspect.Parameter.empty)
        for item in inspect.signature(function).parameters.values()
        if item.name != "self"
    ]
    plain = inspect.Signature(parameters)
    shown = str(plain)
    for item in parameters:
        if inspect.isfunction(item.default):
            shown = shown.replace(repr(item.default), item.default.__name__)
    return f"{name}{shown}"


def methods(cls: type) -> Iterator[str]:
    """Yield the calls that a class of ours offers, those of its own ancestors included."""
    for ancestor in cls.__mro__:
        if ancestor.__module__.partition(".")[0] == "kamflow":
            for name, value in vars(ancestor).items():
                function = getattr(value, "__func__", value)
                if not name.startswith("_") and inspect.isfunction(function):
                    yield signature(name, getattr(cls, name))


def fields(cls: type) -> list[str]:
    found = list(getattr(cls, "__struct_fields__", ()))
    return found + [name for name, value in vars(cls).items() if isinstance(value, property)]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_explained(name: str) -> None:
    assert name in {word.partition("(")[0] for word in TOLD} | set(headings(PAGE))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_shown_as_it_is_called(name: str) -> None:
    assert signature(name, PUBLIC[name]) in TOLD


@pytest.mark.parametrize("name", CLASSES)
def test_every_call_of_a_class_is_shown(name: str) -> None:
    assert set(methods(PUBLIC[name])) <= set(TOLD)


@pytest.mark.parametrize("name", [name for name in CLASSES if fields(PUBLIC[name])])
def test_every_field_of_a_value_is_explained(name: str) -> None:
    if name in headings(PAGE):
        told = codes(section(PAGE, name))
    else:  # the events share one table, with a row for each
        rows = [row for table in tables(section(PAGE, "Event")) for row in table]
        told = next(codes(row[1]) for row in rows if codes(row[0]) == [name])

    assert set(fields(PUBLIC[name])) <= set(told)


@pytest.mark.parametrize("heading", [name for name in headings(PAGE) if name in CLASSES])
def test_no_field_is_explained_that_is_not_there(heading: str) -> None:
    value = PUBLIC[heading]
    known = {*fields(value), *(call.partition("(")[0] for call in methods(value))}

    for table in tables(section(PAGE, heading)) if fields(value) else ():
        told = [codes(row[0])[0].partition("(")[0] for row in table[1:]]
        assert set(told) <= known
