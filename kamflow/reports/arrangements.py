"""What is arranged for a time: absences, lent votes, waivers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from kamflow.model.pack import Pack
from kamflow.model.snapshot import Snapshot


class AbsenceEntry(Struct, frozen=True, kw_only=True):
    """Somebody is away, or will be; without an end, until that is told."""

    id: str
    subject: str
    person: str
    begins_at: datetime
    ends_at: datetime | None
    deputies: tuple[str, ...]
    left: bool
    now: bool  # whether it holds now


class DelegationEntry(Struct, frozen=True, kw_only=True):
    """A vote that is lent, or will be."""

    id: str
    subject: str
    person: str
    to: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    approvals: tuple[str, ...]
    now: bool


class WaiverEntry(Struct, frozen=True, kw_only=True):
    """A criterion that does not keep its gate shut for a time."""

    id: str
    subject: str
    name: str
    gate: str
    criterion: str
    owner: str
    reason: str
    ends_on: date  # the last day, UTC


def absence_entries(snapshots: Iterable[Snapshot], now: datetime) -> Iterator[AbsenceEntry]:
    """Yield the absences that are not over."""
    for snapshot in snapshots:
        for item in snapshot.absences:
            if item.ends_at is None or item.ends_at > now:
                yield AbsenceEntry(
                    id=item.id,
                    subject=snapshot.id,
                    person=item.person,
                    begins_at=item.begins_at,
                    ends_at=item.ends_at,
                    deputies=item.deputies,
                    left=item.left,
                    now=item.begins_at <= now,
                )


def delegation_entries(snapshots: Iterable[Snapshot], now: datetime) -> Iterator[DelegationEntry]:
    """Yield the delegations that are not over."""
    for snapshot in snapshots:
        for item in snapshot.delegations:
            if item.ends_at > now:
                yield DelegationEntry(
                    id=item.id,
                    subject=snapshot.id,
                    person=item.person,
                    to=item.to,
                    begins_at=item.begins_at,
                    ends_at=item.ends_at,
                    reason=item.reason,
                    approvals=item.approvals,
                    now=item.begins_at <= now,
                )


def waiver_entries(
    snapshots: Iterable[Snapshot], today: date, policy: Callable[[str], Pack]
) -> Iterator[WaiverEntry]:
    """Yield the waivers that are not over, and of which the policy of the stage takes notice.

    Args:
        snapshots: The subjects.
        today: The day, UTC.
        policy: Returns the policy of a digest.
    """
    for snapshot in snapshots:
        if not snapshot.waivers:
            continue
        for item in snapshot.waivers_under(policy(snapshot.pack), today):
            yield WaiverEntry(
                id=item.id,
                subject=snapshot.id,
                name=snapshot.name,
                gate=item.gate,
                criterion=item.criterion,
                owner=item.owner,
                reason=item.reason,
                ends_on=item.ends_on,
            )
