"""Projections of facts, and what SQL cannot read. The property tests compare the verdicts."""

import sqlite3
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import Connection, create_engine, select

from kamflow import Kamflow, Portfolio, fixed_clock
from kamflow.errors import DatabaseError, NotFoundError, NotInSqlError
from kamflow.model.pack import FactType
from kamflow.model.snapshot import Waiver
from kamflow.model.values import Shape, Verdict
from kamflow.storage.portfolio import project, projection, rebuild, tally, verdicts
from kamflow.storage.sql.exact import from_stored, sort_key, to_stored
from kamflow.storage.sql.projection import as_of_key, value_key
from tests.builders import NOON, World, a_pack, a_world, days_ago

RULES = """
facts:
  program:
    program.size: {type: number}
  account:
    account.size: {type: number, max_age: 90 days}
    account.on: {type: date}
    account.double: {type: number, derived: account.size * 2}
gates:
  G:
    subject: account
    criteria: [{id: G.1, must: 'CONDITION'}]
"""

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: abs(number.adjusted()) < 500
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def a_portfolio(condition: str) -> World:
    world = a_world(RULES.replace("CONDITION", condition))
    world.record("north/acme", {"account.size": Decimal("12.5")}, as_of=days_ago(10))
    return world


def judged(connection: Connection, world: World) -> list[tuple[object, ...]]:
    rebuild(connection, world.compiled.pack, world.subjects.values())
    return verdicts(connection, world.compiled, "G", "north", now=world.now)


# ---------------------------------------------------------------------------- numbers on SQLite


@given(numbers)
def test_a_stored_number_is_read_back_as_it_was(number: Decimal) -> None:
    assert from_stored(to_stored(number)) == number
    assert from_stored(sort_key(number)) == number


@given(numbers, numbers)
def test_sort_keys_stand_in_the_order_of_the_numbers(one: Decimal, other: Decimal) -> None:
    assert (sort_key(one) < sort_key(other)) is (one < other)


@given(numbers, numbers)
def test_what_is_stored_as_a_number_keeps_its_order(one: Decimal, other: Decimal) -> None:
    left, right = to_stored(one), to_stored(other)

    if not isinstance(left, str) and not isinstance(right, str):
        assert (left < right) is (one < other)


@pytest.mark.parametrize(
    ("number", "stored"),
    [
        ("12", 12),
        ("12.50", 12.5),
        ("0.1", 0.1),
        ("-0", 0),
        ("9007199254740992", 2**53),
        ("0.10000000000000000001", "p499999910000000000000000001"),
    ],
)
def test_only_a_number_that_no_real_stands_for_is_text(number: str, stored: object) -> None:
    assert to_stored(Decimal(number)) == stored


# ---------------------------------------------------------------------------- projections


def test_a_projection_has_typed_values_and_the_days_of_which_they_are(
    connection: Connection,
) -> None:
    world = a_portfolio("account.size > 10")
    table = projection(world.compiled.pack, "account")

    rebuild(connection, world.compiled.pack, world.subjects.values())

    (row,) = connection.execute(select(table)).mappings()
    assert row["id"] == "north/acme"
    assert row["account.size"] == Decimal("12.5")
    assert row["account.size__as_of"] == date(2026, 3, 21)
    assert row["account.on"] is None
    assert "account.double" not in row


def test_a_value_of_another_type_is_there_and_not_known() -> None:
    world = a_portfolio("account.size > 10")
    pack = world.compiled.pack
    shape = Shape(type="date")
    other = {**pack.facts, "account.size": replace(pack.facts["account.size"], shape=shape)}

    (row,) = project(replace(pack, facts=other), "account", world.subjects.values())

    assert row[value_key("account.size")] is None
    assert row[as_of_key("account.size")] == date(2026, 3, 21)


def test_columns_differ_by_more_than_case_and_fit_into_a_name() -> None:
    pack = a_pack(RULES.replace("CONDITION", "account.size > 10"))
    names = ("account.Size", "account.size__as_of", "id", f"account.{'x' * 70}", f"a{'x' * 71}")
    shape = Shape(type="number")
    more = {name: FactType(name=name, kind="account", title=name, shape=shape) for name in names}

    table = projection(replace(pack, facts={**pack.facts, **more}), "account")

    columns = [column.name.lower() for column in table.columns]
    assert len(columns) == len(set(columns)) == 5 + 5 + 2 * len(names)
    assert max(map(len, columns)) <= 63


