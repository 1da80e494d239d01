"""What a policy says of approvals: who votes, by which rule, in which steps, and until when."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from kamflow.model.expression import Condition


class Amount(Struct, frozen=True, kw_only=True):
    """A whole number, or a parameter that holds one."""

    number: int = 0
    parameter: str = ""


class Voter(Struct, frozen=True, kw_only=True):
    """A role that votes; with `when`, only while that is met or unknown.

    With `each` being "function" the role is a group of voters for every function it is assigned
    for, and each of these groups has its own seat.
    """

    role: str
    when: Condition | None = None
    each: str = ""


class Ballot(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One group of voters with the rule by which their votes are counted.

    An abstention is a vote: it counts for the quorum, and neither for nor against.
    """

    voters: tuple[Voter, ...] = ()
    rule: str = "one"  # one, all, everybody, at_least, share, majority, two_thirds
    least: int = 1  # yes votes of `at_least`, percent of those who may vote of `share`
    quorum: int = 0  # votes that have to be cast
    quorum_pct: int | None = (
        None  # the same in percent of those who may vote; the higher one counts
    )
    chair: str | None = None  # role of which somebody has to vote
    tie: str = ""  # as many yes as no: "" is a no, "chair" as the chair voted, "approve" a yes


class Step(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Ballots that are held at the same time; the next step begins when this one is approved."""

    title: str = ""
    ballots: tuple[Ballot, ...] = ()
    need: str = "all"  # all ballots, or `any` of them
    when: Condition | None = None  # left out while it is not met; held while it is unknown


class CallIn(Struct, frozen=True, kw_only=True):
    """Who may turn an automatic yes into a decision of people, and until when."""

    by: tuple[str, ...]  # roles
    within: str  # "5 business days"
    approval: str  # that people give then
    undo: str  # transition that a no then makes


class SpotCheck(Struct, frozen=True, kw_only=True):
    """Which share of the automatic yeses is looked at afterwards, and by whom."""

    share_pct: int
    by: tuple[str, ...]  # roles
    within: str = ""  # "10 business days"


class Appeal(Struct, frozen=True, kw_only=True):
    """Who may ask others to look at a decision again, once, and until when."""

    by: tuple[str, ...]  # roles and person facts
    within: str
    approval: str  # that is asked for then
    transition: str  # that a yes then makes


class Approval(Struct, frozen=True, kw_only=True):
    """Who has to say yes. `route` takes the approval that a table column names instead.

    One without `steps` has the one step with the one ballot that its own keys describe.
    """

    id: str
    title: str
    voters: tuple[Voter, ...] = ()
    rule: str = "one"
    least: int = 1
    quorum: int = 0
    quorum_pct: int | None = None
    chair: str | None = None
    tie: str = ""
    steps: tuple[Step, ...] = ()
    auto_when: Condition | None = None
    excluded: tuple[str, ...] = ()  # "requester", or a person fact
    route: str | None = None
    deadline: str = ""  # "5 business days"; that of `Approving` when empty
    escalate_to: tuple[str, ...] = ()  # roles, level by level
    returns: int | None = None  # how often it may be sent back; that of `Approving` unless given
    condition_days: Amount | None = None  # the longest of a condition; that of `Approving` if none
    call_in: CallIn | None = None
    spot_check: SpotCheck | None = None
    appeal: Appeal | None = None
    note: str = ""

    def in_steps(self) -> tuple[Step, ...]:
        """Return the steps, of which there is one where the policy writes none."""
        if self.steps:
            return self.steps
        ballot = Ballot(
            voters=self.voters,
            rule=self.rule,
            least=self.least,
            quorum=self.quorum,
            quorum_pct=self.quorum_pct,
            chair=self.chair,
            tie=self.tie,
        )
        return (Step(ballots=(ballot,)),)


class Approving(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How every approval is run that does not say otherwise; shares are percent of its deadline."""

    deadline: str = ""
    remind: tuple[Amount, ...] = ()
    escalate: tuple[Amount, ...] = ()  # level by level
    expire: Amount = Amount(number=100)
    returns: int = 3
    condition_days: Amount | None = None  # the longest that a condition of a yes may run


class Waiving(Struct, frozen=True, kw_only=True):
    """How a criterion is waived for a time."""

    approval: str  # whose voters decide, where the criterion names nobody
    longest: Amount  # days
    asked_by: tuple[str, ...] = ()  # roles; anybody when there are none


class BreakGlass(Struct, frozen=True, kw_only=True):
    """How a transition is made past gate and approval in an emergency."""

    asked_by: tuple[str, ...]
    confirmed_by: tuple[str, ...]  # by another person
    reviewed_by: tuple[str, ...]
    review_within: str
    deadline: str = "1 business day"  # for the second person


class Duty(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule of segregation of duties: who must not do what. One that is not met is a refusal.

    `acts` are of `ACTS`. `who` holds words of `PERSONS`, person facts and roles. `only` and
    `excepted` name what the act is about: approvals, facts, transitions, roles (`AP-DESIG-*` is a
    beginning). `kept_by` says, for a rule that is no ban, what keeps it: a criterion, a key.
    """

    id: str
    title: str
    acts: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()  # of `assign`: groups of roles nobody has two of
    kept_by: str = ""
    why: str = ""
    source: str = ""

    def is_about(self, names: Collection[str]) -> bool:
        """Tell whether the rule is about an act that is about `names`."""
        if self.only and not _names_one(self.only, names):
            return False
        return not _names_one(self.excepted, names)


def _names_one(patterns: Iterable[str], names: Collection[str]) -> bool:
    """Tell whether one of `names` is meant; a pattern with `*` at its end is a beginning."""
    for pattern in patterns:
        if pattern.endswith("*"):
            if any(name.startswith(pattern[:-1]) for name in names):
                return True
        elif pattern in names:
            return True
    return False


ACTS = (
    "vote", "request", "record", "waive", "delegate", "assign", "publish", "break_glass", "review",
    "call_in", "appeal", "read",
)  # fmt: skip
PERSONS = ("requester", "voted", "author")  # who asked, who has voted on it, who wrote the policy

RIGHTS = (
    "assign", "absence", "delegate", "reassign", "remind", "withdraw", "return", "settle_condition",
    "end_waiver", "publish",
)  # fmt: skip
