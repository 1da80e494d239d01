"""Whatever the conditions are, the checks come to an end without an exception."""

import time
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from kamflow.analysis.checks.amounts import TooComplexError
from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.reading import Reading
from kamflow.analysis.checks.verify import verify
from kamflow.language.load import load_pack
from kamflow.model.expression import Both, Compare, Name, Node, Number
from tests.unit.analysis.checks.found import FACTS, found, gate, lifecycle, table
from tests.unit.language.test_fuzz import rearranged

PIECES = [
    "account.size > 5", "account.pilot", "account.segment = core", "account.kam = account.sponsor",
    "account.revenue / account.cost > 2", "account.size * account.score > 2",
    "account.size / (account.size - account.size) > 1", "days_since(account.signed_on) < 9",
    "months_since(account.signed_on) <= 3", "account.signed_on > 2026-01-31", "today > 2026-01-31",
    "account.signed_on within 90 days", "trend(account.size, 3, rising by 2)", "stage = candidate",
    "change(account.size over 30 days) < 0", "account.segment as of 2026-01-01 = core",
    "count(accounts where account.size > self.account.size) > 1",
    "avg(account.size of accounts) > 4",
    "share(accounts where account.pilot) > 50",
    "(if account.pilot then 3 else account.size) < 4",
    "max(account.size, 2 * account.score, 3) <= 7", "20 % of account.cost > account.revenue",
    "account.large is known", "(account.size + account.score) is unknown", "account.large = true",
]  # fmt: skip

conditions = st.recursive(
    st.sampled_from(PIECES),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map(
            lambda parts: f"({''.join(parts)})"
        ),
        inner.map(lambda item: f"not ({item})"),
    ),
    max_leaves=6,
)


@given(st.lists(conditions, min_size=2, max_size=4), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_conditions_are_checked(parts: list[str], with_z3: bool) -> None:  # noqa: FBT001
    workflow = lifecycle(
        "candidate: {kind: initial}, b: {kind: end}, c: {kind: end}",
        f"id: T1, trigger: go, from: candidate, to: b, gate: G, when: '{parts[0]}'",
        f"id: T2, trigger: go, from: candidate, to: c, automatic: true, when: '{parts[1]}'",
        f"id: T3, trigger: on, from: candidate, to: same, automatic: true, when: '{parts[-1]}'",
    )

    found(gate(*parts), table(*parts), lifecycle=workflow, with_z3=with_z3)


@given(rearranged())
@settings(max_examples=6, deadline=None)
def test_rearranged_shipped_policies_are_checked(files: dict[str, bytes]) -> None:
    loaded = load_pack(files)

    if loaded.pack is not None:
        verify(loaded.pack, loaded.places)


class Novelty(Node, frozen=True, kw_only=True):
    """A part of an expression that no check knows."""


def test_a_part_that_is_not_known_may_be_anything() -> None:
    pack = load_pack({"a.yaml": (PACK + FACTS).encode()}).pack
    assert pack is not None
    size = Name(path="account.size")
    strange = Compare(op=">", left=Novelty(), right=size)  # type: ignore[arg-type]
    impossible = Compare(op=">", left=size, right=Number(value=Decimal(101)))
    asking = Asking(pack, None)

    def both(reading: Reading) -> list[object]:
        return [reading.truth(Both(left=strange, right=impossible)).met]

    assert asking.ask("x", "account", lambda reading: [reading.truth(strange).met]).possible
    assert asking.ask("x", "account", lambda r: [r.truth(strange).met], sure=True).open
    assert asking.ask("x", "account", both).impossible  # type: ignore[arg-type]


PACK = """
pack: {id: test, version: 1.0.0, currency: EUR}
subjects: {account: {plural: accounts, workflow: l}}
workflow:
  {id: l, subject: account, stages: {s: {kind: initial}, t: {kind: end}},
  transitions: [{id: T, trigger: go, from: s, to: t}]}
"""


def test_hundreds_of_criteria_take_seconds() -> None:
    facts = "facts:\n  account:\n" + "".join(
        f"    account.f{n}: {{type: integer, range: 0 to 9, writers: [kam]}}\n" for n in range(400)
    )
    criteria = [f"account.f{n} > 3 or account.f{(n + 1) % 400} < 3" for n in range(400)]

    begin = time.perf_counter()
    found(facts, gate(*criteria))

    assert time.perf_counter() - begin < 10


def test_a_condition_that_is_too_much_is_left_open() -> None:
    """Two to the power of sixty cases are not looked at one by one."""
    sums = " + ".join(f"(if account.f{n} then {2**n} else 0)" for n in range(30))
    facts = "facts: {account: {" + ", ".join(
        f"account.f{n}: {{type: flag, writers: [kam]}}" for n in range(30)
    ) + "}}"  # fmt: skip

    said = found(facts, gate(f"{sums} = 77777"), only=("K521", "K522", "K561"))

    assert [line[:4] for line in said] == ["K561"]
    assert issubclass(TooComplexError, Exception)
