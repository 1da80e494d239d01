"""The smallest change, held against brute force: every assignment of every fact is tried."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from kamflow.analysis.smallest import Alternative, SmallestChange, smallest_change
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene, View
from kamflow.language.conditions import parse_condition
from kamflow.model.expression import Condition, Flag
from kamflow.model.pack import Criterion, Gate, Pack
from kamflow.model.snapshot import Observation, Snapshot, Waiver
from kamflow.model.values import Verdict, format_number
from tests.builders import NOON, a_pack, a_world, days_ago

FACTS = """
facts:
  account:
    account.n: {type: integer, range: 0 to 3, max_age: 90 days}
    account.m: {type: integer, range: 0 to 3}
    account.r: {type: number, range: 0 to 3}
    account.d: {type: date}
    account.k: {type: integer, range: 0 to 3, default: account.n}
    account.f: {type: flag, max_age: 90 days}
    account.g: {type: flag, default: 'false'}
    account.s: {type: choice, values: [a, b, c], max_age: 90 days}
    account.sum: {type: number, derived: account.n + 2 * account.m}
    account.both: {type: flag, derived: account.f and account.n >= 1}
    account.score: {type: number, derived: score.total}
scorecards:
  score:
    title: Score
    subject: account
    criteria:
      - id: A
        fact: account.n
        weight: 2
        bands: [{at_least: 3, points: 1}, {at_least: 1, at_most: 2, points: 3}]
      - {id: B, fact: account.m, weight: 1}
  rated:
    title: Rating
    subject: account
    scale: -1 to 3
    criteria:
      - {id: A, fact: account.m, weight: 4, missing: 1}
      - {id: B, fact: account.r, weight: 2, otherwise: 2, bands: [{at_most: 1, points: 1}]}
