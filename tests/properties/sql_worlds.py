"""Generated policies and portfolios for the comparison of closures and SQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from kamflow.model.pack import (
    Band,
    Criterion,
    Gate,
    Override,
    Pack,
    Parameter,
    Scorecard,
)
from kamflow.model.snapshot import Observation, Snapshot, Waiver
from kamflow.model.values import NUMERIC
from tests.properties.sql_cases import (
    AGES,
    COHORT,
    DAYS,
    NOWS,
    NUMBERS,
    ORDER,
    PACK,
    TEXTS,
    Place,
    Writer,
    condition,
)


class Case(Struct, frozen=True):
    """Subjects, the policy that they are judged by, and the instant."""

    now: datetime
    pack: Pack
    snapshots: list[Snapshot]

    def __repr__(self) -> str:
        """Return the conditions and facts alone, which is what a failure is about."""
        derived = [
            f"{one.name}: {one.derived.text}" for one in self.pack.facts.values() if one.derived
        ]
        rows = [f"{row.id}: {row.when.text}" for row in self.pack.tables["table"].rows if row.when]
        facts = [
            f"{one.id} ({one.stage}): "
            + ", ".join(f"{name} waived until {it.ends_on}" for name, it in one.waivers.items())
            + ", ".join(
                f"{name}={seen.value} of {seen.as_of:%Y-%m-%d}" for name, seen in one.facts.items()
            )
            for one in self.snapshots
        ]
        gates = [
            f"{item.id}: {item.condition.text} | when {item.must_when and item.must_when.text}"
            for gate in self.pack.gates.values()
            for item in gate.criteria
        ]
        size = self.pack.parameters["size"]
        return "\n".join(
            [
                f"{self.now}",
                f"P.size: {size.value} {size.overrides}",
                *derived,
                *rows,
                *facts,
                *gates,
            ]
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return a case in which anything can be anything."""
    now = draw(st.sampled_from(NOWS))
    return Case(now, draw(_packs()), draw(_portfolios(now)))


@st.composite
def _packs(draw: st.DrawFn) -> Pack:
    """Return the small pack with other derived facts, defaults, parameters, table and bands."""
    writer, facts = Writer(draw), dict(PACK.facts)
    account = Place("account", computed=False)
    derived = {
        "account.sum": writer.number(account, 2),
        "account.good": writer.flag(account, 2),
        "program.half": writer.number(Place("program", computed=False), 2),
        "contact.high": writer.flag(Place("contact", computed=False), 2),
    }
    for name, text in derived.items():
        facts[name] = replace(facts[name], derived=condition(text))
    size, age = _parameters(writer)
    table = PACK.tables["table"]
    rows = tuple(
        replace(row, when=row.when and condition(writer.flag(account, 1))) for row in table.rows
    )
    if writer.chance():
        rows = rows[:-1]
    return replace(
        PACK,
        facts=facts,
        parameters={**PACK.parameters, "size": size, "age": age},
        tables={"table": replace(table, rows=rows)},
        scorecards={"card": _card(writer)},
        gates={
            gate.id: gate
            for kind in ("account", "program", "contact")
            for gate in (_gate(writer, kind), _optional_gate(writer, kind))
        },
    )


def _parameters(writer: Writer) -> tuple[Parameter, Parameter]:
    return (
        replace(
            PACK.parameters["size"],
            value=f"{Decimal(writer.one_of(NUMBERS)):f}",
            overrides=tuple(
                Override(
                    layer=layer,
                    key=key,
                    value=writer.one_of(("2", "-1", "0.1")),
                    owner="",
                    reason="",
                    until=until,
                )
                for layer, key in (
                    ("region", "ana"),
                    ("colour", "red"),
                    ("account", "a0"),
                    ("program", "north"),
                )
                for until in (writer.one_of((None, NOWS[2].date())),)
                if writer.one_of((True, True, True, False))
            ),
        ),
        replace(PACK.parameters["age"], value=writer.one_of(("30", "90"))),
    )


def _card(writer: Writer) -> Scorecard:
    card = PACK.scorecards["card"]
    limit = Decimal(writer.one_of(NUMBERS))
    bands = (
        Band(points=Decimal("0.7"), at_least=limit),
        Band(points=Decimal(4), at_most=limit + 1),
    )
    first = replace(card.criteria[0], bands=writer.one_of((bands, bands[:1], bands[1:], ())))
    scale = writer.one_of(((card.low, card.high), (None, None)))
    return replace(card, criteria=(first, *card.criteria[1:]), low=scale[0], high=scale[1])


