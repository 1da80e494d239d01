"""How approvals, waivers and emergencies are run, who may do what, and the duties, in words."""

from collections.abc import Iterator

from kamflow.analysis.document import Block, Bullets, Document, Heading, Paragraph
from kamflow.analysis.lifetimes import days_words, roles_words, share_words
from kamflow.analysis.naming import barred_words, capital, listed
from kamflow.model.approval import Approving, BreakGlass, Duty, Waiving
from kamflow.model.pack import Pack

_RIGHTS = {
    "assign": "give roles to people",
    "absence": "record that somebody is away",
    "delegate": "delegate the votes of others",
    "reassign": "give a vote to somebody else",
    "remind": "remind voters",
    "withdraw": "withdraw a request",
    "return": "send a request back",
    "settle_condition": "settle a condition of a yes",
    "end_waiver": "end a waiver early",
    "publish": "publish the next policy",
}
_ACTS = {
    "vote": "vote", "request": "ask for a transition", "record": "record facts",
    "waive": "ask for a waiver", "delegate": "get a vote delegated", "assign": "get a role",
    "publish": "publish the policy", "break_glass": "break the glass", "review": "review",
    "call_in": "call a decision in", "appeal": "appeal", "read": "read",
}  # fmt: skip


def governance(pack: Pack) -> Document:
    """Return what holds around approvals."""
    told = list(_run(pack))
    if pack.rights:
        rights = [
            (capital(f"{roles_words(pack, roles)} may {_RIGHTS[right]}."), ())
            for right, roles in pack.rights.items()
        ]
        told += [Heading(3, "Who may do what"), Bullets(tuple(rights))]
    if pack.duties:
        duties = tuple(_duty(pack, duty) for duty in pack.duties.values())
        told += [Heading(3, "Segregation of duties"), Bullets(duties)]
    return (Heading(2, "How approvals are run"), *told) if told else ()


def _run(pack: Pack) -> Iterator[Block]:
    if pack.approving is not None:
        yield Paragraph(" ".join(_approving(pack, pack.approving)))
    if pack.waiving is not None:
        yield Paragraph(_waiving(pack, pack.waiving))
    if pack.break_glass is not None:
        yield Paragraph(_break_glass(pack, pack.break_glass))


def _approving(pack: Pack, said: Approving) -> Iterator[str]:
    if said.deadline:
        yield f"Voters have {said.deadline} where an approval does not say otherwise."
    if said.remind:
        at = listed([share_words(item, pack) for item in said.remind], "and")
        yield f"They are reminded after {at} of the deadline."
    yield f"A request without a decision expires after {share_words(said.expire, pack)} of it."
    yield "Silence never approves."
    yield f"It may be sent back {said.returns} time{'s' * (said.returns != 1)}."
    if said.condition_days is not None:
        yield f"A condition of a yes is due within {days_words(said.condition_days, pack)}."


def _waiving(pack: Pack, said: Waiving) -> str:
    who = roles_words(pack, said.asked_by) if said.asked_by else "anybody"
    return (
        f"{capital(who)} may ask that a criterion is waived, for at most "
        f"{days_words(said.longest, pack)}; {said.approval} decides where the criterion names "
        "nobody."
    )


def _break_glass(pack: Pack, said: BreakGlass) -> str:
    asked, confirmed = roles_words(pack, said.asked_by), roles_words(pack, said.confirmed_by)
    return (
        f"In an emergency {asked} may ask to pass gate and approval, another person as {confirmed} "
        f"has to confirm it within {said.deadline}, and {roles_words(pack, said.reviewed_by)} "
        f"reviews it within {said.review_within}."
    )


def _duty(pack: Pack, duty: Duty) -> tuple[str, tuple[str, ...]]:
    return f"{duty.id}: {duty.title}", tuple(_terms(pack, duty))


def _terms(pack: Pack, duty: Duty) -> Iterator[str]:
    if duty.who:
        who = listed([barred_words(pack, name) for name in duty.who], "or")
        acts = listed([_ACTS[act] for act in duty.acts], "or")
        yield f"Who must not {acts}: {who}."
    if duty.only:
        yield f"Only about: {listed(duty.only, 'and')}."
    if duty.excepted:
        yield f"But not about: {listed(duty.excepted, 'and')}."
    if duty.apart:
        groups = " / ".join(roles_words(pack, group) for group in duty.apart)
        yield f"Nobody has roles of two of these groups: {groups}."
    if duty.kept_by:
        yield f"Kept by: {duty.kept_by}."
    if duty.why:
        yield f"Why: {duty.why}"
