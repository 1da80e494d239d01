"""A policy pack: everything that a program manager declares, as frozen values."""

from datetime import date
from decimal import Decimal

from msgspec import Struct

from kamflow.model.approval import Approval, Approving, BreakGlass, Duty, Waiving
from kamflow.model.capacity import Keep, Waitlist
from kamflow.model.expression import Condition
from kamflow.model.rules import Escalating, EventRule, Notifying, Region, Timer
from kamflow.model.setting import Setting
from kamflow.model.values import Shape


class Kind(Struct, frozen=True, kw_only=True):
    """A kind of subject."""

    id: str
    title: str
    plural: str = ""  # name of the set in conditions
    parent: str | None = None
    workflow: str | None = None


class Age(Struct, frozen=True, kw_only=True):
    """How old a value may be: a number of days, or a parameter that holds one."""

    days: int = 0
    parameter: str = ""


class FactType(Struct, frozen=True, kw_only=True):
    """Declaration of a fact."""

    name: str
    kind: str
    title: str
    shape: Shape
    source: str = ""  # manual, survey, integration, event; empty when derived
    writers: tuple[str, ...] = ()
    max_age: Age | None = None
    default: Condition | None = None
    derived: Condition | None = None
    shareable: bool | None = None  # whether people outside the company may see it
    note: str = ""


class EventType(Struct, frozen=True, kw_only=True):
    """Declaration of an event that people and systems report; `payload` says what it carries."""

    name: str
    kind: str
    title: str
    payload: dict[str, Shape] = {}


class Override(Struct, frozen=True, kw_only=True):
    """Another value of a parameter, for one region, segment or account, for a time."""

    layer: str  # "region", "segment", "account": a layer of the pack, or a kind of subject
    key: str  # which region, segment or account
    value: str
    owner: str
    reason: str
    until: date | None = None  # the last day on which it holds


class Parameter(Struct, frozen=True, kw_only=True):
    """A threshold; `value` is canonical text. Overrides stand in the order of their layers."""

    name: str
    shape: Shape
    value: str
    meaning: str = ""
    basis: str = ""
    overridable: bool = True
    overrides: tuple[Override, ...] = ()


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Closure(Struct, frozen=True, kw_only=True):
    """Days off that are neither a weekend nor a public holiday."""

    title: str
    first: date
    last: date  # closed as well


class Calendar(Struct, frozen=True, kw_only=True):
    """Which days are business days, and in which time zone they begin and end."""

    id: str
    title: str
    zone: str  # IANA name, e.g. "Europe/Berlin"
    weekend: tuple[str, ...] = ("saturday", "sunday")  # of `WEEKDAYS`
    country: str = ""  # ISO 3166 code of the public holidays; empty for none
    subdivision: str = ""  # state, canton ... of the country that has holidays of its own
    closures: tuple[Closure, ...] = ()
    regions: tuple[str, ...] = ()  # values that pick it, of the facts in `Pack.calendar_by`
    default: bool = False  # taken while the region of a subject is unknown


class Role(Struct, frozen=True, kw_only=True):
    """A right by which people act."""

    id: str
    who: str
    holder: str | None = None  # person fact that names the holder
    members: tuple[str, ...] = ()
    identity: str | None = None  # "system" or "service"
    higher: tuple[str, ...] = ()  # roles that may stand in for this one


class Band(Struct, frozen=True, kw_only=True):
    """Points for values from `at_least` up, or from `at_most` down."""

    points: Decimal
    at_least: Decimal | None = None
    at_most: Decimal | None = None


class Scored(Struct, frozen=True, kw_only=True):
    """One criterion of a scorecard."""

    id: str
    title: str
    fact: str
    weight: Decimal = Decimal(1)
    bands: tuple[Band, ...] = ()
    otherwise: Decimal = Decimal(0)
    missing: Decimal | None = None
    source: str = ""


class Scorecard(Struct, frozen=True, kw_only=True):
    """Points for facts, weighted and summed; `scale` turns points into 0 to 1 first."""

    id: str
    title: str
    kind: str
    criteria: tuple[Scored, ...]
    low: Decimal | None = None
    high: Decimal | None = None


class Row(Struct, frozen=True, kw_only=True):
    """A row of a decision table; no condition means that it takes the rest."""

    id: str
    when: Condition | None
    then: dict[str, str]
    why: str = ""
    source: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """A decision table: the first row whose condition is met gives the answer.

    Of a table with `hit` `unique`, rows that answer differently are never met together.
    """

    id: str
    title: str
    kind: str
    rows: tuple[Row, ...]
    hit: str = ""  # "unique", or empty for `first`


class Criterion(Struct, frozen=True, kw_only=True):
    """One requirement of a gate. `must_when` makes a `should` a `must`."""

    id: str
    condition: Condition
    must: bool
    must_when: Condition | None = None
    needs: tuple[Condition, ...] = ()
    settled_by_approval: bool = False
    why: str = ""
    fix_by: tuple[str, ...] = ()
    source: str = ""
    waivable: bool = True
    waived_by: tuple[str, ...] = ()  # roles, or an approval, of its waivers; else that of `Waiving`
    note: str = ""

    @property
    def bears_waiver(self) -> bool:
        """Whether a waiver of it means anything: it may block, and the policy allows it.

        What the approval itself brings about is settled by the votes, and never around them.
        """
        blocks = self.must or self.must_when is not None
        return self.waivable and blocks and not self.settled_by_approval