def _gate(writer: Writer, kind: str) -> Gate:
    place = Place(kind)
    criteria = tuple(
        Criterion(
            id=f"{kind}.{number}",
            condition=condition(writer.flag(place, number % 4)),
            must=writer.chance(),
            must_when=condition(writer.flag(place, 0)) if writer.chance() else None,
            needs=(condition(writer.number(place, 0)),)
            if writer.chance() and writer.chance()
            else (),
            waivable=writer.one_of((True, True, True, False)),
            settled_by_approval=writer.one_of((False, False, False, False, True)),
        )
        for number in range(12 if kind == "account" else 5)
    )
    return Gate(id=kind, title="", kind=kind, criteria=criteria)


def _optional_gate(writer: Writer, kind: str) -> Gate:
    """Return a gate of a few `should`, whose verdict hangs on whether they block.

    Parameters with layers and frozen cohorts come by chance too seldom elsewhere.
    """
    place = Place(kind)
    texts = (
        f"P.size = {writer.one_of(('2', '-1', '0.1'))}",
        f"count({COHORT}) {writer.one_of(ORDER)} {writer.one_of((0, 1))}",
        writer.flag(place, 0),
    )
    criteria = tuple(
        Criterion(
            id=f"optional {kind}.{number}",
            condition=condition(text),
            must=False,
            must_when=condition(writer.flag(place, 0)),
        )
        for number, text in enumerate(texts)
    )
    return Gate(id=f"optional {kind}", title="", kind=kind, criteria=criteria)


@st.composite
def _portfolios(draw: st.DrawFn, now: datetime) -> list[Snapshot]:
    """Return two programs with a few accounts and contacts, some facts recorded."""
    writer = Writer(draw)
    found = [
        _subject(writer, "program", "north", None, now),
        _subject(writer, "program", "south", None, now),
    ]
    for number, program in enumerate(writer.some(("north", "north", "south"))):
        account = f"{program}/a{number}"
        found.append(_subject(writer, "account", account, program, now))
        found += [
            _subject(writer, "contact", f"{account}/{place}", account, now)
            for place in range(writer.one_of((0, 0, 1, 2)))
        ]
    accounts = sorted(one.id for one in found if one.kind == "account")
    frozen: tuple[dict[str, tuple[str, ...]], ...] = (
        {},
        {"pilot": ()},
        {"pilot": (*accounts[::2], "north/gone")},
    )
    return [replace(one, cohorts=writer.one_of(frozen)) for one in found[:2]] + found[2:]


def _subject(
    writer: Writer, kind: str, identity: str, parent: str | None, now: datetime
) -> Snapshot:
    facts = {}
    for fact in PACK.facts.values():
        if fact.kind != kind or fact.derived or not writer.one_of((True, True, False)):
            continue
        facts[fact.name] = Observation(
            _text(writer, fact.shape.type, fact.shape.values),
            now - timedelta(days=writer.one_of(AGES)),
            "crm",
            writer.one_of(TEXTS[:2]),
            now - timedelta(hours=writer.one_of((0, 24, 25, 48, 100))),
        )
    return Snapshot(
        id=identity,
        kind=kind,
        name=identity.title(),
        parent=parent,
        workflow="",
        stage=writer.one_of(("candidate", "pilot", "red")),
        entered_at=now,
        opened_at=now - timedelta(days=writer.one_of(AGES)),
        pack="",
        sequence=1,
        facts=facts,
        waivers=_waivers(writer, kind, now),
    )


def _waivers(writer: Writer, kind: str, now: datetime) -> dict[str, Waiver]:
    """Return waivers of a few criteria: of this gate or another, in force or over."""
    if not writer.chance():
        return {}
    gates = (kind, kind, f"optional {kind}", "gone")
    found = {}
    for number in range(3):
        gate = writer.one_of(gates)
        criterion = f"{gate}.{number}"
        found[criterion] = Waiver(
            id="",
            gate=writer.one_of((gate, gate, gate, "gone")),
            criterion=criterion,
            owner="ana",
            reason="",
            ends_on=now.date() + timedelta(days=writer.one_of((-1, 0, 0, 1))),
        )
    return found


def _text(writer: Writer, type_name: str, values: Sequence[str]) -> str:
    """Return a value of a type, and now and then what another policy has left behind."""
    if type_name in NUMERIC:
        return writer.one_of((*NUMBERS, "n/a"))
    if type_name == "date":
        return writer.one_of((*DAYS, "soon"))
    if type_name == "flag":
        return writer.one_of(("true", "false", "true", "false", "perhaps"))
    return writer.one_of(values or TEXTS)
