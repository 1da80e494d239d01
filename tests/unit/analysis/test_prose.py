"""A policy in plain English."""

import pytest

from kamflow import read_policy
from kamflow.analysis.document import Bullets, Document, Grid, Heading, Paragraph
from kamflow.analysis.formalities import approval_words
from kamflow.analysis.prose import PARTS, describe_pack, describe_part
from kamflow.errors import NotFoundError
from kamflow.model.pack import Pack
from tests.builders import a_pack, shipped_pack
from tests.unit.language.governed import APPROVALS, AROUND, WORDS
from tests.unit.language.governed import LIFECYCLE as GOVERNED

ROLES = """
roles:
  steering_committee: {who: five people}
  program_sponsor: {who: owner}
  service: {who: connected system, identity: service}
facts:
  account:
    account.kam: {type: person, title: account manager}
    account.n: {type: number, unit: pieces, source: manual, writers: [service]}
"""


def approval(terms: str) -> str:
    pack = a_pack(ROLES, f"approvals: {{AP: {{{terms}}}}}")
    return approval_words(pack.approvals["AP"], pack)


def text_of(document: Document) -> str:
    """Return all the words of a document."""
    lines: list[str] = []
    for block in document:
        match block:
            case Heading() | Paragraph():
                lines.append(block.text)
            case Bullets():
                lines += [line for head, below in block.items for line in (head, *below)]
            case Grid():
                lines += [" | ".join(row) for row in (block.columns, *block.rows)]
    return "\n".join(lines)


@pytest.fixture(scope="module", params=["kam-core", "kam-lite"])
def shipped(request: pytest.FixtureRequest) -> Pack:
    return read_policy(request.param)


QUORUM = "rule: two_thirds, quorum: 4, chair: program_sponsor, excluded: [requester]"
BOTH = "voters: [steering_committee, program_sponsor]"
KEPT_OUT = "excluded: [requester, account.kam], deadline: 5 business days"


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("voters: [program_sponsor]", ["The first vote of the program sponsor decides."]),
        (
            f"voters: [steering_committee], {QUORUM}",
            [
                "Two thirds of the steering committee, at least 4 votes,",
                "the chair (the program sponsor) must vote; whoever asked may not vote.",
            ],
        ),
        (
            f"{BOTH}, rule: all, {KEPT_OUT}",
            [
                "The steering committee and the program sponsor must agree,",
                "each through another person; whoever asked or the account manager may not vote.",
                "They have 5 business days.",
            ],
        ),
        (
            "voters: [steering_committee], rule: at_least 1",
            ["At least 1 yes vote of the steering committee."],
        ),
        (
            f"{BOTH}, rule: majority",
            ["A majority of the steering committee and the program sponsor."],
        ),
    ],
)
def test_an_approval_in_words(terms: str, words: list[str]) -> None:
    assert approval(terms) == " ".join(words)


def test_steps_are_told_one_after_the_other() -> None:
    words = approval(
        "steps: [{title: Money, when: account.n > 5, voters: [program_sponsor]}, {need: any, "
        "ballots: [{voters: [{role: steering_committee, each: function}], rule: everybody}, "
        "{voters: [program_sponsor], rule: at_least 60%, quorum: 50%}]}], excluded: [requester]"
    )

    assert words == (
        "There are 2 steps, each after a yes in the one before. "
        "Step 1 (Money): It is held when this holds or is unknown: "
        "The account n is above 5 pieces. "
        "The first vote of the program sponsor decides. "
        "Step 2: 2 groups vote at the same time, and one of them has to agree. "
        "Everybody among the steering committee of each function must agree or abstain, and "
        "somebody must agree. "
        "At least 60% of all who may vote as the program sponsor must agree, at least 50% of them "
        "must vote. "
        "Whoever asked may not vote."
    )


def test_what_happens_while_nobody_decides_and_afterwards_is_told() -> None:
    pack = a_pack(WORDS, APPROVALS, AROUND, lifecycle=GOVERNED)

    automatic = approval_words(pack.approvals["AP-A"], pack)
    rejection = approval_words(pack.approvals["AP-R"], pack)

    assert (
        "They have 3 business days. While nothing is decided, these join: the sponsor after 100% "
        "and the board after 150% of that time. It may be sent back 2 times."
    ) in automatic
    assert (
        "For 5 business days, the board may call an automatic yes in: then AP-C decides, and a no "
        "makes A2. 10% of the automatic decisions are looked at by the auditor within 10 days."
    ) in automatic
    assert "Whoever asked (D-1) or the KAM (D-1) may not vote." in automatic
    assert (
        "For 10 business days, the KAM or the sponsor may appeal, once: then AP-C decides, "
        "and a yes makes A4."
    ) in rejection


def test_how_approvals_are_run_is_told() -> None:
    pack = a_pack(WORDS, APPROVALS, AROUND, lifecycle=GOVERNED)

    told = text_of(describe_pack(pack))

    for sentence in (
        "Voters have 10 business days where an approval does not say otherwise.",
        "They are reminded after 50% and 80% of the deadline.",
        "A request without a decision expires after 300% of it. Silence never approves.",
        "A condition of a yes is due within 90 days.",
        "The KAM may ask that a criterion is waived, for at most 90 days; AP-C decides",
        (
            "In an emergency the sponsor may ask to pass gate and approval, another person as the "
            "board has to confirm it within 2 business days"
        ),
        "The board may give a vote to somebody else.",
        "D-1: who asks does not vote",
        "Only about: AP-*.",
        "Nobody has roles of two of these groups: the admin / the board or the sponsor.",
        "Kept by: criterion G-1.",
        "Who decides on a waiver: the finance.",
    ):
        assert sentence in told


