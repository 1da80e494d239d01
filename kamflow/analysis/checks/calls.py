"""Whether event rules can fire, end, and reach somebody, and whether they set each other off."""

from collections.abc import Iterator, Mapping, Sequence

from kamflow.analysis.called import callers, rungs_of
from kamflow.analysis.checks.amounts import Cases
from kamflow.analysis.checks.asking import Asking, Make
from kamflow.analysis.checks.formulas import TRUE, Formula, opposite
from kamflow.analysis.checks.guards import in_stage
from kamflow.analysis.checks.loops import MAX_CIRCLES, after_settings
from kamflow.analysis.checks.reading import Reading
from kamflow.analysis.checks.report import Report, listed
from kamflow.engine.beneath import names_beneath
from kamflow.model.expression import Condition
from kamflow.model.pack import Pack
from kamflow.model.rules import EventRule, Region, Timer

MAX_STEPS = 6  # rules of a circle


def check_calls(pack: Pack, asking: Asking, report: Report) -> None:
    """Report rules, timers and moves that never come about, and what nobody hears of."""
    for rule in pack.rules.values():
        if rule.when is not None and _check_fires(rule, rule.when, asking, report):
            _check_ends(rule, asking, report)
    for timer in pack.timers.values():
        _check_runs(timer, asking, report)
    for region in pack.regions.values():
        _check_moves(region, asking, report)
    for item in callers(pack):
        _check_heard(pack, item, report)
    _check_circles(pack, asking, report)


def _check_fires(rule: EventRule, when: Condition, asking: Asking, report: Report) -> bool:
    """Report a rule that never fires or always would, and tell whether it can."""
    met = _asked(when, rule.stages)
    if asking.ask(f"whether rule {rule.id} ever fires", rule.kind, met).impossible:
        message = f"rule {rule.id} never fires: its `when` is never met{_where(rule.stages)}"
        report.add("K571", ("rule", rule.id), message)
        return False
    missed = _asked(when, rule.stages, missed=True)
    if asking.ask(f"whether rule {rule.id} always fires", rule.kind, missed).impossible:
        message = (
            f"the `when` of rule {rule.id} is met whatever the values{_where(rule.stages)}; say "
            "what has to happen first"
        )
        report.add("K572", ("rule", rule.id), message)
    return True


def _check_ends(rule: EventRule, asking: Asking, report: Report) -> None:
    if rule.clears_when is None:
        return
    met = _asked(rule.clears_when, ())
    if asking.ask(f"whether rule {rule.id} ever clears", rule.kind, met).impossible:
        message = f"escalations of rule {rule.id} never end: its `clears_when` is never met"
        report.add("K573", ("rule", rule.id), message)


def _check_runs(timer: Timer, asking: Asking, report: Report) -> None:
    if timer.unless is None:
        return
    missed = _asked(timer.unless, timer.stages, missed=True)
    if asking.ask(f"whether timer {timer.id} ever runs", timer.kind, missed).impossible:
        message = f"timer {timer.id} never runs: its `unless` is always met{_where(timer.stages)}"
        report.add("K571", ("timer", timer.id), message)


def _check_moves(region: Region, asking: Asking, report: Report) -> None:
    for move in region.moves:
        about = f"whether move {move.id} of region {region.id} is ever open"
        if asking.ask(about, region.kind, _asked(move.when, ())).impossible:
            message = f"move {move.id} of region {region.id} is never open: `when` is never met"
            report.add("K571", ("region", region.id), message)


def _asked(condition: Condition, stages: tuple[str, ...], *, missed: bool = False) -> Make:
    """Return what gives the formulas that a condition is met, or is not, in some stages."""

    def make(reading: Reading) -> Sequence[Formula]:
        met = reading.truth(condition.tree).met
        stage = in_stage(reading, stages) if stages else TRUE
        return [opposite(met) if missed else met, stage]

    return make


def _where(stages: tuple[str, ...]) -> str:
    return f" in {listed(stages, 'or')}" if stages else ""


# ---- who hears of it


