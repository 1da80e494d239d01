"""Stories of an account under the shipped policy: what happens when, and what comes of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from kamflow.model.escalated import (
    EscalationClimbed,
    EscalationRaised,
    EscalationResolved,
    EscalationWorsened,
    NoticeGiven,
    TaskDone,
    TaskDropped,
    TaskGiven,
)
from kamflow.model.events import Event, Recorded
from tests.builders import Plain
from tests.scenarios.office import Office
from tests.scenarios.portfolio import Facts

NORTH = "north"
ADOPTED = ("planning", "mobilization", "co_creation", "capture", "measure")


@dataclass(frozen=True)
class Report:
    """An event that somebody reports, `ago` days after it happened."""

    name: str
    payload: Mapping[str, str] = field(default_factory=dict)
    ago: float = 0
    about: str = ""  # the account of the story unless it says otherwise


@dataclass(frozen=True)
class About:
    """Facts of another subject than the account of the story."""

    subject: str
    facts: Facts


Act: TypeAlias = Callable[[Office, str], object]
Happening: TypeAlias = Report | About | Facts | Act
Step: TypeAlias = tuple[float, Happening]  # days from the beginning of the story
NOTHING: Facts = {}  # the clock alone


@dataclass
class Story:
    """An account, and the clock of its story; day 0 is the day on which it was opened."""

    office: Office
    account: str
    began_at: datetime

    def go(self, steps: Iterable[Step]) -> None:
        """Let the days pass; what falls due is done before what happens on a day."""
        for day, happening in steps:
            self.office.now = self.began_at + timedelta(days=day)
            self.serve()
            self.happen(happening)

    def wait(self, days: float) -> None:
        self.office.now += timedelta(days=days)
        self.serve()

    def serve(self) -> None:
        """Do what has fallen due; nothing fails."""
        report = self.office.kam.run_due()
        assert report.failed == (), report.failed

    def happen(self, happening: Happening) -> None:
        match happening:
            case Report():
                self._report(happening)
            case About():
                self.office.record(happening.subject, happening.facts)
            case dict():
                if happening:
                    self.office.record(self.account, happening)
            case _:
                happening(self.office, self.account)

    def _report(self, report: Report) -> None:
        decision = self.office.kam.report_event(
            report.about or self.account,
            report.name,
            report.payload,
            at=self.office.now - timedelta(days=report.ago),
        )
        assert decision.accepted, decision.reasons

    def history(self, about: str = "") -> list[Recorded]:
        return self.office.kam.history(about or self.account)

    def events(self, kind: type[Event], about: str = "") -> list[Event]:
        return [item.event for item in self.history(about) if isinstance(item.event, kind)]

    def alerts(self, about: str = "") -> list["Alert"]:
        """Return all escalations, of rules and timers, in the order in which they were raised."""
        found: dict[str, Alert] = {}
        for recorded in self.history(about):
            match recorded.event:
                case EscalationRaised() as event:
                    found[event.id] = Alert(recorded, event, event.severity, [*event.roles])
                case EscalationWorsened() as event:
                    found[event.id].severity = event.severity
                    found[event.id].roles += event.roles
                case EscalationClimbed() as event:
                    found[event.id].roles += event.roles
                case EscalationResolved() as event:
                    found[event.id].over = recorded
                case _:
                    pass
        return list(found.values())

    def raised(self, rule: str, about: str = "") -> list["Alert"]:
        return [item for item in self.alerts(about) if item.event.rule == rule]

    def still_open(self, rule: str, about: str = "") -> list["Alert"]:
        return [item for item in self.raised(rule, about) if item.over is None]

    def told(self, rule: str, about: str = "") -> list[NoticeGiven]:
        """Return what a rule or timer told people."""
        notices = self.events(NoticeGiven, about)
        return [item for item in notices if isinstance(item, NoticeGiven) and item.rule == rule]

    def tasks(self, rule: str, about: str = "") -> list[TaskGiven]:
        """Return the tasks of a rule or timer that are open."""
        given, over = self.events(TaskGiven, about), set[str]()
        for event in self.events(TaskDone, about) + self.events(TaskDropped, about):
            assert isinstance(event, TaskDone | TaskDropped)
            over.add(event.id)
        return [
            item
            for item in given
            if isinstance(item, TaskGiven) and item.rule == rule and item.id not in over
        ]


@dataclass
class Alert:
    """An escalation as its history tells it."""

    recorded: Recorded
    event: EscalationRaised
    severity: str
    roles: list[str]
    over: Recorded | None = None


def a_story(office: Office, stage: str, *facts: Facts, name: str = "nordwind") -> Story:
    """Begin with an account in a stage; in one of the yearly cycle it was a key account before."""
    account = office.nominate(name, *facts)
    story = Story(office, account, office.now)
    if stage in ADOPTED:
        adopt(office, account, stage)
    return story


def adopt(office: Office, account: str, stage: str) -> None:
    """Bring an account in at its real stage, by those who decide on it."""
    decision = office.kam.request(account, "adopt", by="program_manager", target=stage)
    assert decision.accepted, decision.explain()
    office.approve(account, "program_manager", "exec_sponsor")
    assert office.stage(account) == stage


def on(day: float, *happenings: Happening) -> list[Step]:
    """Return what happens on one day."""
    return [(day, happening) for happening in happenings]


def daily(first: int, last: int, facts: Facts) -> list[Step]:
    """Return facts that a system delivers once a day."""
    return [(day, facts) for day in range(first, last + 1)]


def quarterly(fact: str, *values: Plain) -> list[Step]:
    """Return readings of a fact, 90 days apart, from day 0 on."""
    return [(90 * number, {fact: value}) for number, value in enumerate(values)]


def incident(name: str, severity: str, ago: float = 0) -> Report:
    return Report("incident.opened", {"incident": name, "severity": severity}, ago)


def acknowledged(name: str) -> Report:
    return Report("incident.acknowledged", {"incident": name, "person": "kam"})


def resolved(name: str) -> Report:
    return Report("incident.resolved", {"incident": name, "root_cause": "a worn part"})


def closed_by_people(office: Office, account: str) -> None:
    """Have the two people agree who close serious incidents."""
    office.request(account, "close_incidents", by="kam")
    office.approve(account, "exec_sponsor", "program_manager")
