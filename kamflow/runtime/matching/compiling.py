"""A set of patterns made ready for durable_rules: the way in for facts, the way back for firings.

What lies outside of the sound subset is refused, never approximated. Names of kinds, fields and
rules never reach the engine, which tells names apart by 32 bits of a hash.
"""

import json
from collections.abc import Sequence
from typing import TypeAlias

from kamflow.model.matching import Fact, Firing, MatchSet
from kamflow.runtime.matching.fields import Fields, OutsideError, Types, literal, mixed
from kamflow.runtime.matching.subset import check_subset, joined_fields, typed_fields
from kamflow.runtime.matching.writing import BEGIN, FIRST_KIND, write_rule

MAX_FACTS = 2_000

Raw: TypeAlias = Sequence[tuple[int, tuple[int, ...]]]  # rule, then the fact of each pattern


class Compiled:
    """A set of rules for the engine; `text` is what it loads."""

    def __init__(self, rules: MatchSet) -> None:
        """Compile the rules.

        Raises:
            OutsideError: They are outside of the subset.
        """
        check_subset(rules)
        kinds = (item.kind for rule in rules.rules for item in (*rule.every, *rule.none))
        self._kinds = {kind: FIRST_KIND + n for n, kind in enumerate(dict.fromkeys(kinds))}
        self._fields = fields = Fields()
        written = {
            f"r{number}": write_rule(rule, self._kinds, fields)
            for number, rule in enumerate(rules.rules)
        }
        fields.settle(joined_fields(rules), typed_fields(rules))
        # The first fact of a session makes `begin` fire; what the worker needs it for stands there.
        self.text = json.dumps({"begin": {"all": [{"b": BEGIN}]}, **written})
        self._read = {
            kind: [
                (field, name, fields.group((at, field)))
                for (at, field), name in fields.names.items()
                if at == kind
            ]
            for kind in self._kinds
        }
        self._ids = [rule.id for rule in rules.rules]
        self._aliases = [[item.alias for item in rule.every] for rule in rules.rules]

    def encode(self, facts: Sequence[Fact]) -> list[str]:
        """Return the facts as the engine reads them, without those at which no rule looks.

        Raises:
            OutsideError: A value is outside of the subset, or there are too many facts.
        """
        if len(facts) > MAX_FACTS:
            raise OutsideError(f"{len(facts)} facts are more than {MAX_FACTS}")
        types = dict(self._fields.types)
        looked_at = [
            (place, fact.kind, self._values(fact, types))
            for place, fact in enumerate(facts)
            if fact.kind in self._kinds
        ]
        return [self._written(*item, types) for item in looked_at]

    def firings(self, raw: Raw) -> tuple[Firing, ...]:
        """Return what the engine fired, in order, under the names of the rules.

        Raises:
            ValueError, IndexError: It says what no rule of the set can mean.
        """
        return tuple(sorted(self._firing(rule, places) for rule, places in raw))

    def _firing(self, rule: int, places: Sequence[int]) -> Firing:
        chosen = zip(self._aliases[rule], places, strict=True)
        return Firing(self._ids[rule], tuple(sorted(chosen)))

    def _values(self, fact: Fact, types: Types) -> dict[str, int | str]:
        """Return the fields that rules read, with the types of open groups noted in `types`."""
        values: dict[str, int | str] = {}
        for field, _, group in self._read[fact.kind]:
            found = fact.fields.get(field)
            if found is None:
                continue
            values[field] = value = literal(found)
            if types.setdefault(group, type(value)) is not type(value):
                raise OutsideError(mixed((fact.kind, field)))
        return values

    def _written(self, place: int, kind: str, values: dict[str, int | str], types: Types) -> str:
        parts = [f'{{"sid":"s","id":"f{place}","k":{self._kinds[kind]},"one":1']
        for field, name, group in self._read[kind]:
            value = values.get(field)
            if value is not None:
                parts.append(f'"{name}":{_text(value)}')
            if (shadow := self._fields.shadows.get((kind, field))) is not None:
                stand_in = "" if types.get(group) is str else 0
                parts.append(f'"{shadow[0]}":{_text(stand_in if value is None else value)}')
                parts.append(f'"{shadow[1]}":{int(value is not None)}')
        return ",".join(parts) + "}"


def _text(value: int | str) -> str:
    """Return a value in JSON; texts have nothing that would have to be escaped."""
    return f'"{value}"' if isinstance(value, str) else str(value)
