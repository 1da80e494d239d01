"""The fates of nominated accounts as lines: how many met which, and who and why."""

from collections import Counter
from collections.abc import Iterator, Sequence

from kamflow import Verdict
from kamflow_cli.demo.acting import Play, seen
from kamflow_cli.demo.fates import Fate, Nominee
from kamflow_cli.demo.telling import entry, listed, table

_GROUPS = 4  # of one fate, with the same reason each
_NAMES = 2  # of facts that are missing for the same reason


def tell_fates(play: Play, nominees: Sequence[Nominee]) -> None:
    """Tell how many accounts met each fate, by which rows of the table; then who, and why."""
    by_fate = {fate: [item for item in nominees if item.fate is fate] for fate in Fate}
    table(
        ("outcome", "accounts", "by row of the designation table"),
        [(fate, len(found), _rows(found)) for fate, found in by_fate.items() if found],
        right=("accounts",),
    )
    for found in by_fate.values():
        groups: dict[str, list[str]] = {}
        for item in found:
            score = f" {item.score}" if item.score else ""
            groups.setdefault(_reason(play, item), []).append(f"{item.name}{score}")
        for reason, names in list(groups.items())[:_GROUPS]:
            label, _, why = reason.partition(" ")
            entry(label, f"{listed(names)}: {why}")


def _rows(found: Sequence[Nominee]) -> str:
    rows = Counter(f"{item.row} {item.code}" for item in found if item.row)
    return ", ".join(f"{count} by {row}" for row, count in rows.items())


def _reason(play: Play, item: Nominee) -> str:
    """Return why an account has its fate, and what it waits for."""
    match item.fate:
        case Fate.INCOMPLETE:
            return f"{item.row} {'; '.join(_gaps(play, item))}"
        case Fate.NOT_ADMITTED:
            return _hurdles(play, item)
        case _:
            return f"{item.row} {item.why}{_asked(play, item)}"


def _asked(play: Play, item: Nominee) -> str:
    """Return who is asked for an approval, and which guard of the automatic one has failed."""
    if item.waiting is None:
        return ""
    asked = f" {item.waiting.approval} waits for {listed(item.waiting.waiting_for)}."
    tables = play.kam.why(item.id).tables if item.code == "STRONG_GUARD" else ()
    missed = [part for row in tables if row.row == "R9" for part in row.missed]
    return f"{asked} Not met: {', '.join(missed)}" if missed else asked


def _gaps(play: Play, item: Nominee) -> Iterator[str]:
    """Yield the facts that the score lacks, by reason, and who can supply them."""
    roles = play.kam.subject(item.id).roles
    criteria = play.kam.why(item.id, "designate").transitions[0].criteria
    causes = dict.fromkeys(cause for found in criteria for cause in found.causes)
    groups: dict[tuple[str, str], list[str]] = {}
    for cause in causes:
        people = [person for role in cause.writers for person in roles.get(role, ())]
        who = listed(people) or listed(cause.writers)
        groups.setdefault((cause.reason, who), []).append(cause.name)
    for (reason, who), names in groups.items():
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        yield f"{', '.join(names[:_NAMES])}{more}: {reason}; {who} can supply that"


def _hurdles(play: Play, item: Nominee) -> str:
    """Return the criteria that keep an account from being admitted; of the first one, why."""
    shut = [
        found
        for found in play.kam.why(item.id, "admit").transitions[0].criteria
        if found.severity == "must" and found.verdict is not Verdict.MET
    ]
    first = f"{shut[0].id} {shut[0].condition}, but: {seen(shut[0])}"
    return f"{first}; and {listed(found.id for found in shut[1:])}" if shut[1:] else first
