"""Tables are judged as trying every input by the engine judges them."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.report import Report
from kamflow.analysis.checks.solver import Engine
from kamflow.analysis.checks.tables import check_tables
from kamflow.engine.closures import compile_expression
from kamflow.language.load import load_pack
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown, value_reader
from tests.unit.analysis.checks.found import table

FACTS = """
pack: {id: test, version: 1.0.0, currency: EUR}
subjects: {account: {workflow: l}}
workflow:
  {id: l, subject: account, stages: {s: {kind: initial}, t: {kind: end}},
  transitions: [{id: T, trigger: go, from: s, to: t}]}
facts:
  account:
    account.a: {type: integer, range: 0 to 4}
    account.b: {type: integer, range: 0 to 4}
    account.c: {type: choice, values: [x, y, z]}
    account.f: {type: flag, default: true}
    account.d: {type: integer, derived: account.a + account.b}
"""

MISSING = Unknown((Cause("fact", "no value"),))
GRID: dict[str, tuple[str, ...]] = {
    "account.a": ("0", "1", "2", "3", "4", ""),
    "account.b": ("0", "1", "2", "3", "4", ""),
    "account.c": ("x", "y", "z", ""),
    "account.f": ("true", "false"),
}
OPERATORS = ("<", "<=", ">", ">=", "=", "!=")


class Facts(dict[str, Any]):
    """Stands for the view of a subject whose facts are these."""

    def observation(self, name: str) -> object:
        """Return something when a value is recorded."""
        return None if self.get(name, MISSING) is MISSING else self


def inputs(pack: Pack) -> Iterator[Facts]:
    """Yield every input of the grid, with what follows from it."""
    derived = compile_expression(pack.facts["account.d"].derived.tree, pack)  # type: ignore[union-attr]
    for values in product(*GRID.values()):
        facts = Facts()
        for name, text in zip(GRID, values, strict=True):
            read = value_reader(pack.facts[name].shape.type)
            facts[name] = read(text) if text else MISSING
        facts["account.d"] = derived(facts)  # type: ignore[arg-type]
        yield facts


def by_trying(pack: Pack) -> tuple[bool, set[str]]:
    """Return whether some input falls into a gap, and the rows that are reached."""
    rows = pack.tables["route"].rows
    judges = [compile_expression(row.when.tree, pack) for row in rows if row.when]
    gap, reached = False, set()
    for facts in inputs(pack):
        for row, judge in zip(rows, judges, strict=True):
            verdict = judge(facts)  # type: ignore[arg-type]
            if verdict is True:
                reached.add(row.id)
            if verdict is not False:
                break
        else:
            gap = True
    return gap, reached


def by_reasoning(pack: Pack, engine: Engine | None) -> tuple[bool, set[str], str, list[str]]:
    """Return the same, with what was said about the gap and what was left open."""
    report, asking = Report({}), Asking(pack, engine)
    check_tables(pack, asking, report)
    gaps = [item.message for item in report.diagnostics if item.code == "K511"]
    idle = " ".join(item.message for item in report.diagnostics if item.code == "K512")
    unreached = set(re.findall(r"row `(R\d+)` is never reached", idle))
    rows = {row.id for row in pack.tables["route"].rows}
    return bool(gaps), rows - unreached, " ".join(gaps), list(asking.left_open)


@st.composite
def atoms(draw: st.DrawFn, *, relations: bool) -> str:
    kinds = ["number", "number", "choice", "flag", "state"]
    kind = draw(st.sampled_from([*kinds, "relation", "derived"] if relations else kinds))
    one, other = draw(st.permutations(["account.a", "account.b"]))
    op, number = draw(st.sampled_from(OPERATORS)), draw(st.integers(0, 4))
    match kind:
        case "number":
            return draw(st.sampled_from([f"{one} {op} {number}", f"{one} between {number} and 3"]))
        case "choice":
            return f"account.c {draw(st.sampled_from(['in {x, y}', '= z', '!= x', 'not in {y}']))}"
        case "flag":
            return draw(st.sampled_from(["account.f", "account.f = false"]))
        case "state":
            return f"{one} is {draw(st.sampled_from(['present', 'absent', 'known', 'unknown']))}"
        case "derived":
            return f"account.d {op} {number}"
        case _:
            left = draw(st.sampled_from([one, f"{one} + 1", f"2 * {one}", f"min({one}, 3)"]))
            return f"{left} {op} {other}"


def conditions(*, relations: bool) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms(relations=relations),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
                lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
            ),
            inner.map(lambda item: f"not ({item})"),
        ),
        max_leaves=4,
    )


def pack_of(rows: list[str]) -> Pack:
    loaded = load_pack({"a.yaml": (FACTS + table(*rows)).encode()})
    assert loaded.pack is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.pack


def falls_into_gap(pack: Pack, said: str) -> bool:
    """Tell whether an input that was given as an example is met by no row."""
    told = dict(re.findall(r"`(account\.[abcf])` = (\w+)", said))
    example = {name: told.get(name, "") for name in GRID}
    example["account.f"] = example["account.f"] or "true"
    rows = pack.tables["route"].rows
    judges = [compile_expression(row.when.tree, pack) for row in rows if row.when]
    for facts in inputs(pack):
        same = all(
            facts[name] == (value_reader(pack.facts[name].shape.type)(text) if text else MISSING)
            for name, text in example.items()
            if text or f"`{name}` has no value" in said
        )
        if same and not all(judge(facts) is False for judge in judges):  # type: ignore[arg-type]
            return False
    return True


@given(st.lists(conditions(relations=False), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_intervals_and_lists_alone_find_just_the_gaps_and_idle_rows_there_are(
    rows: list[str],
) -> None:
    pack = pack_of(rows)

    gap, reached, said, left_open = by_reasoning(pack, None)

    assert (gap, reached, left_open) == (*by_trying(pack), [])
    assert not gap or falls_into_gap(pack, said)


@given(st.lists(conditions(relations=True), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_with_z3_arithmetic_between_facts_is_found_exactly(rows: list[str]) -> None:
    pack = pack_of(rows)

    gap, reached, said, left_open = by_reasoning(pack, Engine())

    assert (gap, reached, left_open) == (*by_trying(pack), [])
    assert not gap or falls_into_gap(pack, said)


@given(st.lists(conditions(relations=True), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_without_z3_nothing_is_reported_that_is_not_so(rows: list[str]) -> None:
    pack = pack_of(rows)
    true_gap, truly_reached = by_trying(pack)

    gap, reached, _, left_open = by_reasoning(pack, None)

    assert true_gap or not gap
    assert truly_reached <= reached
    assert left_open or (gap, reached) == (true_gap, truly_reached)