def test_the_approval_that_decides_on_a_waiver_is_told() -> None:
    words = WORDS.replace("waived_by: [finance]", "waived_by: [AP-C]")

    told = text_of(describe_pack(a_pack(words, APPROVALS, AROUND, lifecycle=GOVERNED)))

    assert "Approval AP-C decides on a waiver." in told


def test_an_approval_tells_when_nobody_is_asked_and_who_votes_only_at_times() -> None:
    words = approval(
        "voters: [steering_committee, {role: program_sponsor, when: account.n > 5}], rule: all, "
        "auto_when: account.n < 2"
    )

    assert "Nobody is asked when this holds: The account n is below 2 pieces." in words
    assert "The program sponsor votes only when this holds or is unknown:" in words


def test_a_routed_approval_names_the_approvals_that_the_table_picks() -> None:
    pack = shipped_pack()

    words = approval_words(pack.approvals["AP-DESIG"], pack)

    assert words.startswith("The table Designation outcome picks AP-REJ, AP-DESIG-C")


def test_every_fact_that_ships_has_a_title_of_its_own(shipped: Pack) -> None:
    titles = [fact.title for fact in shipped.facts.values()]

    assert [name for name, fact in shipped.facts.items() if fact.title == name] == []
    assert len(set(titles)) == len(titles)


def test_a_frozen_cohort_is_told(shipped: Pack) -> None:
    said = text_of(describe_pack(shipped))

    assert "The cohort “pilot” is frozen: the accounts for which the account is a pilot" in said


def test_the_whole_policy_names_everything_that_it_declares(shipped: Pack) -> None:
    said = text_of(describe_pack(shipped))

    declared = [
        *shipped.facts,
        *shipped.parameters,
        *shipped.gates,
        *shipped.approvals,
        *shipped.tables,
        *shipped.scorecards,
        *(item.id for gate in shipped.gates.values() for item in gate.criteria),
        *(row.id for table in shipped.tables.values() for row in table.rows),
        *(item.id for way in shipped.workflows.values() for item in way.transitions),
        *(stage for way in shipped.workflows.values() for stage in way.stages),
    ]
    assert [name for name in declared if name not in said] == []


def test_a_criterion_says_what_why_and_who(shipped: Pack) -> None:
    for gate in shipped.gates.values():
        said = text_of(describe_part(shipped, "gate", gate.id))

        assert all(item.why in said for item in gate.criteria)
        assert said.count("Who can change it: ") == sum(1 for item in gate.criteria if item.fix_by)


def test_a_workflow_comes_with_its_gates_and_approvals() -> None:
    said = text_of(describe_part(read_policy("lite"), "workflow", "program_rollout"))

    assert "GL-P2: From design to pilot" in said
    assert "AL-PROGRAM: Next stage of the program" in said
    assert "GL-A1" not in said


def test_a_transition_tells_who_asks_and_what_follows() -> None:
    said = text_of(describe_part(read_policy("lite"), "workflow", "account_lifecycle"))

    assert "The engine asks for it by itself; the program manager may ask for it too." in said
    assert "resume: back to the stage it came from (TL-14)" in said
    assert "It should take at most 14 days." in said
    assert "the nominator becomes whoever asked" in said


def test_a_way_that_stays_open_despite_conditions_says_so() -> None:
    said = text_of(describe_part(shipped_pack(), "workflow", "account_lifecycle"))

    assert "Open conditions of an earlier yes do not keep it shut." in said


def test_a_scorecard_tells_its_bands() -> None:
    (_, _, grid) = describe_part(shipped_pack(), "scorecard", "designation_score")

    assert isinstance(grid, Grid)
    assert grid.rows[0] == (
        "D1",
        "growth potential, three years",
        "20",
        "5 from 35 %, 4 from 20 %, 3 from 10 %, 2 from 5 %, otherwise 1",
    )


@pytest.mark.parametrize("sort", PARTS)
def test_what_is_not_there_is_an_error_with_a_hint(sort: str) -> None:
    pack = shipped_pack()
    name = next(iter(PARTS[sort][0](pack)))

    with pytest.raises(NotFoundError, match=f"did you mean `{name}`"):
        describe_part(pack, sort, f"{name}x")


def test_a_pack_with_nothing_but_workflows_is_told_too() -> None:
    said = text_of(describe_pack(a_pack()))

    assert "launch: to pilot (P1)" in said
    assert "Anybody may ask for it." in said


def test_an_amount_is_written_alike_in_tables_overrides_and_sentences() -> None:
    pack = a_pack(
        "facts: {account: {account.revenue: {type: money}}}",
        "parameters:\n"
        "  floor: {type: money, value: 100000}\n"
        "  drop: {type: number, value: 2, unit: pp}",
        "overrides: [{parameter: floor, layer: account, key: acme, value: 90000, owner: ana,"
        " reason: small}]",
        "gates: {G: {subject: account, criteria: [{id: G.1, must: account.revenue >= P.floor}]}}",
    )

    said = text_of(describe_pack(pack))

    assert "is at least 100,000 EUR (P.floor)." in said
    assert "floor | 100,000 EUR" in said
    assert "drop | 2 percentage points" in said
    assert "floor: account acme = 90,000 EUR by ana (small)" in said
    assert "100000" not in said


def test_what_a_stage_keeps_and_who_waits_for_a_place_is_told() -> None:
    said = text_of(describe_pack(shipped_pack()))

    assert (
        "The last day on which places are reserved becomes today plus 30 (P.place_lock_days), and "
        "lasts while this holds: The account is not designated and"
    ) in said
    assert (
        "When a place becomes free, the engine asks for readmit for one that waits and could take "
        "it: the highest comes first by the designation score, then who has waited longest."
    ) in said