"""
# Days ago: one for each stretch of days on which no condition below changes.
AGES = (-70, -1, 0, 1, 2, 29, 30, 31, 45, 59, 60, 61, 89, 90, 91, 130)
DOMAINS = {
    "account.r": tuple(format_number(Decimal(step) / 4) for step in range(13)),
    "account.d": tuple(days_ago(age).date().isoformat() for age in AGES),
    "account.n": ("0", "1", "2", "3"),
    "account.m": ("0", "1", "2", "3"),
    "account.k": ("0", "1", "2", "3"),
    "account.f": ("true", "false"),
    "account.g": ("true", "false"),
    "account.s": ("a", "b", "c"),
}
# What can only be asked when other facts are among those that may change.
HANGS_ON = {
    "account.k": {"account.n", "account.k"},
    "account.sum": {"account.n", "account.m"},
    "account.both": {"account.f", "account.n"},
    "account.score": {"account.n", "account.m"},
    "score.total": {"account.n", "account.m"},
    "score.A": {"account.n", "account.m"},
    "score.completeness_pct": {"account.n", "account.m"},
    "score.oldest_days": {"account.n", "account.m"},
    "rated.total": {"account.m", "account.r"},
    "rated.B": {"account.m", "account.r"},
    "rated.completeness_pct": {"account.m", "account.r"},
    "rated.oldest_days": {"account.m", "account.r"},
}


class Value(Struct, frozen=True):
    """A recorded value, and how many days old it is."""

    text: str
    age: int = 0


Facts = Mapping[str, Value]


class Case(Struct, frozen=True):
    """A gate, and what is recorded."""

    criteria: tuple[Criterion, ...]
    facts: dict[str, Value]
    names: tuple[str, ...]  # recorded facts that the gate hangs on


# ---------------------------------------------------------------------------- cases


@cache
def small_pack() -> Pack:
    return a_pack(FACTS)


@cache
def account() -> Snapshot:
    return a_world(FACTS).subjects["north/acme"]


def condition(text: str) -> Condition:
    return Condition(text, parse_condition(text))


SCORED = ("account.score", "score.total", "score.A", "rated.total", "rated.B")
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
NUMBERS = st.integers(-1, 4).map(lambda number: f"({number})")


def atoms(names: list[str]) -> st.SearchStrategy[str]:
    """Return conditions that read one or two of the facts."""
    allowed = [name for name in HANGS_ON if HANGS_ON[name] <= set(names)]
    numeric: list[str] = [name for name in ("account.n", "account.m", "account.r") if name in names]
    numeric += [name for name in ("account.k", "account.sum", *SCORED) if name in allowed]
    flags: list[str] = [name for name in ("account.f", "account.g") if name in names]
    flags += [name for name in ("account.both",) if name in allowed]
    states = st.sampled_from(["present", "absent", "known", "unknown"])
    kinds = [st.builds("{} is {}".format, st.sampled_from([*numeric, *flags, *names]), states)]
    if numeric:
        number = st.sampled_from(numeric)
        either = number | NUMBERS
        kinds += [
            st.builds("{} {} {}".format, number, OPERATORS, either),
            st.builds("{} between {} and {}".format, number, NUMBERS, NUMBERS),
            st.builds("{} in {{{}, {}}}".format, number, NUMBERS, either),
            st.builds("{} + {} {} {}".format, number, either, OPERATORS, NUMBERS),
            st.builds(
                "{}({}, {}) {} {}".format,
                st.sampled_from(["min", "max"]),
                number,
                either,
                OPERATORS,
                NUMBERS,
            ),
        ]
    shares = [name for name in allowed if name.endswith("completeness_pct")]
    if shares:
        share, limit = st.sampled_from(shares), st.sampled_from([0, 50, 60, 100])
        kinds.append(st.builds("{} {} {}".format, share, OPERATORS, limit))
    if flags:
        flag = st.sampled_from(flags)
        kinds += [flag, st.builds("{} = false".format, flag)]
    if "account.d" in names:
        days, months = st.sampled_from([1, 30, 60]), st.sampled_from([-1, 0, 1, 2, 3])
        kinds += [
            st.builds("days_since(account.d) {} {}".format, OPERATORS, days),
            st.builds("months_since(account.d) {} ({})".format, OPERATORS, months),
            st.builds("account.d within {} days".format, days),
            st.builds("account.d {} today - {} days".format, OPERATORS, days),
        ]
    if "account.s" in names:
        words = st.sampled_from("abc")
        kinds += [
            st.builds("account.s {} {}".format, st.sampled_from(["=", "!="]), words),
            st.builds("account.s in {{{}, {}}}".format, words, words),
            st.builds("account.s not in {{{}}}".format, words),
        ]
    return st.one_of(kinds)


def conditions(names: list[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        atoms(names),
        lambda parts: st.one_of(
            st.builds("({} and {})".format, parts, parts),
            st.builds("({} or {})".format, parts, parts),
            st.builds("not ({})".format, parts),
            st.builds("(if {} then {} else {})".format, parts, parts, parts),
        ),
        max_leaves=4,
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    chosen = draw(st.sets(st.sampled_from(list(DOMAINS)), min_size=2, max_size=4))
    names = [name for name in DOMAINS if name in chosen]
    if "account.k" in names and "account.n" not in names:
        names.remove("account.k")
    known = draw(st.sets(st.sampled_from(names))) if names else set()
    facts = {name: draw(values(name)) for name in names if name in known}
    criteria = [draw(criterion(f"c{number}", names)) for number in range(draw(st.integers(1, 4)))]
    return Case(tuple(criteria), facts, tuple(names))


def values(name: str) -> st.SearchStrategy[Value]:
    return st.builds(Value, st.sampled_from(DOMAINS[name]), st.sampled_from([0, 50, 100]))


def young(names: list[str]) -> st.SearchStrategy[str]:
    """Return what can be added to a condition: that the facts of a scorecard are not too old.

    The opposite, that they are old, is not taken apart: nobody makes a fact old.
    """
    cards = [
        name for name in HANGS_ON if name.endswith("oldest_days") and HANGS_ON[name] <= set(names)
    ]
    if not cards:
        return st.just("")
    joins, days = st.sampled_from(["and", "or"]), st.sampled_from([0, 49, 50, 99, 100])
    less = st.sampled_from(["<", "<="])
    asked = st.builds(" {} {} {} {}".format, joins, st.sampled_from(cards), less, days)
    return st.just("") | asked


@st.composite
def criterion(draw: st.DrawFn, name: str, names: list[str]) -> Criterion:
    must = draw(st.sampled_from([True, True, True, False]))
    strict = None if must else draw(st.none() | conditions(names).map(condition))
    needs = draw(st.lists(st.sampled_from(names), max_size=1))
    asked = draw(conditions(names)) + (draw(young(names)) if must else "")
    return Criterion(
        id=name,
        condition=condition(asked),
        must=must,
        must_when=strict,
        needs=tuple(map(condition, needs)),
    )


# ---------------------------------------------------------------------------- brute force


def view_of(compiled: CompiledPack, facts: Facts) -> View:
    recorded = {
        name: Observation(
            value=value.text,
            as_of=days_ago(value.age),
            source="erp",
            author="service:erp",
            recorded_at=NOON,
        )
        for name, value in facts.items()
    }
    scene = Scene(
        compiled.sources, NOON, lambda _id: None, lambda _above, _kind: [], lambda _subject: []
    )
    return scene.look(replace(account(), facts=recorded, parent=None))


def compiled_gate(criteria: tuple[Criterion, ...]) -> CompiledPack:
    gate = Gate(id="G", title="G", kind="account", criteria=criteria)
    return CompiledPack(replace(small_pack(), gates={"G": gate}))


def opens(compiled: CompiledPack, facts: Facts) -> bool:
    return judge_gate(compiled, "G", view_of(compiled, facts)).verdict is Verdict.MET


def changes(case: Case) -> Iterator[dict[str, Value | None]]:
    """Yield every choice of facts to change and what to; nothing stands for no value."""
    options: list[list[tuple[str, Value | None] | None]] = []
    for name in case.names:
        targets: list[Value | None] = [None, *map(Value, DOMAINS[name])]
        now = case.facts.get(name)
        options.append([None, *((name, value) for value in targets if value != now)])
    for choice in product(*options):
        yield dict(item for item in choice if item is not None)


def changed(facts: Facts, change: Mapping[str, Value | None]) -> dict[str, Value]:
    after = {**facts, **change}
    return {name: value for name, value in after.items() if value is not None}


def least_sets(compiled: CompiledPack, case: Case) -> set[frozenset[str]]:
    """Return every set of facts that can open the gate while none of its parts can."""
    found: set[frozenset[str]] = set()
    for change in sorted(changes(case), key=len):
        names = frozenset(change)
        known = any(item <= names for item in found)
        if not known and opens(compiled, changed(case.facts, change)):
            found.add(names)
    return found


def wished(alternative: Alternative) -> dict[str, Value | None]:
    return {
        wish.name: None if wish.example is None else Value(wish.example)
        for wish in alternative.wishes
    }


def solved(case: Case) -> tuple[CompiledPack, SmallestChange]:
    compiled = compiled_gate(case.criteria)
    return compiled, smallest_change(compiled, "G", view_of(compiled, case.facts))


# ---------------------------------------------------------------------------- laws


@settings(max_examples=150)
@given(cases())
def test_the_smallest_change_is_the_one_that_brute_force_finds(case: Case) -> None:
    compiled, change = solved(case)

    least = least_sets(compiled, case)

    sets = [frozenset(wish.name for wish in item.wishes) for item in change.alternatives]
    assert change.exact
    assert change.open is (least == {frozenset()})
    assert bool(sets) is bool(least - {frozenset()})
    assert set(sets) <= least
    assert [len(item) for item in sets] == sorted(len(item) for item in sets)
    assert not sets or len(sets[0]) == min(map(len, least))
    assert len(sets) == 5 or set(sets) == least - {frozenset()}


@settings(max_examples=100)
@given(cases())
def test_each_alternative_opens_the_gate_with_any_value_it_accepts(case: Case) -> None:
    compiled, change = solved(case)

    for alternative in change.alternatives:
        example = wished(alternative)
        assert opens(compiled, changed(case.facts, example)), alternative
        ends = [
            {**example, wish.name: Value(end)}
            for wish in alternative.wishes
            for end in (wish.least, wish.most)
            if end is not None and not alternative.together
        ]
        assert all(opens(compiled, changed(case.facts, item)) for item in ends), alternative


@settings(max_examples=100)
@given(cases())
def test_a_gate_that_cannot_open_names_criteria_that_contradict_each_other(case: Case) -> None:
    _, change = solved(case)
    if not change.conflict:
        return
    named = tuple(item for item in case.criteria if item.id in change.conflict)

    alone = compiled_gate(named)

    assert not any(opens(alone, changed(case.facts, item)) for item in changes(case))


@settings(max_examples=100)
@given(cases(), st.data())
def test_what_is_waived_asks_for_as_little_as_if_it_were_not_there(
    case: Case, data: st.DataObject
) -> None:
    compiled, out = compiled_gate(case.criteria), data.draw(st.sampled_from(case.criteria))
    left = compiled_gate(tuple(item for item in case.criteria if item is not out))
    seen = view_of(compiled, case.facts)
    waiver = Waiver(id="", gate="G", criterion=out.id, owner="", reason="", ends_on=NOON.date())

    change = smallest_change(
        compiled, "G", seen.scene.look(replace(seen.snapshot, waivers={out.id: waiver}))
    )

    assert change == smallest_change(left, "G", view_of(left, case.facts))


def test_a_gate_without_criteria_is_open() -> None:
    never = Criterion(id="c", condition=Condition("false", Flag(value=False)), must=False)

    _, change = solved(Case((never,), {}, ()))

    assert change.open
    assert change.alternatives == ()
