"""What the checks say of tables and gates is just what trying every input by the engine shows."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import chain, combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.gates import check_gates
from kamflow.analysis.checks.report import Report
from kamflow.analysis.checks.solver import Engine
from kamflow.analysis.checks.tables import check_tables
from kamflow.engine.closures import compile_expression
from kamflow.language.load import load_pack
from kamflow.model.pack import Pack
from kamflow.model.values import Cause, Unknown, value_reader
from tests.unit.analysis.checks.found import gate, table

FACTS = """
pack: {id: test, version: 1.0.0, currency: EUR}
subjects: {account: {workflow: l}}
workflow:
  {id: l, subject: account, stages: {s: {kind: initial}, t: {kind: end}},
  transitions: [{id: T, trigger: go, from: s, to: t}]}
facts:
  account:
    account.a: {type: integer, range: 0 to 3}
    account.b: {type: integer, range: 0 to 3}
    account.c: {type: choice, values: [x, y, z]}
    account.f: {type: flag, max_age: 30 days}
    account.d: {type: date}
"""

TODAY = date(2026, 3, 31)
MISSING, STALE = (Unknown((Cause("fact", why),)) for why in ("no value", "stale"))
GRID: dict[str, tuple[object, ...]] = {
    "account.a": (*"0123", MISSING),
    "account.b": (*"0123", MISSING),
    "account.c": (*"xyz", MISSING),
    "account.f": ("true", "false", MISSING, STALE),
    # Days around those that conditions name: 2, 3 and 4 days ago.
    "account.d": (*((TODAY - timedelta(days=n)).isoformat() for n in range(-1, 6)), MISSING),
}
OPERATORS = ("<", "<=", ">", ">=", "=", "!=")


class Facts(dict[str, Any]):
    """Stands for the view of a subject whose facts are these, on a day."""

    def __init__(self, today: date = TODAY) -> None:
        super().__init__(today=today)
        self.today = today

    @property
    def day(self) -> int:
        return self.today.toordinal()

    def observation(self, name: str) -> object:
        """Return something when a value is recorded, however old."""
        return None if self.get(name, MISSING) is MISSING else self


def inputs(pack: Pack, names: Sequence[str]) -> Iterator[Facts]:
    """Yield every input of some facts."""
    readers = {name: value_reader(pack.facts[name].shape.type) for name in names}
    for values in product(*(GRID[name] for name in names)):
        facts = Facts()
        for name, value in zip(names, values, strict=True):
            facts[name] = readers[name](value) if isinstance(value, str) else value
        yield facts


def met_by_input(pack: Pack, conditions: Sequence[Any]) -> list[tuple[object, ...]]:
    """Return what conditions come to for every input of the facts that they name."""
    names = sorted({name for item in conditions for name in re.findall(r"account\.\w", item.text)})
    judges: list[Any] = [compile_expression(item.tree, pack) for item in conditions]
    return [tuple(judge(facts) for judge in judges) for facts in inputs(pack, names)]


@st.composite
def atoms(draw: st.DrawFn) -> str:
    one, other = draw(st.permutations(["account.a", "account.b"]))
    op, number = draw(st.sampled_from(OPERATORS)), draw(st.integers(0, 3))
    pieces = {
        "number": [f"{one} {op} {number}", f"{one} between {number} and 2"],
        "relation": [f"{one} {op} {other}", f"{one} + {number} {op} 2 * {other}"],
        "choice": ["account.c in {x, y}", "account.c = z", "account.c not in {y}"],
        "flag": ["account.f", "account.f = false"],
        "day": [
            f"days_since(account.d) {op} {number + 1}",
            f"account.d within {number + 1} days",
            f"account.d {op} today - {number + 1} days",
        ],
        "state": [f"account.f is {state}" for state in ("present", "absent", "known", "unknown")],
    }
    return draw(st.sampled_from(pieces[draw(st.sampled_from(sorted(pieces)))]))


conditions = st.recursive(
    atoms(),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda item: f"not ({item})"),
    ),
    max_leaves=3,
)


def pack_of(text: str) -> Pack:
    loaded = load_pack({"a.yaml": (FACTS + text).encode()})
    assert loaded.pack is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.pack


def subsets(items: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(items, n) for n in range(len(items)))


@given(st.lists(conditions, min_size=2, max_size=4))
@settings(max_examples=60)
def test_rows_of_a_unique_table_overlap_just_where_an_input_meets_both(rows: list[str]) -> None:
    pack = pack_of(table(*rows, hit="unique"))
    report, asking = Report({}), Asking(pack, Engine())

    check_tables(pack, asking, report)

    tried = met_by_input(pack, [row.when for row in pack.tables["route"].rows])
    overlaps = {
        (f"R{one}", f"R{other}")
        for one, other in combinations(range(len(rows)), 2)
        if any(values[one] is True and values[other] is True for values in tried)
    }
    found = {
        pair
        for item in report.diagnostics
        if item.code == "K513"
        for pair in re.findall(r"^rows `(\w+)` and `(\w+)`", item.message)
    }
    assert (found, list(asking.left_open)) == (overlaps, [])


@given(st.lists(conditions, min_size=1, max_size=4))
@settings(max_examples=80)
def test_a_gate_never_opens_just_when_no_input_opens_it(criteria: list[str]) -> None:
    pack = pack_of(gate(*criteria))
    report, asking = Report({}), Asking(pack, Engine())

    check_gates(pack, asking, report)

    tried = met_by_input(pack, [item.condition for item in pack.gates["G"].criteria])
    shut = not any(all(value is True for value in values) for values in tried)
    said = [item.message for item in report.diagnostics if item.code == "K521"]
    assert (bool(said), list(asking.left_open)) == (shut, [])
    if shut:
        core = [int(number) for number in re.findall(r"\bC(\d)", said[0])]
        assert not any(all(values[n] is True for n in core) for values in tried)
        for fewer in subsets(core):
            assert any(all(values[n] is True for n in fewer) for values in tried), "not least"


@given(st.lists(conditions, min_size=1, max_size=3))
@settings(max_examples=80)
def test_a_criterion_is_idle_just_when_no_input_fails_it(criteria: list[str]) -> None:
    pack = pack_of(gate(*criteria))
    report, asking = Report({}), Asking(pack, Engine())

    check_gates(pack, asking, report)

    tried = met_by_input(pack, [item.condition for item in pack.gates["G"].criteria])
    idle = {
        f"C{n}" for n in range(len(criteria)) if not any(values[n] is False for values in tried)
    }
    found = {item.message.split()[0] for item in report.diagnostics if item.code == "K522"}
    assert (found, list(asking.left_open)) == (idle, [])


@given(st.lists(conditions, min_size=1, max_size=4), st.booleans())
@settings(max_examples=80)
def test_a_table_has_a_gap_just_where_an_input_meets_no_row(rows: list[str], exact: bool) -> None:  # noqa: FBT001
    pack = pack_of(table(*rows))
    report, asking = Report({}), Asking(pack, Engine() if exact else None)

    check_tables(pack, asking, report)

    tried = met_by_input(pack, [row.when for row in pack.tables["route"].rows])
    gap = any(all(value is False for value in values) for values in tried)
    reached: set[int] = set()
    for values in tried:
        first = next((n for n, value in enumerate(values) if value is not False), None)
        if first is not None and values[first] is True:
            reached.add(first)
    idle = " ".join(item.message for item in report.diagnostics if item.code == "K512")
    unreached = {int(n) for n in re.findall(r"row `R(\d)` is never reached", idle)}
    told = any(item.code == "K511" for item in report.diagnostics)
    if exact:
        assert not asking.left_open
    if not asking.left_open:
        assert (told, unreached) == (gap, set(range(len(rows))) - reached)
    else:
        assert gap or not told
        assert not unreached & reached


# ---------------------------------------------------------------------------- uneven spans

# Days on which months are long and short, with and without a leap day, and every day of a week.
ENDS = [date(year, month, 1) for year in (2023, 2024) for month in range(1, 13)]
TODAYS = [
    *(day - timedelta(days=n) for day in ENDS for n in (0, 1, 2)),
    *(date(2026, 3, n) for n in range(1, 15)),
]
SPANS = ("1 months", "2 months", "3 business days", "8 business days")


@given(
    st.sampled_from(SPANS),
    st.sampled_from(OPERATORS),
    st.sampled_from(["<", "<=", "=", ">=", ">"]),
    st.integers(0, 70),
    st.booleans(),
)
@settings(max_examples=80)
def test_months_and_business_days_are_as_long_as_the_calendar_has_them(
    span: str, op: str, other: str, days: int, within: bool  # noqa: FBT001
) -> None:  # fmt: skip
    first = f"account.d within {span}" if within else f"account.d {op} today - {span}"
    pack = pack_of(gate(first, f"days_since(account.d) {other} {days}"))
    report, asking = Report({}), Asking(pack, Engine())

    check_gates(pack, asking, report)

    conditions = [item.condition for item in pack.gates["G"].criteria]
    judges: list[Any] = [compile_expression(item.tree, pack) for item in conditions]
    open_once = any(all(judge(facts) is True for judge in judges) for facts in _on_all_days())
    assert any(item.code == "K521" for item in report.diagnostics) is not open_once
    assert not asking.left_open


def _on_all_days() -> Iterator[Facts]:
    for today in TODAYS:
        for ago in range(-2, 75):
            facts = Facts(today)
            facts["account.d"] = today - timedelta(days=ago)
            yield facts
