"""What is found of a subject as facts for the matchers, and what their firings call for."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from kamflow.engine.draft import Draft
from kamflow.engine.people import SYSTEM
from kamflow.engine.rules.index import Index
from kamflow.engine.rules.judging import Judged
from kamflow.engine.rules.matcher import match
from kamflow.model.escalated import MatchersDiverged
from kamflow.model.matching import Fact, Firing, Matched, MatchSet, Scalar
from kamflow.model.rules import SEVERITIES


class Called(Struct, frozen=True):
    """What a rule calls for, with the reports by which it does."""

    what: str  # fire, extend, worsen or clear
    judged: Judged
    evidence: tuple[str, ...]


def called_for(draft: Draft, index: Index, found: Sequence[Judged]) -> list[Called]:
    """Return what rules call for by what was found of them, in the order of their ids."""
    by_set: dict[str, list[Judged]] = {}
    for one in found:
        if one.met or one.clear:
            by_set.setdefault(index.sets[one.ready.rule.id].digest, []).append(one)
    calls = []
    for some in by_set.values():
        rules, facts = index.sets[some[0].ready.rule.id], list[Fact]()
        for key, one in enumerate(some):
            facts += _facts(one, key)
        matched = (draft.scene.ports.match or match)(rules, facts)
        _tell_difference(draft, rules, matched)
        calls += _calls(matched, facts, some)
    return sorted(calls, key=lambda call: (call.judged.ready.rule.id, call.judged.key))


def _facts(one: Judged, key: int) -> Iterator[Fact]:
    rule = one.ready.rule.id
    place: dict[str, Scalar]
    if one.met:
        severity = SEVERITIES.index(one.severity)
        yield Fact(f"{rule} met", {"key": key, "new": int(one.news), "severity": severity})
    if one.clear:
        yield Fact(f"{rule} clear", {"key": key})
    if one.open is not None:
        severity = SEVERITIES.index(one.open.severity)
        yield Fact(f"{rule} open", {"key": key, "severity": severity})
    if one.clear or one.quiet or one.open is not None:
        yield Fact(f"{rule} held", {"key": key})
    for item, identity, at in one.items:
        place = {"key": key, "id": identity, "at": int(at.timestamp())}
        yield Fact(f"{rule} item {item}", place)


def _calls(matched: Matched, facts: Sequence[Fact], found: Sequence[Judged]) -> list[Called]:
    """Return what firings call for; those that differ in the reports alone are one."""
    reports: dict[tuple[int, str], set[str]] = {}
    for firing in matched.firings:
        what = firing.rule.rpartition(" ")[2]
        chosen = [facts[place].fields for _, place in firing.facts]
        calling = reports.setdefault((int(chosen[0]["key"]), what), set())
        calling.update(str(fields["id"]) for fields in chosen if "id" in fields)
    return [
        Called(what, found[key], _ordered(found[key], joined))
        for (key, what), joined in reports.items()
    ]


def _ordered(one: Judged, joined: set[str]) -> tuple[str, ...]:
    """Return the evidence of a call: what its condition counts, and what came together."""
    times = {identity: at for _, identity, at in one.items if identity in joined}
    items = sorted(times, key=lambda identity: (times[identity], identity))
    return tuple(dict.fromkeys((*one.evidence, *items)))


def _tell_difference(draft: Draft, rules: MatchSet, matched: Matched) -> None:
    """Keep that the firing engine proposed something else than the reference found."""
    if matched.proposed is not None:
        draft.emit(
            MatchersDiverged(
                rules=rules.digest,
                proposed=tuple(map(_told, matched.proposed)),
                expected=tuple(map(_told, matched.firings)),
            ),
            actor=SYSTEM,
        )


def _told(firing: Firing) -> str:
    return f"{firing.rule} {', '.join(f'{alias}={place}' for alias, place in firing.facts)}"
