"""Rules as the compiler never writes them: they kill the engine, or keep it busy for ever."""

import json

from kamflow.model.matching import MatchRule, MatchSet, Pattern, Where
from kamflow.runtime.matching.compiling import Compiled
from tests.matching.rulesets import Session, a_set, fact

RULES = a_set(
    MatchRule("r", (Pattern("a", "x", (Where("i", ">", 0), Where("j", ">", -1))),)),
)
FATAL: Session = (fact("x", i=1, j=0),)  # one divided by zero

_DIVIDED = {"$div": {"$l": {"$m": "f0"}, "$r": {"$m": "f1"}}}
_ENDLESS = {"$mt": {"f0": "a*+"}}


class Dividing(Compiled):
    """Compiles `i > 0` as `i > i / j` in C, where a division by zero ends the process."""

    def __init__(self, rules: MatchSet) -> None:
        super().__init__(rules)
        self.text = _with_pattern({"$gt": {"f0": _DIVIDED}})


class Endless(Compiled):
    """Compiles to a regular expression over which the engine never ends when it is loaded."""

    def __init__(self, rules: MatchSet) -> None:
        super().__init__(rules)
        self.text = _with_pattern(_ENDLESS)


def _with_pattern(term: object) -> str:
    pattern = {"p0": {"$and": [{"k": 10}, term]}}
    return json.dumps(
        {"begin": {"all": [{"b": {"k": 1}}]}, "r0": {"all": [pattern, {"go": {"k": 2}}]}}
    )
