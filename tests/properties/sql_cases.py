"""Generated conditions, policies and subjects for the comparison of closures and SQL."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from kamflow.language.conditions import parse_condition
from kamflow.model.expression import Condition
from kamflow.model.values import MAX_DIGITS
from tests.builders import ROLLOUT, a_pack

T = TypeVar("T")

RULES = """
subjects: {contact: {plural: contacts, parent: account, workflow: contacting}}
parameters:
  size: {type: number, value: 3}
  age: {type: integer, value: 90}
  colour: {type: choice, values: [red, amber, green], value: red}
  day: {type: date, value: 2026-01-31}
facts:
  program:
    program.size: {type: number, max_age: 30 days}
    program.on: {type: date}
    program.flag: {type: flag, default: stage = pilot}
    program.region: {type: text}
    program.half: {type: number, derived: program.size / 2}
  account:
    account.a: {type: number, max_age: 90 days}
    account.b: {type: number}
    account.c: {type: integer, default: account.b + 1}
    account.money: {type: money, max_age: P.age}
    account.pct: {type: percent}
    account.on: {type: date, max_age: 30 days}
    account.since: {type: date}
    account.flag: {type: flag, max_age: 90 days}
    account.pilot: {type: flag, default: "false"}
    account.colour: {type: choice, values: [red, amber, green], max_age: 30 days}
    account.mood: {type: choice, values: [red, amber, green], default: green}
    account.region: {type: text}
    account.kam: {type: person}
    account.sum: {type: number, derived: account.a + account.b}
    account.good: {type: flag, derived: account.a > 1}
    account.load: {type: integer, derived: count(accounts where account.kam = self.account.kam)}
  contact:
    contact.level: {type: number, default: account.a}
    contact.flag: {type: flag}
    contact.name: {type: person, max_age: 90 days}
    contact.high: {type: flag, derived: contact.level > account.b}
scorecards:
  card:
    subject: account
    scale: 1 to 5
    criteria:
      - {id: A, fact: account.a, weight: 3, bands: [{at_least: 3, points: 5}], otherwise: 1}
      - {id: B, fact: account.b, weight: 0.1}
      - {id: P, fact: account.pct, missing: 2, bands: [{at_most: 0, points: 4}], otherwise: 1}
      - {id: S, fact: account.sum, missing: 0}
tables:
  table:
    subject: account
    hit: first
    rows:
      - {id: R1, when: account.flag, then: {outcome: red}}
      - {id: R2, when: account.a > 1, then: {outcome: amber}}
      - {id: R3, otherwise: true, then: {outcome: green}}
workflow:
  id: contacting
  subject: contact
  stages: {known: {kind: initial}}
  transitions: [{id: C1, trigger: meet, from: known, to: same}]
