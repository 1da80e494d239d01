"""What people do in the demo: state facts, ask, vote. Each step tells the engine's answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kamflow import (
    ApprovalDecided,
    ApprovalRequested,
    Batch,
    CriterionView,
    Decision,
    Kamflow,
    StageEntered,
    Verdict,
)
from kamflow_cli.demo.cast import TODAY, Statements
from kamflow_cli.demo.clock import PlayedClock
from kamflow_cli.demo.customers import Customer
from kamflow_cli.demo.telling import counted, detail, listed, step, verb

_MARKS = {Verdict.MET: "+", Verdict.UNMET: "-", Verdict.UNKNOWN: "?"}
_GATES = {Verdict.MET: "met", Verdict.UNMET: "not met", Verdict.UNKNOWN: "not ready"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What every chapter needs."""

    kam: Kamflow
    clock: PlayedClock
    folder: Path
    customers: tuple[Customer, ...]
    strangers: tuple[Customer, ...]  # customers of whom the first file has something wrong
    rng: Random


def must(decision: Decision) -> Decision:
    """Return an answer that the story relies on; a refusal there is a fault of the demo."""
    if not decision.accepted:
        raise AssertionError(decision.explain())
    return decision


def record(play: Play, batch: Batch, subject: str, statements: Statements) -> int:
    """Record what people and systems state about a subject; return the number of facts."""
    today = f"{play.clock():%Y-%m-%d}"
    for author, facts in statements.items():
        values = {name: today if text == TODAY else text for name, text in facts.items()}
        source = author.removeprefix("service:") if author.startswith("service:") else "manual"
        must(batch.record_facts(subject, values, source=source, by=author))
    return sum(len(facts) for facts in statements.values())


def state(play: Play, subject: str, statements: Statements) -> str:
    """Record what is stated about a subject; return who stated how much."""
    with play.kam.batch() as batch:
        count = record(play, batch, subject, statements)
    people = list(statements)
    return f"{listed(people)} {verb('record', people)} {counted(count, 'fact')}"


def ask(play: Play, subject: str, trigger: str, *, by: str, first: str = "") -> None:
    """Ask for a transition and tell the answer, with what was done first."""
    decision = play.kam.request(subject, trigger, by=by)
    step(play.clock(), f"{_asked(decision, trigger, by, first)}: {answer(decision)}")


def ask_and_vote(
    play: Play, subject: str, trigger: str, *, by: str, votes: Mapping[str, str], first: str = ""
) -> None:
    """Ask for a transition, let people vote on it in turn, and tell the last answer."""
    with play.kam.batch() as batch:
        asked = must(batch.request(subject, trigger, by=by))
        last = cast(batch, opened(asked), votes)
    told = f"{_asked(asked, trigger, by, first)}: {ballot(votes)} {answer(last)}"
    step(play.clock(), told)


def vote(play: Play, approval: str, votes: Mapping[str, str]) -> None:
    """Let people vote in turn on what waits for them, and tell the last answer."""
    with play.kam.batch() as batch:
        last = cast(batch, approval, votes)
    name = last.snapshot.name if last.snapshot else approval
    step(play.clock(), f"{name}: {ballot(votes)} {answer(last)}")


def cast(batch: Batch, approval: str, votes: Mapping[str, str]) -> Decision:
    """Cast votes in turn; return the answer to the last one."""
    *_, last = [must(batch.vote(approval, word, by=person)) for person, word in votes.items()]
    return last


def yes(*people: str) -> dict[str, str]:
    """Return a vote in favour by each of `people`."""
    return dict.fromkeys(people, "approve")


def opened(decision: Decision) -> str:
    """Return the id of the approval that an answer asks people for."""
    return next(item.id for item in decision.happenings if isinstance(item, ApprovalRequested))


def answer(decision: Decision) -> str:
    """Return what an answer of the engine says."""
    if not decision.accepted:
        return f"refused, {_gate(decision) or '; '.join(decision.reasons)}"
    said = []
    for event in decision.happenings:
        match event:
            case ApprovalDecided(automatic=True):
                said.append(f"the policy approves {event.approval} ({event.reason})")
            case ApprovalDecided(approved=True):
                said.append(event.approval)
            case StageEntered() if event.stage != event.left:
                said.append(f"-> {event.stage}")
            case _:
                pass
    return " ".join([*said, *decision.reasons])


def _gate(decision: Decision) -> str:
    """Return how many criteria of the judged gate are met."""
    if decision.gate is None:
        return ""
    count = {
        severity: [item.verdict for item in decision.gate.findings if item.severity == severity]
        for severity in ("must", "should")
    }
    met = [
        f"{severity} {verdicts.count(Verdict.MET)}/{len(verdicts)}"
        for severity, verdicts in count.items()
    ]
    return f"gate {decision.gate.gate} is {_GATES[decision.gate.verdict]} ({', '.join(met)})"


def _asked(decision: Decision, trigger: str, by: str, first: str) -> str:
    snapshot = decision.snapshot
    before = f"{first}; " if first else ""
    if snapshot is not None and snapshot.parent:
        return f"{before}{trigger} of {snapshot.name}"
    return f"{before}{by} asks for {trigger}"


def ballot(votes: Mapping[str, str]) -> str:
    """Return who voted how: clara and felix approve, helen rejects."""
    words = {word: [one for one in votes if votes[one] == word] for word in votes.values()}
    return ", ".join(f"{listed(people)} {verb(word, people)}" for word, people in words.items())


def tell_gate(play: Play, subject: str, trigger: str, *, at_most: int = 9) -> None:
    """Tell what keeps the gate of a transition shut, and who can fix it."""
    criteria = play.kam.why(subject, trigger).transitions[0].criteria
    blocking = [
        item for item in criteria if item.severity == "must" and item.verdict is not Verdict.MET
    ]
    for found in blocking[:at_most]:
        people = listed(found.people) or f"nobody yet ({listed(found.fix_by)})"
        mark = _MARKS[found.verdict]
        detail(f"{mark} {found.id} {found.condition}: {seen(found)}; {people} can fix it")
    if len(blocking) > at_most:
        rest = listed(item.id for item in blocking[at_most:])
        detail(f"and {rest}")


def seen(found: CriterionView) -> str:
    """Return what a criterion that is not met found: values, or why there are none."""
    if found.causes:
        return "; ".join(_named(cause.name, found, cause.reason) for cause in found.causes)
    values = [(item.name, "no value" if item.value is None else item.value) for item in found.seen]
    return ", ".join(_named(name, found, value) for name, value in values)


def _named(name: str, found: CriterionView, text: str) -> str:
    """Return a value or its lack; whose it is goes without saying when the condition begins so."""
    return text if found.condition.startswith(f"{name} ") else f"{name} {text}"