def test_packs_with_the_same_facts_share_a_projection_and_others_do_not() -> None:
    pack = a_pack(RULES.replace("CONDITION", "account.size > 10"))
    same = a_pack(RULES.replace("CONDITION", "account.size > 20"))
    other = a_pack(
        RULES.replace("CONDITION", "account.size > 10").replace("account.on", "account.at")
    )

    names = [projection(item, "account").name for item in (pack, same, other)]

    assert names[0] == names[1] != names[2]


def test_a_rebuilt_projection_forgets_what_it_held(connection: Connection) -> None:
    world = a_portfolio("account.size > 10")
    before = judged(connection, world)

    del world.subjects["north/acme"]

    assert before == [("north/acme", 1, 1)]
    assert judged(connection, world) == []


def test_programs_do_not_see_each_other(connection: Connection) -> None:
    world = a_portfolio("count(accounts) = 1")
    world.open("program", "south")
    world.open("account", "beta", "south")

    assert judged(connection, world) == [("north/acme", 1, 1)]


# ---------------------------------------------------------------------------- the way in


def a_program(url: str) -> Kamflow:
    """Return a database of two accounts; of one it is known that a cycle brought three lessons."""
    kam = Kamflow.open(url, pack="kam-core", clock=fixed_clock(NOON))
    with kam.batch() as batch:
        batch.create_program("north", "North", by="paula")
        batch.assign("north", "program_office", "olga", by="paula")
        for account in ("acme", "bolt"):
            batch.create_account("north", account, account, by="olga")
        batch.record_facts("acme", {"review.lessons_logged_count": 3}, source="crm")
    return kam


def test_a_portfolio_reaches_the_verdicts_of_the_library(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'governance.db'}"
    kam = a_program(url)
    pack, gate = kam.policy(), "G-A6"
    bits = {Verdict.MET: 1, Verdict.UNMET: 0, Verdict.UNKNOWN: None}
    wanted = {
        (subject, bits[found.verdict], *(bits[one.verdict] for one in found.findings))
        for subject, found in kam.judge_all("account", gate, "north").items()
    }

    with Portfolio(url) as portfolio:
        portfolio.rebuild(pack)
        portfolio.rebuild(pack)
        rows = portfolio.verdicts(pack, gate, "north", now=NOON)
        counts = portfolio.tally(pack, gate, "north", now=NOON)
    kam.close()

    assert set(rows) == wanted
    assert counts == {verdict: sum(row[1] == bit for row in rows) for verdict, bit in bits.items()}


def test_a_gate_that_is_not_there_is_named_with_what_comes_near(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'governance.db'}"
    kam = a_program(url)

    with Portfolio(url) as portfolio, pytest.raises(NotFoundError, match="did you mean `G-A1`"):
        portfolio.verdicts(kam.policy(), "G-A01", "north", now=NOON)


def test_a_program_that_is_not_there_is_named_with_what_comes_near(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'governance.db'}"
    pack = a_program(url).policy()

    with Portfolio(url) as portfolio:
        portfolio.rebuild(pack)
        for ask in (portfolio.verdicts, portfolio.tally):
            with pytest.raises(NotFoundError, match="no program `nort`; did you mean `north`"):
                ask(pack, "G-A1", "nort", now=NOON)


def test_a_database_that_is_none_of_ours_cannot_be_projected() -> None:
    pack = a_pack(RULES.replace("CONDITION", "account.size > 10"))

    with Portfolio("sqlite://") as portfolio, pytest.raises(DatabaseError, match="instances"):
        portfolio.rebuild(pack)


# ---------------------------------------------------------------------------- estimates


@pytest.mark.parametrize(
    ("size", "condition", "verdict"),
    [
        ("0.1", "account.size + 0.2 = 0.3", 1),  # not so with REAL
        ("0.3", "account.size - 0.2 >= 0.1", 1),  # nor this
        ("1", "account.size / 3 * 3 < 1", 1),  # to 28 digits it is less
        ("1e-20", "account.size * 3 > 0", 1),
        (
            "1234567890123456789012345678",
            "account.size + 0.1 > account.size",
            0,
        ),  # to 28 digits it is not
        ("7", "account.size / (account.size - 7) > 1", None),
        ("3", "account.size / 2 > 1", 1),  # 1 where whole numbers are cut off
    ],
)
def test_where_an_estimate_may_be_wrong_the_exact_functions_decide(
    connection: Connection, size: str, condition: str, verdict: int | None
) -> None:
    world = a_world(RULES.replace("CONDITION", condition))
    world.record("north/acme", {"account.size": Decimal(size)})

    assert judged(connection, world) == [("north/acme", verdict, verdict)]


