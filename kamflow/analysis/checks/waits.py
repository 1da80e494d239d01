"""How long approvals may take, and whether anything happens while nobody decides."""

from kamflow.analysis.checks.report import Report, listed
from kamflow.analysis.checks.voting import leaves
from kamflow.language.asked import asking
from kamflow.model.approval import Approval
from kamflow.model.pack import Pack

WORKDAYS = 5  # of a week
NAMED = 6  # approvals that a message names


def check_waits(pack: Pack, report: Report) -> None:
    """Report approvals that outlast their stage, wait for ever, or go up to who votes already."""
    deciding = [item for item in pack.approvals.values() if item.route is None]
    for approval in deciding:
        _check_deadline(pack, approval, report)
        _check_levels(pack, approval, report)
    _check_endless(pack, deciding, report)


def _check_endless(pack: Pack, approvals: list[Approval], report: Report) -> None:
    """Report approvals for which a request may wait for ever."""
    if pack.approving is not None and pack.approving.deadline:
        return
    endless = [item.id for item in approvals if not item.deadline]
    if not endless:
        return
    more = f" and {len(endless) - NAMED} more" if len(endless) > NAMED else ""
    verb = "has" if len(endless) == 1 else "have"
    message = (
        f"approval{'s' * (len(endless) > 1)} {', '.join(endless[:NAMED])}{more} {verb} no "
        "`deadline`, and `approving` gives none: a request that nobody decides waits for ever"
    )
    report.add("K545", ("approval", endless[0]), message)


def _check_levels(pack: Pack, approval: Approval, report: Report) -> None:
    """Report an approval that goes up to nobody but those who vote already."""
    every = [ballot for step in approval.in_steps() for ballot in step.ballots]
    ahead = [
        role
        for role in approval.escalate_to
        if all(
            leaves(pack, (role,)) <= leaves(pack, tuple(item.role for item in ballot.voters))
            for ballot in every
        )
    ]
    if ahead and len(ahead) == len(approval.escalate_to):
        message = (
            f"approval {approval.id} goes up to nobody but those who vote already: "
            f"{listed(ahead)}; name somebody else, or leave `escalate_to` out"
        )
        report.add("K546", ("approval", approval.id), message)


def _check_deadline(pack: Pack, approval: Approval, report: Report) -> None:
    """Report an approval that may still be open when its stage should have been left."""
    given = pack.deadline_of(approval)
    days = _calendar_days(given)
    asked = [item.id for item in asking(pack, approval.id)]
    for workflow in pack.workflows.values():
        for item in (item for item in workflow.transitions if item.id in asked):
            slas = ((name, workflow.stages[name].sla_days) for name in item.sources)
            for stage, most in slas:
                if most is not None and days > most:
                    message = (
                        f"approval {approval.id} may take {given}, and {item.id} asks "
                        f"for it in stage `{stage}`, which should take at most {most} days"
                    )
                    report.add("K544", ("approval", approval.id), message)


def _calendar_days(deadline: str) -> int:
    """Return how many days of the calendar a deadline is at least; 0 when there is none."""
    count, _, unit = deadline.partition(" ")
    if not unit:
        return 0
    weeks, rest = divmod(int(count), WORKDAYS)
    return weeks * 7 + rest if unit.startswith("business") else int(count)
