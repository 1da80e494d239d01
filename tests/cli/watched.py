"""A small policy with event rules, timers and a region, and a program that lives by it."""

from pathlib import Path

from tests.cli.governed import done
from tests.command_line import Run

HEAD = """
pack: {id: watched, title: Watched, version: 1.0.0, currency: EUR}
subjects:
  program: {title: Program, plural: programs, workflow: rollout}
  account: {title: Account, plural: accounts, parent: program, workflow: lifecycle}
events:
  account:
    incident.opened:
      title: something went wrong at the customer
      payload: {level: {type: choice, values: [minor, major]}, ticket: {type: text}}
    incident.resolved: {title: it is right again}
    contact.left: {title: a contact leaves, payload: {contact: {type: text}}}
facts:
  account:
    account.health: {type: choice, values: [green, amber, red], source: manual, writers: [engine]}
    account.calm: {type: flag, source: manual, writers: [kam], title: the all-clear of the customer}
    account.plan: {type: flag, source: manual, writers: [kam]}
roles:
  kam: {who: looks after the account}
  manager: {who: runs the program}
  sponsor: {who: answers for it on the board}
  engine: {who: the engine itself, identity: system}
gates:
  G-1:
    title: Ready to run
    subject: account
    criteria:
      - {id: G-1.1, must: account.plan, why: A plan is needed., fix_by: [kam]}
"""

RULES = """
escalating:
  levels:
    L1: {roles: [kam], wait: 2 business days}
    L2: {roles: [manager], wait: 5 business days}
    L3: {roles: [sponsor]}
  start: {critical: L3}
  cooldown: 7 days
  late: 10 days
rules:
  E-01:
    title: Major incidents
    subject: account
    when: count(incident.opened where event.level = major within 30 days) >= 2
    severity: medium
    grades:
      - {severity: high, when: count(incident.opened where event.level = major within 30 days) >= 3}
    to: [L1]
    tell: [manager]
    tasks:
      - {id: review, title: Look at the incidents together, roles: [kam], within: 5 business days}
    shut: [G-1]
    clears_when: account.calm
    why: Two within a month are no accident.
    source: watched, section 1
  E-02:
    title: A contact has left
    subject: account
    when: count(contact.left where event.contact = key within 30 days) >= 1
    each: {event: contact.left, field: contact}
    severity: low
    to: [L1]
  E-03:
    title: Any incident
    subject: account
    when: count(incident.opened within 30 days) >= 1
    severity: high
    to: [L2]
    clears_when: account.calm
    observe: true
timers:
  TM-01:
    title: Time to plan
    subject: account
    stages: [candidate]
    due: 20 days
    marks:
      - {id: warn, at: 50%, title: half of the time is over, tell: [kam]}
      - {id: due, at: 100%, title: the time is over, severity: medium, to: [L2]}
regions:
  health:
    title: Health
    subject: account
    fact: account.health
    moves:
      - {id: H1, from: [green], to: amber, when: 'escalated("E-01")'}
      - {id: H2, from: [amber], to: green, when: 'not escalated("E-01")'}
"""

LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    running: {kind: active}
    ended: {kind: end}
  transitions:
    - {id: A1, trigger: run, from: candidate, to: running, gate: G-1, requested_by: [kam]}
    - {id: A2, trigger: stop, from: [candidate, running], to: ended, requested_by: [kam]}
"""

ROLLOUT = """
workflow:
  id: rollout
  subject: program
  stages: {proposed: {kind: initial}, pilot: {kind: active}}
  transitions:
    - {id: P1, trigger: launch, from: proposed, to: pilot, requested_by: [manager]}
"""

PEOPLE = ("manager=mia", "kam=kim", "sponsor=sid")
DAY = "2026-03-31T12:00"  # a Tuesday


def settle(run: Run, folder: Path) -> None:
    """Write the policy, make the database, and enter a program with its people and an account."""
    files = {
        "rules/pack.yaml": HEAD,
        "rules/rules.yaml": RULES,
        "workflows/lifecycle.yaml": LIFECYCLE,
        "workflows/rollout.yaml": ROLLOUT,
    }
    for name, text in files.items():
        file = folder / "policy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    done(run("init", "--pack", "policy"))
    assigned = [part for role in PEOPLE for part in ("--assign", role)]
    done(run("program", "create", "north", *assigned, "--by", "mia"))
    done(run("account", "create", "acme", "--program", "north", "--name", "Acme", "--by", "mia"))
    done(run("record", "acme", "account.plan=true", "--by", "kim"))


def incident(run: Run, at: str, *, level: str = "major", now: str = DAY) -> str:
    """Report an incident and return what was printed."""
    more = ("--with", f"level={level}", "--by", "kim")
    told = run("report-event", "acme", "incident.opened", "--at", at, *more, now=now)
    return done(told).out


def escalated(run: Run) -> str:
    """Let two major incidents happen, and return the id of the escalation."""
    incident(run, "2026-03-28")
    incident(run, "2026-03-30")
    (item,) = run("escalations", "--json").json
    return str(item["id"])
