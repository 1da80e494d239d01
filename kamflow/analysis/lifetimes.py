"""What happens to a request while nobody decides, and to a decision afterwards, in words."""

from collections.abc import Iterable, Iterator

from kamflow.analysis.naming import listed, person_words, role_words
from kamflow.language.wording import stated_words
from kamflow.model.approval import Amount, Approval, Approving
from kamflow.model.pack import Pack


def life_words(approval: Approval, pack: Pack) -> tuple[str, ...]:
    """Return deadline, levels, and who may have a decision looked at again, as sentences."""
    return (*_waiting(approval, pack), *_afterwards(approval, pack))


def share_words(amount: Amount, pack: Pack) -> str:
    """Return a share of a deadline as it stands in the policy: `50%`."""
    parameter = pack.parameters.get(amount.parameter)
    return f"{parameter.value if parameter else amount.number}%"


def days_words(amount: Amount, pack: Pack) -> str:
    """Return a number of days as it stands in the policy."""
    parameter = pack.parameters.get(amount.parameter)
    if parameter is not None:
        return stated_words(parameter.shape, parameter.value)
    return f"{amount.number} days"


def roles_words(pack: Pack, roles: Iterable[str], joint: str = "or") -> str:
    """Return roles and person facts as words."""
    return listed([person_words(pack, name) for name in roles], joint)


def _waiting(approval: Approval, pack: Pack) -> Iterator[str]:
    said = pack.approving or Approving()
    deadline = pack.deadline_of(approval)
    if deadline:
        yield f"They have {deadline}."
    if approval.escalate_to:
        yield _levels(approval, said, pack) if deadline else _dead(approval, pack)
    if approval.returns is not None:
        times = f"{approval.returns} time{'s' * (approval.returns != 1)}"
        yield f"It may be sent back {times}."
    if approval.condition_days is not None:
        yield f"A condition of a yes is due within {days_words(approval.condition_days, pack)}."


def _levels(approval: Approval, said: Approving, pack: Pack) -> str:
    """Return who joins while nothing is decided, and when."""
    timed = list(zip(approval.escalate_to, said.escalate, strict=False))
    if not timed:
        return _dead(approval, pack)
    told = [f"{role_words(pack, role)} after {share_words(at, pack)}" for role, at in timed]
    return f"While nothing is decided, these join: {listed(told, 'and')} of that time."


def _dead(approval: Approval, pack: Pack) -> str:
    told = ", then ".join(role_words(pack, role) for role in approval.escalate_to)
    return f"When nobody is left who could decide, it goes to {told}."


def _afterwards(approval: Approval, pack: Pack) -> Iterator[str]:
    if approval.call_in is not None:
        item = approval.call_in
        yield (
            f"For {item.within}, {roles_words(pack, item.by)} may call an automatic yes in: then "
            f"{item.approval} decides, and a no makes {item.undo}."
        )
    if approval.spot_check is not None:
        check = approval.spot_check
        within = f" within {check.within}" if check.within else ""
        who = roles_words(pack, check.by)
        yield f"{check.share_pct}% of the automatic decisions are looked at by {who}{within}."
    if approval.appeal is not None:
        appeal = approval.appeal
        yield (
            f"For {appeal.within}, {roles_words(pack, appeal.by)} may appeal, once: then "
            f"{appeal.approval} decides, and a yes makes {appeal.transition}."
        )
