"""Every way into the library and the command line, and what each could bring about.

What can bring about a vote, a transition, a waiver or a publish is in `CAUSING` with a call that
does it as `hal`, whom the policy forbids everything. All else is in `HARMLESS` with the reason why
no duty has to be asked.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from kamflow import ImportOptions, Kamflow, Pack, fixed_clock, import_file, load_mapping
from kamflow.language.load import sealed
from kamflow.model.approval import ACTS, Duty
from kamflow.runtime.commands import Commands
from tests.builders import NOON, TODAY
from tests.unit.engine.duties import ACME, GLASS, STAFF, WAIVING, the_pack

HAL = "hal"
DECISION = f"{ACME}#1"
ALERT = f"{ACME}#9"  # an escalation, or a task
SOON = TODAY + timedelta(days=9)

MAPPING = "mapping: {subject: account, id: id, source: desk, facts: {account.note: note}}"
ROWS = "id,note\nacme,hello\n"
EVENTS = """
mapping:
  subject: account
  id: id
  source: desk
  as_of: 2026-03-01
  event: {name: incident.opened, key: note}
"""


def forbidding() -> Pack:
    """Return a policy of which one duty for each act forbids it to `hal`."""
    duties = [
        Duty(id=f"NO-{act}", title="not this one", acts=(act,), who=("customer",)) for act in ACTS
    ]
    return the_pack(*duties, waiving=WAIVING, break_glass=GLASS)


def another() -> Pack:
    """Return a policy that is not published yet and has no duties any more."""
    return sealed(replace(the_pack(), title="Another"))


def a_database(folder: Path) -> str:
    """Make a database with an open request, and people of whom `hal` holds every role.

    Returns:
        Its URL.
    """
    url = f"sqlite:///{folder / 'governed.db'}"
    kam = Kamflow.open(url, clock=fixed_clock(NOON))
    kam.publish(forbidding(), by="pam")
    kam.create_program("north", "North", by="zoe")
    kam.create_account("north", "acme", "Acme", by="zoe")
    for role, people in STAFF.items():
        for person in (*people.split(), HAL):
            assert kam.assign("north", role, person, by="zoe").accepted
    kam.record_facts(ACME, {"account.good": True}, by="zoe")
    assert kam.request(ACME, "plan", by="zoe").accepted
    kam.close()
    return url


def the_request(kam: Kamflow) -> str:
    """Return the id of the request that is open."""
    (item,) = kam.subject(ACME).approvals
    return item.id


Call = Callable[[Commands, str], object]  # takes the commands and the id of the open request

# ---------------------------------------------------------------------------- the library

COMMANDS: dict[str, Call] = {
    "acknowledge": lambda kam, _: kam.acknowledge(ALERT, by=HAL),
    "absence": lambda kam, _: kam.absence(ACME, "ann", until=SOON, deputies=[HAL], by="ann"),
    "appeal": lambda kam, _: kam.appeal(DECISION, reason="x", by=HAL),
    "assign": lambda kam, _: kam.assign(ACME, "boss", "ivy", by=HAL),
    "break_glass": lambda kam, _: kam.break_glass(ACME, "plan", reason="x", by=HAL),
    "call_in": lambda kam, _: kam.call_in(DECISION, reason="x", by=HAL),
    "close_review": lambda kam, _: kam.close_review(DECISION, "confirm", by=HAL),
    "comment": lambda kam, request: kam.comment(request, "x", by=HAL),
    "comment_escalation": lambda kam, _: kam.comment_escalation(ALERT, "x", by=HAL),
    "complete_task": lambda kam, _: kam.complete_task(ALERT, "x", by=HAL),
    "delegate": lambda kam, _: kam.delegate(ACME, "ann", HAL, until=SOON, reason="x", by="ann"),
    "end_waiver": lambda kam, _: kam.end_waiver(ACME, "G.1", reason="x", by=HAL),
    "reassign": lambda kam, request: kam.reassign(request, "ann", HAL, reason="x", by="ann"),
    "reassign_escalation": lambda kam, _: kam.reassign_escalation(ALERT, HAL, reason="x", by="ann"),
    "reassign_task": lambda kam, _: kam.reassign_task(ALERT, HAL, reason="x", by="ann"),
    "record_facts": lambda kam, _: kam.record_facts(ACME, {"account.note": "x"}, by=HAL),
    "remind": lambda kam, request: kam.remind(request, by=HAL),
    "report_event": lambda kam, _: kam.report_event(ACME, "incident.opened", by=HAL),
    "request": lambda kam, _: kam.request(ACME, "plan", by=HAL),
    "resolve": lambda kam, _: kam.resolve(ALERT, "x", by=HAL),
    "resume": lambda kam, request: kam.resume(request, "x", by=HAL),
    "return_request": lambda kam, request: kam.return_request(request, "x", by=HAL),
    "settle_condition": lambda kam, _: kam.settle_condition(f"{DECISION}.1", "x", by=HAL),
    "unassign": lambda kam, _: kam.unassign(ACME, "boss", "ann", by=HAL),
    "vote": lambda kam, request: kam.vote(request, "approve", by=HAL),
    "waive": lambda kam, _: kam.waive(ACME, "G.1", owner="olga", reason="x", until=SOON, by=HAL),
    "withdraw": lambda kam, request: kam.withdraw(request, "x", by=HAL),
}
HARMLESS_COMMANDS = {
    "create_account": "a new subject has no request, and its initial stage is no transition",
    "create_program": "as create_account",
    "open_subject": "as create_account",
    "end_absence": "takes back what let somebody vote",
    "end_delegation": "takes back what let somebody vote",
    "leave": "takes rights away",
    "once": "gives the same commands, which are walked as a face of their own",
}
KAMFLOW: dict[str, Callable[[Kamflow], object]] = {
    "publish": lambda kam: kam.publish(another(), by=HAL),
}
HARMLESS_KAMFLOW = {
    "open": "who starts the process gives it its policy, and could exchange the code as well",
    "bound_to": "gives the same commands on another connection",
    "batch": "gives the same commands, which are walked as a face of their own",
    "run_due": "only what the clock brings about, by the engine; silence approves nothing",
    "due": "lists only",
    "next_due": "asks only",
    "claim_due": "says who does what is due; changes no subject",
    "perform": "see run_due",
    "close": "ends the connection",
    "checkpoint": "seals the history and adds nothing to it",
    "set_person": "names beside the history; no decision reads them",
    "erase_person": "names beside the history; no decision reads them",
    "set_contacts": "where people are told things; no decision reads them",
    **dict.fromkeys(
        ("add_endpoint", "remove_endpoint", "enable_endpoint", "disable_endpoint",
         "rotate_endpoint", "test_endpoint", "deliver", "replay_delivery", "drop_delivery"),
        "what leaves the database; no decision reads or waits for it",
    ),
    **dict.fromkeys(
        (
            "calendar", "contacts", "deliveries", "delivery", "endpoints",
            "absences", "approval", "approvals", "audit_log", "capacity", "counts", "delegations",
            "escalation", "escalations", "observed", "tasks", "export_history",
            "history", "inbox", "judge_all", "outbox", "packs", "people",
            "policy", "reading", "status", "subject", "subjects", "waivers", "why",
        ),
        "only reads",
    ),
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Kamflow, Path], object]] = {
    "import_file": lambda kam, folder: import_file(
        kam,
        written(folder, "rows.csv", ROWS),
        load_mapping(written(folder, "map.yaml", MAPPING)),
        what="facts",
        options=ImportOptions(by=HAL, program="north"),
    ),
}
HARMLESS_FUNCTIONS = {
    "due": "computes a deadline",
    "read_span": "computes a deadline",
    "share_of": "computes a deadline",
    "calendar_for": "computes a calendar",
    "fixed_clock": "a clock",
    "system_clock": "a clock",
    "check_policy": "reads files",
    "compare_packs": "reads policies",
    "describe_pack": "reads a policy",
    "describe_part": "reads a policy",
    "draw_workflow": "reads a policy",
    "format_policy": "rewrites files that are not published by that",
    "load_mapping": "reads a file",
    "matcher_for": "finds which rules fire; the reference matcher confirms each of them",
    "new_policy": "writes files that are not published by that",
    "policy_schema": "a constant",
    "read_policy": "reads files",
    "sarif_report": "renders",
    "unformatted_files": "reads files",
    "verify_database": "only reads",
    "verify_export": "only reads",
    "write_rejects": "writes a file",
}

DATABASE = {
    "backup": "writes a file",
    "check": "only reads",
    "prune": "removes kept answers and delivered messages",
    "rebuild": "what can be computed from the history, anew",
    "restore": "an empty database gets a whole history, which its chain proves",
    "stats": "only reads",
    "upgrade": "the schema; no decision",
}
PORTFOLIO = {
    "close": "ends the connection",
    "rebuild": "tables beside the history, which no decision reads",
    "tally": "only reads",
    "verdicts": "only reads",
}

# ---------------------------------------------------------------------------- the command line

CLI: dict[str, tuple[str, ...]] = {
    "policy publish": ("POLICY", "--by", HAL),
    "program assign": ("north", "boss", "ivy", "--by", HAL),
    "program request": ("north", "launch", "--by", HAL),
    "account assign": (ACME, "boss", "ivy", "--by", HAL),
    "account request": (ACME, "plan", "--by", HAL),
    "record": (ACME, "account.note=x", "--by", HAL),
    "report-event": (ACME, "incident.opened", "--by", HAL),
    "acknowledge": (ALERT, "--by", HAL),
    "resolve": (ALERT, "--remark", "x", "--by", HAL),
    "reassign": (ALERT, HAL, "--reason", "x", "--by", "ann"),
    "comment": (ALERT, "x", "--by", HAL),
    "done": (ALERT, "--remark", "x", "--by", HAL),
    "import facts": ("ROWS", "--map", "MAP", "--program", "north", "--by", HAL),
    "import events": ("ROWS", "--map", "EVENTS", "--program", "north", "--by", HAL),
    "vote": ("REQUEST", "approve", "--by", HAL),
    "approvals answer": ("REQUEST", "x", "--by", HAL),
    "approvals comment": ("REQUEST", "x", "--by", HAL),
    "approvals reassign": ("REQUEST", "ann", HAL, "--reason", "x", "--by", "ann"),
    "approvals remind": ("REQUEST", "--by", HAL),
    "approvals return": ("REQUEST", "x", "--by", HAL),
    "approvals settle": (f"{DECISION}.1", "x", "--by", HAL),
    "approvals withdraw": ("REQUEST", "--reason", "x", "--by", HAL),
    "delegate give": (ACME, "ann", HAL, "--until", f"{SOON}", "--reason", "x", "--by", "ann"),
    "absence record": (ACME, "ann", "--until", f"{SOON}", "--deputy", HAL, "--by", "ann"),
    "waive ask": (
        ACME, "G.1", "--owner", "olga", "--until", f"{SOON}", "--reason", "x", "--by", HAL,
    ),
    "waive end": (ACME, "G.1", "--reason", "x", "--by", HAL),
    "break-glass": (ACME, "plan", "--reason", "x", "--by", HAL),
    "call-in": (DECISION, "--reason", "x", "--by", HAL),
    "appeal": (DECISION, "--reason", "x", "--by", HAL),
    "review close": (DECISION, "confirm", "--by", HAL),
}  # fmt: skip
HARMLESS_CLI = {
    "init": "the first policy of a new database; see Kamflow.open",
    "demo": "plays in a database of its own",
    "account create": "see Kamflow.create_account",
    "program create": "see Kamflow.create_account; its --assign is Kamflow.assign",
    "import accounts": "enters accounts; their facts go through Kamflow.record_facts",
    "absence end": "takes back what let somebody vote",
    "delegate end": "takes back what let somebody vote",
    "due": "see Kamflow.run_due",
    "worker": "see Kamflow.run_due; what it delivers changes no subject",
    "policy fmt": "rewrites files that are not published by that",
    "policy new": "writes files that are not published by that",
    "audit checkpoint": "seals the history and adds nothing to it",
    "audit export": "writes a file",
    "people set": "names beside the history; no decision reads them",
    "people erase": "names beside the history; no decision reads them",
    "people contact": "where people are told things; no decision reads them",
    "people contacts": "only reads",
    **dict.fromkeys(
        ("endpoint add", "endpoint remove", "endpoint enable", "endpoint disable",
         "endpoint rotate", "endpoint test", "deliver", "deliveries replay", "deliveries drop"),
        "what leaves the database; no decision reads or waits for it",
    ),
    **dict.fromkeys(
        ("calendar", "deliveries list", "deliveries show", "endpoint list"), "only reads"
    ),
    "db upgrade": "the schema; no decision",
    "db rebuild": "what can be computed from the history, anew",
    "db backup": "writes a file",
    "db restore": "an empty database gets a whole history, which its chain proves",
    "db prune": "removes kept answers and delivered messages",
    **dict.fromkeys(
        (
            "policy check", "policy diff", "policy graph", "policy list", "policy schema",
            "policy show", "program capacity", "program history", "program list", "program show",
            "program why", "account history", "account list", "account show", "account why",
            "escalation", "escalations", "observed", "tasks",
            "inbox", "approvals list", "approvals show", "delegate list", "absence list",
            "waive list", "review list", "audit log", "audit verify", "people list", "status",
            "db check", "db stats",
        ),
        "only reads",
    ),
}  # fmt: skip


def written(folder: Path, name: str, text: str) -> str:
    """Write a file and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def public(kind: type) -> set[str]:
    """Return the public names of a class."""
    return {name for name in dir(kind) if not name.startswith("_")}


def commands_of(group: click.Group, above: tuple[str, ...] = ()) -> Iterable[str]:
    """Yield every command of the command line, such as `policy publish`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands_of(command, (*above, name))
        else:
            yield " ".join((*above, name))


def unlisted(found: Iterable[str], *listed: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Return the entries that no list has, and what is listed and not there."""
    names, known = set(found), {name for one in listed for name in one}
    return names - known, known - names