class Gate(Struct, frozen=True, kw_only=True):
    """What has to hold before a transition."""

    id: str
    title: str
    kind: str
    criteria: tuple[Criterion, ...]
    observe: bool | None = None  # judged and reported, without effect

    @property
    def bearing_waiver(self) -> frozenset[str]:
        """The criteria of which a waiver means anything."""
        return frozenset(item.id for item in self.criteria if item.bears_waiver)


class Stage(Struct, frozen=True, kw_only=True):
    """A named position in a workflow."""

    id: str
    kind: str  # initial, active, waiting, steady, end
    sla_days: int | None = None
    purpose: str = ""
    set: tuple[Setting, ...] = ()
    keep: tuple[Keep, ...] = ()


class Transition(Struct, frozen=True, kw_only=True):
    """A directed edge. `targets` is `same` or `returning` alone, or stages to pick from."""

    id: str
    trigger: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    gate: str | None = None
    approval: str | None = None
    requested_by: tuple[str, ...] = ()
    when: Condition | None = None
    automatic: bool = False
    set_on_approval: tuple[Setting, ...] = ()
    set: tuple[Setting, ...] = ()
    freeze: tuple["Freeze", ...] = ()
    note: str = ""
    despite_conditions: bool | None = None  # whether open conditions of a yes leave it open


class Freeze(Struct, frozen=True, kw_only=True):
    """A cohort that a transition freezes: the members of a set for which a condition is met."""

    cohort: str
    members: str  # name of the set
    where: Condition | None = None


SAME, RETURNING = "same", "returning"


class Workflow(Struct, frozen=True, kw_only=True):
    """Stages and the transitions between them, for one kind of subject."""

    id: str
    title: str
    kind: str
    stages: dict[str, Stage]
    transitions: tuple[Transition, ...]
    complete: tuple[str, ...] = ()  # triggers of which, with all facts known, some guard is met
    milestones: tuple[tuple[str, ...], ...] = ()  # stages none of which comes without the last one

    @property
    def initial(self) -> str:
        """The stage in which an instance begins."""
        return next(stage.id for stage in self.stages.values() if stage.kind == "initial")

    def leaving(self, stage: str) -> tuple[Transition, ...]:
        """Return the transitions that start in `stage`, in the order of the file."""
        return tuple(item for item in self.transitions if stage in item.sources)


class Pack(Struct, frozen=True, kw_only=True):
    """A checked policy pack. `digest` is over its canonical form: layout does not count."""

    id: str
    title: str
    version: str
    currency: str
    authors: tuple[str, ...] = ()  # who wrote this version
    chain_limit: int = 32
    digest: str = ""
    kinds: dict[str, Kind] = {}
    ordered: tuple[tuple[str, ...], ...] = ()  # parameters whose values have to rise
    layers: dict[str, str] = {}  # layer -> fact that picks the entry, from loose to tight
    calendar_by: tuple[str, ...] = ()  # facts with the region; the first known one picks
    calendars: dict[str, Calendar] = {}
    facts: dict[str, FactType] = {}
    events: dict[str, EventType] = {}
    parameters: dict[str, Parameter] = {}
    roles: dict[str, Role] = {}
    scorecards: dict[str, Scorecard] = {}
    tables: dict[str, Table] = {}
    gates: dict[str, Gate] = {}
    approvals: dict[str, Approval] = {}
    approving: Approving | None = None
    waiving: Waiving | None = None
    break_glass: BreakGlass | None = None
    rights: dict[str, tuple[str, ...]] = {}  # of `RIGHTS` -> roles that have it
    duties: dict[str, Duty] = {}  # segregation of duties
    waitlists: dict[str, Waitlist] = {}  # by kind of subject
    escalating: Escalating | None = None
    rules: dict[str, EventRule] = {}
    timers: dict[str, Timer] = {}
    regions: dict[str, Region] = {}
    notifying: Notifying | None = None
    workflows: dict[str, Workflow] = {}

    def deadline_of(self, approval: Approval) -> str:
        """Return the time that people have for an approval, be it its own or that of all."""
        return approval.deadline or (self.approving.deadline if self.approving else "")

    def workflow_of(self, kind: str) -> Workflow:
        """Return the workflow that subjects of `kind` go through."""
        workflow = self.kinds[kind].workflow
        if workflow is None:
            raise LookupError(f"subjects of kind `{kind}` have no workflow")
        return self.workflows[workflow]

    def caller(self, name: str) -> EventRule | Timer | None:
        """Return the event rule or timer of that name, if there is one."""
        return self.rules.get(name) or self.timers.get(name)

    def cohort(self, name: str) -> Freeze | None:
        """Return how the cohort of that name is frozen, if a transition freezes one."""
        return next(
            (
                item
                for workflow in self.workflows.values()
                for transition in workflow.transitions
                for item in transition.freeze
                if item.cohort == name
            ),
            None,
        )

    def kind_of_set(self, plural: str) -> str | None:
        """Return the kind whose set has that name, if there is one."""
        return next((kind.id for kind in self.kinds.values() if kind.plural == plural), None)

    def approval_of_waiver(self, criterion: Criterion) -> str:
        """Return the approval by which a criterion has its waivers decided; empty for roles."""
        names = criterion.waived_by
        named = len(names) == 1 and names[0] in self.approvals and names[0] not in self.roles
        return names[0] if named else ""
