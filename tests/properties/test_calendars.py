"""Business days agree with counting day by day, in whatever calendar, alone and in conditions."""

from datetime import date
from operator import eq, ge, gt, le, lt, ne

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.engine.calendars import WorkCalendar
from kamflow.engine.compiled import CompiledPack
from kamflow.engine.gates import judge_gate
from kamflow.engine.view import Scene
from kamflow.model.pack import Calendar
from kamflow.model.snapshot import Observation, Snapshot
from kamflow.model.values import Verdict
from tests.builders import NOON, a_pack
from tests.properties.calendar_cases import calendars, days, is_open, slowly


@given(calendar=calendars(), day=days, count=st.integers(-400, 400))
def test_business_days_are_those_that_are_counted_one_by_one(
    calendar: Calendar, day: date, count: int
) -> None:
    assert WorkCalendar(calendar).add_business_days(day, count) == slowly(calendar, day, count)
    assert WorkCalendar(calendar).is_business_day(day) is is_open(calendar, day)


# ---- conditions

REGIONS = """
facts:
  account:
    account.region: {type: choice, values: [BY, SA, NONE]}
    account.day: {type: date}
calendars:
  BY: {zone: Europe/Berlin, country: DE, subdivision: BY}
  SA: {zone: Asia/Riyadh, weekend: [friday, saturday], country: SA}
  NONE:
    default: true
    zone: UTC
    weekend: []
    closures: [{from: 2026-03-01, to: 2026-04-15, title: closed}]
"""
GATES = "gates: {G: {subject: account, criteria: [{id: c, must: '%s'}]}}"
ORDER = {"=": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


@given(
    region=st.sampled_from(["BY", "SA", "NONE", "", "gone"]),
    day=st.dates(date(2026, 2, 15), date(2026, 5, 15)),
    op=st.sampled_from([*ORDER, "within"]),
    count=st.integers(0, 30),
    sign=st.sampled_from("+-"),
)
@settings(max_examples=60, deadline=None)
def test_closures_and_generated_functions_count_by_the_calendar(
    region: str, day: date, op: str, count: int, sign: str
) -> None:
    condition = f"account.day {op} today {sign} {count} business days"
    if op == "within":
        condition = f"account.day within {count} business days"
    compiled = CompiledPack(
        a_pack(REGIONS, GATES % condition, head_keys="calendar_by: account.region")
    )
    calendars_of = compiled.pack.calendars
    moved = slowly(
        calendars_of.get(region, calendars_of["NONE"]),
        NOON.date(),
        -count if op == "within" or sign == "-" else count,
    )
    met = moved <= day <= NOON.date() if op == "within" else ORDER[op](day, moved)
    stated = {"account.day": day.isoformat(), **({"account.region": region} if region else {})}
    subject = an_account(compiled, stated)
    scene = Scene(compiled.sources, NOON, lambda _id: None, lambda _id, _kind: ())

    expected = Verdict.MET if met else Verdict.UNMET
    assert judge_gate(compiled, "G", scene.look(subject)).verdict is expected
    assert compiled.verdict("G", scene.look(subject)) is expected


def an_account(compiled: CompiledPack, stated: dict[str, str]) -> Snapshot:
    return Snapshot(
        id="acme",
        kind="account",
        name="Acme",
        parent=None,
        workflow="lifecycle",
        stage="candidate",
        entered_at=NOON,
        opened_at=NOON,
        pack=compiled.pack.digest,
        sequence=1,
        facts={
            name: Observation(value, NOON, "crm", "ana", NOON) for name, value in stated.items()
        },
    )