def _check_heard(pack: Pack, item: EventRule | Timer, report: Report) -> None:
    """Report escalations that go to nobody, or to no people."""
    severities = _severities(item)
    if item.observe or not severities:
        return
    what = "rule" if isinstance(item, EventRule) else "timer"
    starts = pack.escalating.start if pack.escalating else {}
    silent = [severity for severity in severities if severity not in starts]
    rungs = [*rungs_of(item)]
    if not rungs and silent:
        message = f"nobody hears of the escalations of {what} {item.id}; name who under `to`"
        report.add("K574", (what, item.id), message)
        return
    levels = {level.id: level.roles for level in pack.escalating.levels} if pack.escalating else {}
    roles = [role for rung in rungs for role in (*rung.roles, *levels.get(rung.level, ()))]
    if roles and all(pack.roles[role].identity for role in roles if role in pack.roles):
        message = f"the escalations of {what} {item.id} go to no people, but to {listed(roles)}"
        report.add("K574", (what, item.id), message)


def _severities(item: EventRule | Timer) -> list[str]:
    """Return how bad the escalations of a rule or timer can be; none for what is told once."""
    if isinstance(item, Timer):
        return [mark.severity for mark in item.marks if mark.severity]
    if item.severity == "info":
        return []
    return [item.severity, *(grade.severity for grade in item.grades)]


# ---- circles


def _check_circles(pack: Pack, asking: Asking, report: Report) -> None:
    """Report rules that set each other off by the facts that they set."""
    for circle in _circles(pack):
        answer = asking.ask(
            f"whether rules {' and '.join(item.id for item in circle)} set each other off",
            circle[0].kind,
            _in_turn(pack, circle),
            sure=True,
        )
        if answer.possible:
            way = " -> ".join(item.id for item in (*circle, circle[0]))
            message = (
                f"event rules set each other off, {answer.when}: {way}; add to a `when` what has "
                "to happen in between"
            )
            report.add("K575", ("rule", circle[0].id), message)


def _circles(pack: Pack) -> Iterator[tuple[EventRule, ...]]:
    """Yield the circles of rules each of which sets a fact that the next one reads, once each."""
    rules = [item for item in pack.rules.values() if item.when and _set_by(item)]
    reads = {item.id: names_beneath(pack, (item.when,)) for item in rules if item.when}
    order = {item.id: place for place, item in enumerate(rules)}
    trails: list[tuple[EventRule, ...]] = [(item,) for item in rules]
    for _ in range(MAX_STEPS):
        longer: list[tuple[EventRule, ...]] = []
        for trail in trails:
            for item in rules:
                if item.kind != trail[0].kind or not _set_by(trail[-1]) & reads[item.id]:
                    continue
                if item is trail[0] and len(trail) > 1:
                    yield trail
                elif order[item.id] > order[trail[0].id] and item not in trail:
                    longer.append((*trail, item))
        trails = longer[:MAX_CIRCLES]


def _set_by(rule: EventRule) -> frozenset[str]:
    settings = rule.effects.set if rule.effects and not rule.observe else ()
    return frozenset(item.fact for item in settings)


def _in_turn(pack: Pack, circle: Sequence[EventRule]) -> Make:
    """Return what gives the formulas that each rule makes the next one true that was not."""

    def make(reading: Reading) -> Sequence[Formula]:
        now, found = _reading(pack, reading, {}), [_met(circle[0], reading)]
        for place, rule in enumerate(circle):
            following = circle[(place + 1) % len(circle)]
            found.append(opposite(_met(following, now)))
            settings = rule.effects.set if rule.effects else ()
            now = _reading(pack, now, after_settings(now, settings, place))
            found.append(_met(following, now))
        return found

    return make


def _met(rule: EventRule, reading: Reading) -> Formula:
    return reading.truth(rule.when.tree).met if rule.when else TRUE


def _reading(pack: Pack, before: Reading, fixed: Mapping[str, Cases]) -> Reading:
    """Return a reading of what holds once facts were set."""
    now = Reading(
        pack, before.kind, deep=True, calendar=before.calendar, vocabulary=before.vocabulary
    )
    now.fixed = {**before.fixed, **fixed}
    return now
