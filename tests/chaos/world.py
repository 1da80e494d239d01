"""What the scenarios work on: a small policy with a limited number of places, and its subjects."""

from functools import cache

from kamflow import Kamflow
from kamflow.model.pack import Pack
from tests.builders import a_pack

PLACES = 3

_FACTS = """
facts: {account: {account.n: {type: number}}}
roles: {boss: {who: boss}}
approvals: {AP: {voters: [boss], rule: at_least 2}}
"""
_GATES = f"""
parameters: {{places: {{type: integer, value: {PLACES}}}}}
gates:
  G:
    subject: account
    criteria:
      - {{id: c1, must: count(accounts where stage = designated) < P.places, why: places are few}}
"""
_LIFECYCLE = """
workflow:
  id: lifecycle
  subject: account
  stages:
    candidate: {kind: initial}
    planning: {kind: active}
    approved: {kind: active}
    designated: {kind: active}
  transitions:
    - {id: A1, trigger: plan, from: candidate, to: planning}
    - {id: A2, trigger: rest, from: planning, to: candidate}
    - {id: A3, trigger: propose, from: candidate, to: approved, approval: AP}
    - {id: A4, trigger: return, from: approved, to: candidate}
    - {id: A5, trigger: designate, from: candidate, to: designated, gate: G}
    - {id: A6, trigger: leave, from: designated, to: candidate}
"""
BOSSES = ("boss-1", "boss-2", "boss-3")
PROGRAM = "north"


@cache
def policy() -> Pack:
    """Return the policy of the scenarios."""
    return a_pack(_FACTS, _GATES, lifecycle=_LIFECYCLE)


def account(number: int) -> str:
    """Return the id of an account that `furnish` has opened."""
    return f"{PROGRAM}/a{number}"


def furnish(url: str, accounts: int) -> None:
    """Make a database with one program and some accounts; each command has a key."""
    kam = Kamflow.open(url)
    kam.publish(policy(), by="ann")
    with kam.batch() as batch:
        batch.once("setup").create_program(PROGRAM, "North", by="ann")
        for boss in BOSSES:
            batch.once(f"setup-{boss}").assign(PROGRAM, "boss", boss, by="ann")
        for number in range(accounts):
            name = f"a{number}"
            batch.once(f"setup-{name}").create_account(PROGRAM, name, name, by="ann")
    kam.close()
