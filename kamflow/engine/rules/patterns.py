"""Event rules as patterns over facts, in the sets in which the matchers take them.

For each rule there are four patterns at most. It is called for (`fire`), the same happened again
(`extend`), it got worse (`worsen`), it is over (`clear`). What a fact of each kind says, all of
them for a key, which stands there as a number:

- `E-01 met`: its condition has held as long as it has to; how severe it is, and whether its
  evidence is new since it was settled last.
- `E-01 clear`: what clears it holds. `E-01 open`: it is escalated, and how severely.
- `E-01 held`: it is not to fire, as it is escalated, cleared, or was settled not long ago.
- `E-16 item rival`: one of the events that have to come together, with its id and second.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from kamflow.model.matching import Join, MatchRule, MatchSet, Pattern, Where
from kamflow.model.pack import Pack
from kamflow.model.rules import EventRule, Together

TOGETHER_AT_MOST = 48  # patterns in a set

_SECONDS = {"day": 86_400, "hour": 3_600}


def sets_of(rules: Iterable[EventRule], pack: Pack) -> dict[str, MatchSet]:
    """Return the set for each rule, by id; the order of the rules in the policy does not count."""
    parts: list[dict[str, tuple[MatchRule, ...]]] = [{}]
    size = 0
    for rule in sorted(rules, key=lambda item: item.id):
        made = tuple(_patterns(rule, pack))
        size += len(made)
        if size > TOGETHER_AT_MOST:
            parts.append({})
            size = len(made)
        parts[-1][rule.id] = made
    return {rule: made for part in parts for rule, made in _set_of(part).items()}


def _set_of(part: dict[str, tuple[MatchRule, ...]]) -> dict[str, MatchSet]:
    patterns = tuple(item for made in part.values() for item in made)
    digest = sha256(msgspec.json.encode(patterns)).hexdigest()
    return dict.fromkeys(part, MatchSet(digest, patterns))


def seconds_of(text: str, pack: Pack) -> int:
    """Return the seconds of a span of days or hours."""
    if text.startswith("P."):
        parameter = pack.parameters[text.removeprefix("P.")]
        count, unit = parameter.value, parameter.shape.unit
    else:
        count, _, unit = text.partition(" ")
    return int(count) * _SECONDS[unit.removesuffix("s")]


def _patterns(rule: EventRule, pack: Pack) -> Iterator[MatchRule]:
    key = Join("key", "==", "met", "key")
    met = Pattern("met", f"{rule.id} met")
    items = tuple(_items(rule, rule.together, pack)) if rule.together else ()
    held = Pattern("held", f"{rule.id} held", join=(key,))
    cleared = Pattern("cleared", f"{rule.id} clear", join=(key,))
    news = Pattern("met", met.kind, (Where("new", "==", 1),))
    yield MatchRule(f"{rule.id} fire", (news, *items), (held,))
    opened = Pattern("open", f"{rule.id} open", join=(key,))
    yield MatchRule(f"{rule.id} extend", (met, opened, *items), (cleared,))
    if rule.grades:
        worse = Pattern("open", opened.kind, join=(key, Join("severity", "<", "met", "severity")))
        yield MatchRule(f"{rule.id} worsen", (met, worse), (cleared,))
    if rule.clears_when is not None:
        over = Pattern("clear", f"{rule.id} clear")
        same = Pattern("open", opened.kind, join=(Join("key", "==", "clear", "key"),))
        yield MatchRule(f"{rule.id} clear", (over, same))


def _items(rule: EventRule, together: Together, pack: Pack) -> Iterator[Pattern]:
    """Yield a pattern for each event, no two further apart than the policy says."""
    within, before = seconds_of(together.within, pack), list[str]()
    for item in together.items:
        join = [Join("key", "==", "met", "key")]
        for other in before:
            join.append(Join("at", "<=", other, "at", within))
            join.append(Join("at", ">=", other, "at", -within))
            join.append(Join("id", "!=", other, "id"))
        alias = f"item {item.id}"
        yield Pattern(alias, f"{rule.id} {alias}", join=tuple(join))
        before.append(alias)
