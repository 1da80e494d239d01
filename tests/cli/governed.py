"""A small policy with every kind of approval, and a program that lives by it."""

from pathlib import Path

from tests.command_line import Ran, Run

HEAD = """
pack: {id: governed, title: Governed, version: 1.0.0, currency: EUR}
subjects:
  program: {title: Program, plural: programs, workflow: rollout}
  account: {title: Account, plural: accounts, parent: program, workflow: lifecycle}
facts:
  account:
    account.margin: {type: number, source: manual, writers: [manager]}
    account.plan: {type: flag, source: manual, writers: [manager]}
roles:
  manager: {who: runs the program}
  finance: {who: budgets and margins, higher: [sponsor]}
  sponsor: {who: answers for it on the board, higher: [board]}
  board: {who: the board}
  auditor: {who: looks at it afterwards}
gates:
  G-1:
    title: Ready to plan
    subject: account
    criteria:
      - {id: G-1.1, must: account.margin >= 10, why: It has to pay., fix_by: [manager]}
      - {id: G-1.2, must: account.plan, why: A plan is needed., fix_by: [manager]}
  G-2:
    title: Ready to run
    subject: account
    criteria:
      - {id: G-2.1, must: account.margin >= 5, waivable: false, why: It has to pay.}
"""

RULES = """
approving:
  deadline: 4 business days
  remind: [50]
  escalate: [75]
  expire: 150
  returns: 2
  condition_days: 30
waiving: {approval: AP-ONE, longest: 60, asked_by: [manager]}
break_glass:
  asked_by: [manager]
  confirmed_by: [sponsor, board]
  reviewed_by: [auditor]
  review_within: 5 business days
rights: {reassign: [manager, finance], absence: [manager], withdraw: [manager], remind: [manager]}
duties:
  SOD-01: {title: who asks does not vote, on: [vote], who: [requester]}
approvals:
  AP-PLAN:
    title: The plan
    steps:
      - {title: Finance, voters: [finance], rule: one}
      - {title: Board, voters: [board], rule: majority}
    escalate_to: [sponsor]
  AP-ONE: {title: The sponsor, voters: [sponsor], rule: one, escalate_to: [board]}
  AP-SMALL:
    title: Small ones
    voters: [sponsor]
    auto_when: account.margin >= 20
    call_in: {by: [board], within: 5 business days, approval: AP-ONE, undo: A3}
    spot_check: {share: 100%, by: [auditor], within: 10 business days}
  AP-END:
    title: The end
    voters: [sponsor]
    appeal: {by: [manager], within: 10 business days, approval: AP-BOARD, transition: A6}
  AP-BOARD: {title: The board, voters: [board], rule: one}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active}
    running: {kind: active}
    rejected: {kind: end}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning, gate: G-1, approval: AP-PLAN,
       requested_by: [manager]}
    - {id: A2, trigger: adopt, from: candidate, to: planning, approval: AP-SMALL,
       requested_by: [manager]}
    - {id: A3, trigger: back, from: planning, to: candidate, requested_by: [manager]}
    - {id: A4, trigger: run, from: planning, to: running, gate: G-2, approval: AP-ONE,
       requested_by: [manager]}
    - {id: A5, trigger: reject, from: candidate, to: rejected, approval: AP-END,
       requested_by: [manager]}
    - {id: A6, trigger: reconsider, from: rejected, to: candidate, requested_by: [manager]}
    - {id: A8, trigger: stop, from: running, to: rejected, requested_by: [manager]}
    - {id: A7, trigger: nominate, from: candidate, to: planning, approval: AP-ONE,
       requested_by: [manager]}
"""

ROLLOUT = """
workflow:
  id: rollout
  subject: program
  stages: {proposed: {kind: initial}, pilot: {kind: active}}
  transitions:
    - {id: P1, trigger: launch, from: proposed, to: pilot, requested_by: [manager]}
"""

PEOPLE = ("manager=mia", "finance=fay", "sponsor=sid", "board=bea", "board=bob", "auditor=ada")


def write_policy(folder: Path) -> None:
    files = {
        "rules/pack.yaml": HEAD,
        "rules/approvals.yaml": RULES,
        "workflows/lifecycle.yaml": LIFECYCLE,
        "workflows/rollout.yaml": ROLLOUT,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def settle(run: Run, folder: Path) -> None:
    """Write the policy, make the database, and enter a program with its people and an account."""
    write_policy(folder / "policy")
    done(run("init", "--pack", "policy"))
    assigned = [part for role in PEOPLE for part in ("--assign", role)]
    done(run("program", "create", "north", *assigned, "--by", "mia"))
    enter(run, "acme")


def enter(run: Run, name: str, *, margin: int = 12) -> None:
    done(
        run("account", "create", name, "--program", "north", "--name", name.title(), "--by", "mia")
    )
    done(run("record", name, f"account.margin={margin}", "account.plan=true", "--by", "mia"))


def ask(run: Run, name: str, trigger: str) -> str:
    """Ask for a transition and return the id of the request."""
    asked = done(run("account", "request", name, trigger, "--by", "mia", "--json")).json
    found = [item["event"]["id"] for item in asked["events"] if "target" in item["event"]]
    return str(found[-1])


def done(ran: Ran) -> Ran:
    assert ran.code == 0, f"{ran.out}{ran.err}"
    return ran
