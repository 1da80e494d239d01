"""Truths to the words that they come to, and back."""

from kamflow.analysis.checks.amounts import Case, Cases, Line, TooComplexError, Word
from kamflow.analysis.checks.formulas import Formula, Is, Truth, Words, every, some


def line(case: Case) -> Line:
    """Return the amount of a case as a line of numbers."""
    if not isinstance(case.amount, Line):
        raise TooComplexError
    return case.amount


def as_truth(cases: Cases) -> Truth:
    """Return when a word is `true` and when it is `false`."""
    met: list[Formula] = []
    unmet: list[Formula] = []
    for case in cases:
        match case.amount:
            case Word(text):
                (met if text == "true" else unmet).append(case.when)
            case Line():
                raise TooComplexError
            case spoken:
                yes = Words(frozenset({"true"}))
                no = Words(frozenset({"true"}), negated=True)
                met.append(every(case.when, Is(spoken.name, yes)))
                unmet.append(every(case.when, Is(spoken.name, no)))
    return Truth(some(*met), some(*unmet))


def as_cases(truth: Truth) -> Cases:
    """Return a truth as the word that it comes to."""
    return (Case(truth.met, Word("true")), Case(truth.unmet, Word("false")))