"""
LAYERS = "layers: {region: account.region, colour: account.colour}"
FREEZING = ROLLOUT.replace(
    "to: pilot}", "to: pilot, freeze: {pilot: accounts where account.pilot}}"
)
PACK = a_pack(RULES, head_keys=LAYERS, rollout=FREEZING)
COHORT = 'cohort("pilot")'


NOWS = tuple(
    datetime(*day, 12, 30, tzinfo=UTC)
    for day in ((2026, 3, 31), (2024, 2, 29), (2026, 2, 28), (2025, 12, 30), (2026, 1, 3))
)
NUMBERS = (
    "0", "1", "-1", "2", "3", "3.0", "0.1", "0.30", "2.5", "90", "-7.25", "100",
    "1e-20", "1.00000000000000000001", "0.3000000000000000000000001", "9007199254740993",
    "9007199254740992", "12345678901234567", "-12345678901234567.5", "1e22", "-1e-30",
    "0.1000000000000000055511151231257827", "9999999999999999999999999999",
    "123456789012345678901234567890", "1234567890123456789012345678.55", "5e29",
)  # fmt: skip
DAYS = (
    "2026-03-31", "2026-01-31", "2025-12-31", "2026-02-28", "2024-02-29", "2025-03-01",
    "2026-01-02", "2026-04-01", "1900-02-28", "0001-01-01", "9999-12-31",
)  # fmt: skip
LITERALS = tuple(text.strip("-") for text in NUMBERS if "e" not in text and len(text) <= MAX_DIGITS)
TEXTS = ("ana", "olga", "Ana", "o'brien", "größe", "日本", "\\", "\\0", "a\0b", '"', "%s", "red")
AGES = (0, 1, 29, 30, 31, 89, 90, 91, 400, -2)

OPERATIONS = ("+", "-", "*", "/", "% of")
ORDER = ("=", "!=", "<", "<=", ">", ">=")
STATES = ("present", "absent", "known", "unknown")
UNITS = ("days", "months", "business days")
WORDS = ("red", "green", "candidate", "R2", *(f'"{text}"' for text in TEXTS if '"' not in text))

NUMERIC_NAMES = {
    "program": ("program.size",),
    "account": ("account.a", "account.b", "account.c", "account.money", "account.pct"),
    "contact": ("contact.level",),
}
DAY_NAMES = {"program": ("program.on",), "account": ("account.on", "account.since"), "contact": ()}
FLAG_NAMES = {
    "program": ("program.flag",),
    "account": ("account.flag", "account.pilot"),
    "contact": ("contact.flag",),
}
WORD_NAMES = {
    "program": ("program.region",),
    "account": ("account.colour", "account.mood", "account.region", "account.kam"),
    "contact": ("contact.name",),
}
COMPUTED_NUMBERS = {
    "program": ("program.half",),
    "account": (
        "account.sum", "account.load", "card.total", "card.completeness_pct", "card.oldest_days",
        "card.A", "card.B", "card.P", "card.S",
    ),
    "contact": (),
}  # fmt: skip
COMPUTED_FLAGS = {"program": (), "account": ("account.good",), "contact": ("contact.high",)}
COMPUTED_WORDS = {"program": (), "account": ("table.outcome", "table.row"), "contact": ()}
PARENTS = {"program": None, "account": "program", "contact": "account"}
SETS = {"program": ("accounts",), "account": ("accounts", "contacts"), "contact": ("contacts",)}
MEMBERS = {"accounts": "account", "contacts": "contact", COHORT: "account"}
Names = dict[str, tuple[str, ...]]


class Place(Struct, frozen=True):
    """Where a part of a condition stands: about which kind, and inside whose set."""

    kind: str
    asker: str = ""
    computed: bool = True  # whether derived facts, tables and scorecards may be read

    def names(self, own: Names, computed: Names) -> list[str]:
        """Return what can be read here, with what the asker has."""
        found: list[str] = []
        kind: str | None = self.kind
        while kind is not None:
            found += own[kind] + (computed[kind] if self.computed else ())
            kind = PARENTS[kind]
        return [*found, *(f"self.{name}" for name in (own[self.asker] if self.asker else ()))]


class Writer:
    """Writes conditions, drawing every choice from hypothesis."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one_of(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def some(self, options: Sequence[T]) -> list[T]:
        return [self.one_of(options) for _ in range(self.one_of((1, 3, 5)))]

    def chance(self) -> bool:
        return self._draw(st.booleans())

    def number(self, place: Place, depth: int) -> str:
        if depth <= 0:
            return self._plain_number(place)
        form = self.one_of("ooonmdDiaa")
        one = self._plain_number(place) if form in "dDa" else self.number(place, depth - 1)
        if form == "o":
            return f"({one} {self.one_of(OPERATIONS)} {self.number(place, depth - 2)})"
        if form == "n":
            return f"(-{one})"
        if form == "m":
            return f"{self.one_of(('min', 'max'))}({one}, {self.number(place, depth - 2)})"
        if form == "d":
            return f"{self.one_of(('days_since', 'months_since'))}({self.day(place, depth - 1)})"
        if form == "D":
            return f"({self.day(place, 0)} - {self.day(place, 0)})"
        if form == "i":
            return f"(if {self.flag(place, depth - 2)} then {one} else {self._plain_number(place)})"
        return self._aggregate(place, depth)

    def _plain_number(self, place: Place) -> str:
        if self.chance():
            return self.one_of(place.names(NUMERIC_NAMES, COMPUTED_NUMBERS))
        return self.one_of((self.one_of(LITERALS), "P.size", "P.age"))

    def _aggregate(self, place: Place, depth: int) -> str:
        members = self.one_of((*SETS[place.kind], COHORT))
        inside = Place(MEMBERS[members], place.kind, place.computed)
        form = self.one_of(("count", "share", "within", "total", "total", "max_per"))
        if form == "within" and members != COHORT:
            return f"count({members} within {self.one_of((1, 30))} days)"
        if form == "max_per":
            return f"max_per({self.word(replace(inside, asker=''))} of {members})"
        where = self._of_members(inside, depth)
        if form == "total":
            function = self.one_of(("sum", "avg", "min", "max"))
            condition = self.one_of((f" where {where}", ""))
            return f"{function}({self._plain_number(inside)} of {members}{condition})"
        return f"{'count' if form == 'within' else form}({members} where {where})"

    def _of_members(self, inside: Place, depth: int) -> str:
        """Return a condition on members, often an equality with the subject that asks."""
        if inside.kind == "account" and self.chance():
            mine = f"account.kam = self.{self.one_of(WORD_NAMES[inside.asker])}"
            return self.one_of((mine, f"{mine} and {self._plain_flag(inside)}"))
        return self.flag(inside, depth - 2)

    def day(self, place: Place, depth: int) -> str:
        names = [*place.names(DAY_NAMES, dict.fromkeys(PARENTS, ())), "today", "P.day"]
        plain = self.one_of(names) if self.chance() else self.one_of(DAYS)
        form = self.one_of("psi") if depth > 0 else "p"
        if form == "s":
            count = self.one_of(("0", "1", "3", "30", "4000000"))
            span = self.one_of(("P.age", *(f"{count} {unit}" for unit in UNITS)))
            return f"({plain} {self.one_of('+-')} {span})"
        if form == "i":
            return f"(if {self.flag(place, depth - 2)} then {plain} else {self.day(place, 0)})"
        return plain

    def word(self, place: Place) -> str:
        return self.one_of([*place.names(WORD_NAMES, COMPUTED_WORDS), "stage", "P.colour"])

    def flag(self, place: Place, depth: int) -> str:
        if depth <= 0:
            return self._plain_flag(place)
        form = self.one_of("jjnicccc")
        if form == "c":
            return self._comparison(place, depth)
        one = self.flag(place, depth - 1)
        if form == "n":
            return f"not ({one})"
        other = self.flag(place, depth - 2)
        if form == "i":
            return f"(if {one} then {other} else {self._plain_flag(place)})"
        return f"({one} {self.one_of(('and', 'or'))} {other})"

    def _plain_flag(self, place: Place) -> str:
        form = self.one_of("fbsswiInne" if place.kind == "account" else "fbsswiInn")
        name = self.one_of(place.names(FLAG_NAMES, COMPUTED_FLAGS))
        if form == "f":
            return name
        if form == "b":
            return f"({name} {self.one_of(('=', '!='))} {self.one_of(('true', 'false'))})"
        if form == "s":
            every = [
                *place.names(NUMERIC_NAMES, COMPUTED_NUMBERS),
                name,
                self.word(place),
                "P.size",
            ]
            return f"({self.one_of(every)} is {self.one_of(STATES)})"
        if form == "e":
            who = self.one_of(("account.kam", "account.region"))
            return f"edited(card by {who} within {self.one_of((24, 48))} hours)"
        if form == "n":
            return f"({self._plain_number(place)} {self.one_of(ORDER)} {self._plain_number(place)})"
        return self._wording(place, form)

    def _wording(self, place: Place, form: str) -> str:
        word, literal = self.word(place), self.one_of(WORDS)
        if form == "w":
            return f"({word} {self.one_of(('=', '!='))} {literal})"
        options = f"red, {literal}" if form == "i" else f"{literal}, {self.word(place)}"
        return f"({word} {self.one_of(('in', 'not in'))} {{{options}}})"

    def _near(self, place: Place) -> str:
        """Return a comparison of computed numbers that are equal, or so nearly."""
        one, other = self._plain_number(place), self._plain_number(place)
        left, right = self.one_of(
            (
                (f"{one} + {other}", f"{other} + {one}"),
                (f"{one} * {other} / {other}", one),
                (f"{one} / 3 * 3", one),
                (f"{one} + {other} - {other}", one),
                (f"20 % of {one}", f"{one} * 0.2"),
            )
        )
        return f"({left} {self.one_of(ORDER)} {right})"

    def _comparison(self, place: Place, depth: int) -> str:
        form = self.one_of("oobawt")
        if form == "t":
            return self._near(place)
        if form == "w":
            span = f"{self.one_of((1, 3, 30))} {self.one_of(UNITS)}"
            return f"({self.day(place, depth - 1)} within {span})"
        side = self.one_of((self.number, self.number, self.day))
        one, other = side(place, depth - 1), side(place, depth - 2)
        if form == "o":
            return f"({one} {self.one_of(ORDER)} {other})"
        third = side(place, depth - 2)
        if form == "b":
            return f"({one} between {other} and {third})"
        return f"({one} {self.one_of(('in', 'not in'))} {{{other}, {third}}})"


def condition(text: str) -> Condition:
    return Condition(text, parse_condition(text))
