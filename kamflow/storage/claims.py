"""Who is doing what has fallen due, so that several workers do not all take the same.

A claim is a row that keeps others off a subject until an instant. It guards nothing: what is due is
done once whoever does it, as it is looked at again in the transaction that does it. A claim that
nobody performs is over by itself, and a subject that fails is left in peace for a while by it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from kamflow.storage import statements
from kamflow.storage.codec import instant_text
from kamflow.storage.reading import Reading, Writing, instant_of

_LONGEST = timedelta(hours=1)


class Postponed(Struct, frozen=True):
    """A subject that failed, and when it is tried again."""

    failures: int  # one after another
    again_at: datetime  # aware UTC


def unclaimed(kept: Reading, now: datetime, limit: int) -> list[str]:
    """Return subjects with something due that nobody has claimed, the one due first first."""
    at = _instant(now)
    return [row[0] for row in kept.rows(statements.UNCLAIMED, at, at, limit)]


def due_and_sound(kept: Reading, now: datetime, limit: int) -> list[str]:
    """Return subjects with something due, claimed or not, but for those that failed just now."""
    at = _instant(now)
    return [row[0] for row in kept.rows(statements.DUE_AND_SOUND, at, at, limit)]


def claim(kept: Writing, subjects: Sequence[str], until: datetime) -> None:
    """Keep others off subjects until an instant; how often they have failed stays known."""
    at = kept.link.instant(until)
    if subjects:
        kept.link.write(statements.CLAIM, [(subject, at) for subject in subjects])


def end_claims(kept: Writing, subjects: Sequence[str]) -> None:
    """Let anybody take subjects again, as what was due is done."""
    if subjects:
        kept.link.write(statements.END_CLAIM, [(subject,) for subject in subjects])


def postpone(kept: Writing, subject: str, now: datetime, error: str) -> Postponed:
    """Leave a subject that failed in peace: for 1, 2, 4 minutes and so on, an hour at most."""
    rows = kept.rows(statements.FAILURES, subject)
    failures = (rows[0][0] if rows else 0) + 1
    until = now + min(timedelta(minutes=2 ** min(failures - 1, 6)), _LONGEST)
    row = (subject, kept.link.instant(until), failures, error)
    kept.link.write(statements.POSTPONE, [row])
    return Postponed(failures, until)


def next_due(kept: Reading) -> datetime | None:
    """Return the first instant at which something can be done; nothing when nothing waits."""
    found = (kept.rows(statement) for statement in (statements.NEXT_FREE, statements.NEXT_CLAIMED))
    return min((instant_of(row[0]) for rows in found for row in rows if row[0]), default=None)


def _instant(at: datetime) -> str:
    # SQLite compares text, and a stored instant comes before the same one with a zone behind;
    # PostgreSQL reads an instant.
    return f"{instant_text(at)}+00"
