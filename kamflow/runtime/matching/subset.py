"""Whether a set of rules is in the subset in which durable_rules was found right."""

from collections import Counter
from collections.abc import Iterator

from kamflow.model.matching import MatchRule, MatchSet, Pattern
from kamflow.runtime.matching.fields import Key, OutsideError, literal

MAX_RULES = 50
MAX_PATTERNS = 7  # of a rule; one of ours comes to them, and eight were found right
MAX_ALIKE = 60  # patterns of one kind in a set; the engine fails where 65 hold for one fact

EQUAL, ORDER = ("==", "!="), ("<", "<=", ">", ">=")


def check_subset(rules: MatchSet) -> None:
    """Make sure that the shape of the rules is inside.

    Raises:
        OutsideError: It is not; the message says what has to change.
    """
    if not 1 <= len(rules.rules) <= MAX_RULES:
        raise OutsideError(f"a set has 1 to {MAX_RULES} rules, not {len(rules.rules)}")
    if len({rule.id for rule in rules.rules}) < len(rules.rules):
        raise OutsideError("two rules of a set have the same id")
    for rule in rules.rules:
        _check_rule(rule)
    alike = Counter(item.kind for rule in rules.rules for item in (*rule.every, *rule.none))
    kind, most = alike.most_common(1)[0]
    if most > MAX_ALIKE:
        raise OutsideError(f"{most} patterns of a set are about `{kind}`, at most {MAX_ALIKE} may")


def _check_rule(rule: MatchRule) -> None:
    if not rule.every:
        raise OutsideError(f"rule `{rule.id}` has nothing that must be there")
    if len(rule.every) + len(rule.none) > MAX_PATTERNS:
        raise OutsideError(f"rule `{rule.id}` has more than {MAX_PATTERNS} patterns")
    if len({item.alias for item in rule.every}) < len(rule.every):
        raise OutsideError(f"two patterns of rule `{rule.id}` have the same name")
    if {item.kind for item in rule.every} & {item.kind for item in rule.none}:
        raise OutsideError(f"rule `{rule.id}` forbids a kind of fact that it needs as well")
    known: set[str] = set()
    for item in rule.every:
        _check_pattern(rule, item, known)
        known.add(item.alias)
    for item in rule.none:
        _check_pattern(rule, item, known)


def _check_pattern(rule: MatchRule, item: Pattern, known: set[str]) -> None:
    for join in item.join:
        if join.alias not in known:
            raise OutsideError(
                f"rule `{rule.id}` joins `{join.alias}`, which does not stand before"
            )
    for operator in (one.op for part in (item.where, item.join) for one in part):
        if operator not in (*EQUAL, *ORDER):
            raise OutsideError(f"rule `{rule.id}` compares with `{operator}`, which is no operator")
    for where in item.where:
        if isinstance(literal(where.value), str) and where.op not in EQUAL:
            raise OutsideError(f"rule `{rule.id}` puts texts in order; they are only == or !=")


def joined_fields(rules: MatchSet) -> Iterator[tuple[Key, Key]]:
    """Yield the pairs of fields that rules compare with each other."""
    for rule in rules.rules:
        kinds = {item.alias: item.kind for item in rule.every}
        for item in (*rule.every, *rule.none):
            for join in item.join:
                yield (item.kind, join.field), (kinds[join.alias], join.other)


def typed_fields(rules: MatchSet) -> Iterator[tuple[Key, type]]:
    """Yield the fields of which the rules say that they are numbers or texts."""
    for rule in rules.rules:
        for item in (*rule.every, *rule.none):
            for where in item.where:
                yield (item.kind, where.field), type(literal(where.value))
            for join in item.join:
                if join.plus or join.op in ORDER:
                    yield (item.kind, join.field), int