# ---------------------------------------------------------------------------- limits


@pytest.mark.parametrize(
    "condition",
    [
        "trend(account.size, 2, falling)",
        "account.size as of (today - 12 months) > 3",
        "change(account.size over 12 months) > 3",
        "trend(account.size, 2, falling) or account.size > 3",
    ],
)
def test_history_is_no_column_and_is_named_as_what_sql_cannot_read(
    connection: Connection, condition: str
) -> None:
    with pytest.raises(NotInSqlError) as caught:
        judged(connection, a_portfolio(condition))

    assert "account.size" in caught.value.part


@pytest.mark.parametrize(
    "condition",
    [
        "account.on within 5 business days",
        "account.on > today - 5 business days",
        "count(accounts within 5 business days) = 1",
    ],
)
def test_business_days_of_calendars_are_left_to_the_closures(
    connection: Connection, condition: str
) -> None:
    rules = RULES.replace("CONDITION", condition)
    plain, world = (
        a_world(rules, *calendars)
        for calendars in ((), ("calendars: {all: {zone: UTC, default: true}}",))
    )

    with pytest.raises(NotInSqlError, match="business days by calendars"):
        judged(connection, world)
    assert len(judged(connection, plain)) == 1


def test_more_nesting_than_the_database_takes_is_left_to_the_closures(
    connection: Connection,
) -> None:
    nested = "account.size"
    for _ in range(45):
        nested = f"({nested} + 1)"
    world = a_portfolio(f"{nested} > 3")
    unlimited = sqlite3.sqlite_version_info >= (3, 46)  # from then on its parser grows

    with nullcontext() if unlimited else pytest.raises(NotInSqlError):
        assert judged(connection, world) == [("north/acme", 1, 1)]


def test_facts_that_would_be_written_out_a_million_times_are_left_to_the_closures(
    connection: Connection,
) -> None:
    chain = "".join(
        f"\n    account.x{n}: {{type: number, derived: account.x{n - 1} + account.x{n - 1}}}"
        for n in range(1, 21)
    )
    rules = RULES.replace(
        "account.double:", f"account.x0: {{type: number}}{chain}\n    account.double:"
    )
    world = a_world(rules.replace("CONDITION", "account.x20 > 3"))

    with pytest.raises(NotInSqlError, match="size"):
        judged(connection, world)


def test_a_database_without_the_projection_is_an_error_of_its_own(connection: Connection) -> None:
    world = a_portfolio("account.size > 10")

    with pytest.raises(DatabaseError, match="no such table"):
        verdicts(connection, world.compiled, "G", "north", now=datetime(2026, 3, 31, tzinfo=UTC))


def test_what_is_waived_today_keeps_no_gate_shut(connection: Connection) -> None:
    world = a_portfolio("account.size > 90")
    subject = world.subjects["north/acme"]
    waiver = Waiver(
        id="north/acme#3", gate="G", criterion="G.1", owner="ana", reason="", ends_on=NOON.date()
    )
    world.subjects["north/acme"] = replace(subject, waivers={"G.1": waiver})

    assert judged(connection, world) == [("north/acme", 1, 0)]
    assert tally(connection, world.compiled, "G", "north", now=world.now) == {1: 1}
    world.later(1)
    assert judged(connection, world) == [("north/acme", 0, 0)]
    assert tally(connection, world.compiled, "G", "north", now=world.now) == {0: 1}


def test_a_waiver_that_has_ended_leaves_the_portfolio_when_it_is_rebuilt(
    connection: Connection,
) -> None:
    world = a_portfolio("account.size > 90")
    subject = world.subjects["north/acme"]
    waiver = Waiver(id="", gate="G", criterion="G.1", owner="", reason="", ends_on=date.max)
    world.subjects["north/acme"] = replace(subject, waivers={"G.1": waiver})
    assert judged(connection, world) == [("north/acme", 1, 0)]

    world.subjects["north/acme"] = subject

    assert judged(connection, world) == [("north/acme", 0, 0)]
