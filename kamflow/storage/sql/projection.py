"""The typed columns of a kind of subject, and what stands in them for one subject."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, MetaData, Table
from sqlalchemy.types import TypeEngine

from kamflow.errors import NotInSqlError
from kamflow.model.pack import FactType, Pack
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import NUMERIC, Value, value_reader
from kamflow.storage.sql.exact import Day, Exact, Words

MAX_COLUMNS = 1500  # PostgreSQL has 1,600, SQLite 2,000
_MAX_NAME = 63  # bytes of a name in PostgreSQL; more are cut off
_MAX_EXPONENT = 1900  # numbers further out are unknown; see `postgres`
_FIXED = ("id", "parent", "stage", "name", "opened_on")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def value_key(fact: str) -> str:
    """Return the key of the column that holds the value of `fact`."""
    return f"value:{fact}"


def as_of_key(fact: str) -> str:
    """Return the key of the column that holds the day of which the value is; empty: no value."""
    return f"as_of:{fact}"


def author_key(fact: str) -> str:
    """Return the key of the column that says who stated a scored fact."""
    return f"author:{fact}"


def recorded_key(fact: str) -> str:
    """Return the key of the column with the microsecond at which a scored fact was recorded."""
    return f"recorded:{fact}"


def microseconds(at: datetime) -> int:
    """Return the microseconds from 1970 to `at`."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def projection(pack: Pack, kind: str) -> Table:
    """Return the table with one row for each subject of `kind`, one typed column for each fact.

    Packs that declare the same facts share it: its name ends in a digest of its columns. A fact
    `x` has a column `x`, unless it is derived, and a column `x__as_of`; a scored one has
    `x__author` and `x__recorded` as well.

    Raises:
        NotInSqlError: There are more facts than a table has columns.
    """
    taken = set(_FIXED)
    columns: list[Column[Any]] = [
        Column("id", Words, primary_key=True),
        Column("parent", Words),
        Column("stage", Words, nullable=False),
        Column("name", Words, nullable=False),
        Column("opened_on", Day, nullable=False),
    ]
    for fact in _facts(pack, kind):
        columns += (
            Column(_name(f"{fact.name}{suffix}", taken), column_type, key=key(fact.name))
            for suffix, column_type, key in _columns(fact, pack)
        )
    if len(columns) > MAX_COLUMNS:
        raise NotInSqlError(f"`{kind}` with {len(columns)} columns")
    told = "\n".join(f"{column.name} {column.type!r}" for column in columns)
    name = f"portfolio_{kind[:30].lower()}_{_digest(f'{kind} {told}')}"
    table = Table(name, MetaData(), *columns)
    Index(f"{name}_below", table.c.parent)
    return table


def cohorts() -> Table:
    """Return the table of frozen cohorts: a row for each member, and one without to say it is."""
    return Table(
        "portfolio_cohorts",
        MetaData(),
        Column("holder", Words, primary_key=True),
        Column("cohort", Words, primary_key=True),
        Column("member", Words, primary_key=True),  # empty in the row that stands for the cohort
    )


def project_cohorts(snapshots: Iterable[Snapshot]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the cohorts that subjects hold."""
    for snapshot in snapshots:
        for cohort, members in snapshot.cohorts.items():
            for member in dict.fromkeys(("", *members)):
                yield {"holder": snapshot.id, "cohort": cohort, "member": member}


def held_waivers() -> Table:
    """Return the table of waivers: a row for each criterion that a subject has waived."""
    return Table(
        "portfolio_waivers",
        MetaData(),
        Column("holder", Words, primary_key=True),
        Column("criterion", Words, primary_key=True),
        Column("gate", Words, nullable=False),
        Column("ends_on", Day, nullable=False),  # the last day on which it holds
    )


def project_waivers(snapshots: Iterable[Snapshot]) -> Iterator[dict[str, Any]]:
    """Yield the rows of the waivers that subjects have."""
    for snapshot in snapshots:
        for criterion, item in snapshot.waivers.items():
            yield {
                "holder": snapshot.id,
                "criterion": criterion,
                "gate": item.gate,
                "ends_on": item.ends_on,
            }


def project(pack: Pack, kind: str, snapshots: Iterable[Snapshot]) -> Iterator[dict[str, Any]]:
    """Yield the row of each subject of `kind`, by the keys of the columns of its projection."""
    facts = [
        (fact.name, None if fact.derived else value_reader(fact.shape.type), scored)
        for fact, scored in ((fact, _is_scored(fact, pack)) for fact in _facts(pack, kind))
    ]
    for snapshot in snapshots:
        if snapshot.kind != kind:
            continue
        row: dict[str, Any] = {
            "id": snapshot.id,
            "parent": snapshot.parent,
            "stage": snapshot.stage,
            "name": snapshot.name,
            "opened_on": snapshot.opened_at.date(),
        }
        for name, read, scored in facts:
            observed = snapshot.facts.get(name)
            row[as_of_key(name)] = None if observed is None else observed.as_of.date()
            if read is not None:
                row[value_key(name)] = None if observed is None else _value(read, observed)
            if scored:
                row[author_key(name)] = None if observed is None else observed.author
                row[recorded_key(name)] = (
                    None if observed is None else microseconds(observed.recorded_at)
                )
        yield row


def type_of(type_name: str) -> TypeEngine[Any]:
    """Return the column type of a type of fact."""
    if type_name in NUMERIC:
        return Exact()
    if type_name == "flag":
        return Boolean()
    return Day() if type_name == "date" else Words()


def _facts(pack: Pack, kind: str) -> list[FactType]:
    return [fact for fact in pack.facts.values() if fact.kind == kind]


def _is_scored(fact: FactType, pack: Pack) -> bool:
    cards = pack.scorecards.values()
    return any(fact.name == item.fact for card in cards for item in card.criteria)


def _columns(fact: FactType, pack: Pack) -> Iterator[tuple[str, TypeEngine[Any], Any]]:
    """Yield suffix, type and key of each column of a fact."""
    if fact.derived is None:
        yield "", type_of(fact.shape.type), value_key
    yield "__as_of", Day(), as_of_key
    if _is_scored(fact, pack):
        yield "__author", Words(), author_key
        yield "__recorded", BigInteger(), recorded_key


def _name(wanted: str, taken: set[str]) -> str:
    """Return `wanted` if no column has that name yet; databases tell names apart by letters only.

    What is too long or taken gets a digest at its end.
    """
    if len(wanted) > _MAX_NAME or wanted.lower() in taken:
        wanted = f"{wanted[: _MAX_NAME - 9]}_{_digest(wanted)}"
    taken.add(wanted.lower())
    return wanted


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]


def _value(read: Any, observed: Observation) -> Value | None:  # noqa: ANN401 - reads any type
    """Return the value that was recorded; nothing when it is none of the fact's type (any more)."""
    try:
        value: Value = read(observed.value)
    except (ValueError, ArithmeticError, LookupError):
        return None
    if isinstance(value, Decimal):
        inside = value.is_finite() and abs(value.adjusted()) < _MAX_EXPONENT
        return value if inside else None
    return value
