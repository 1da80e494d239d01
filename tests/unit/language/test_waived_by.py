"""A criterion says who decides on its waivers: roles, of which each agrees, or one approval."""

import pytest

from tests.builders import a_pack, problems
from tests.unit.language.governed import APPROVALS, AROUND, LIFECYCLE, WORDS

ROUTED = f"""{APPROVALS}  AP-X: {{route: way.approval}}
tables:
  way: {{subject: account, rows: [{{id: R, otherwise: true, then: {{approval: AP-C}}}}]}}
"""


def waived_by(names: str) -> str:
    return WORDS.replace("waived_by: [finance]", f"waived_by: [{names}]")


def test_a_criterion_names_roles_or_an_approval() -> None:
    pack = a_pack(waived_by("AP-C"), APPROVALS, AROUND, lifecycle=LIFECYCLE)
    named, other = pack.gates["G"].criteria
    roles = a_pack(WORDS, APPROVALS, AROUND, lifecycle=LIFECYCLE)

    assert (pack.approval_of_waiver(named), pack.approval_of_waiver(other)) == ("AP-C", "")
    assert roles.approval_of_waiver(roles.gates["G"].criteria[0]) == ""


@pytest.mark.parametrize(
    ("names", "why"),
    [
        ("AP-NONE", "K203 there is no role or approval `AP-NONE`"),
        (
            "AP-C, finance",
            "K206 `waived_by` of criterion `G-1` names roles, or one approval and nothing else",
        ),
        (
            "AP-X",
            "K206 `waived_by` of criterion `G-1` names `AP-X`, which only leads to others",
        ),
    ],
)
def test_who_cannot_decide_is_reported(names: str, why: str) -> None:
    (found,) = problems(waived_by(names), ROUTED, AROUND, lifecycle=LIFECYCLE)

    assert found.split(" ", 1)[1].startswith(why)


def test_what_only_decides_on_a_waiver_is_asked_for_about_that_kind() -> None:
    board = f"{APPROVALS}  AP-W: {{voters: [{{role: board, when: account.budget > 1}}]}}\n"

    assert problems(waived_by("AP-W"), board, AROUND, lifecycle=LIFECYCLE) == []
