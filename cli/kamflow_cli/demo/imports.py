"""The imports of the demo: the accounts in design, and fresh facts a year later."""

from kamflow import ImportOptions, ImportReport, import_file, load_mapping, write_rejects
from kamflow_cli.demo.acting import Play, record
from kamflow_cli.demo.cast import OLAF, PETRA, PROGRAM
from kamflow_cli.demo.evidence import CUSTOMER_BASE
from kamflow_cli.demo.files import (
    ACCOUNTS,
    ACCOUNTS_MAP,
    FRESH,
    FRESH_MAP,
    FRESH_REJECTS,
    REJECTS,
    SCORES,
    SCORES_MAP,
    write_accounts,
    write_fresh_facts,
)
from kamflow_cli.demo.telling import counted, detail, heading, step


def import_accounts(play: Play) -> None:
    """Import the customers: first all or nothing, then all but the wrong rows."""
    heading(3, "In design: import the customers")
    play.clock.go_to(days_before=450)
    with play.kam.batch() as batch:
        record(play, batch, PROGRAM, CUSTOMER_BASE)
    day = play.clock().date()
    write_accounts(play.folder, play.customers, play.strangers, day, play.rng)
    file = str(play.folder / ACCOUNTS)
    mapping = load_mapping(play.folder / ACCOUNTS_MAP)
    options = ImportOptions(program=PROGRAM, by=PETRA)
    report = import_file(play.kam, file, mapping, what="accounts", options=options)
    _tell(play, ACCOUNTS, report)
    for item in report.rejects:
        detail(f"row {item.row}, {item.column or 'as a whole'}: {item.reason}")
    going_on = ImportOptions(program=PROGRAM, by=PETRA, keep_going=True)
    report = import_file(play.kam, file, mapping, what="accounts", options=going_on)
    write_rejects(play.folder / REJECTS, report.rejects)
    _tell(play, ACCOUNTS, report, REJECTS)
    _import_scores(play)


def _import_scores(play: Play) -> None:
    """Import how the customers were judged, by somebody who did not enter them."""
    file, mapping = str(play.folder / SCORES), load_mapping(play.folder / SCORES_MAP)
    options = ImportOptions(program=PROGRAM, by=OLAF)
    report = import_file(play.kam, file, mapping, what="facts", options=options)
    did = counted(report.recorded, "fact")
    step(play.clock(), f"{OLAF}, who entered none of them, imports {SCORES}: {did} are in")


def import_fresh_facts(play: Play) -> None:
    """Import the figures of a year later; rows with a wrong value are left out."""
    play.clock.go_to(days_before=2)
    with play.kam.batch() as batch:
        record(play, batch, PROGRAM, CUSTOMER_BASE)
    write_fresh_facts(play.folder, play.customers, play.clock().date(), play.rng)
    file = str(play.folder / FRESH)
    mapping = load_mapping(play.folder / FRESH_MAP)
    options = ImportOptions(program=PROGRAM, by=OLAF, keep_going=True)
    report = import_file(play.kam, file, mapping, what="facts", options=options)
    write_rejects(play.folder / FRESH_REJECTS, report.rejects)
    _tell(play, FRESH, report, FRESH_REJECTS, by=OLAF)


def _tell(
    play: Play, file: str, report: ImportReport, rejects: str = "", *, by: str = PETRA
) -> None:
    created = f"{counted(report.created, 'account')} and " if report.created else ""
    did = f"{created}{counted(report.recorded, 'fact')}"
    rejected = counted(report.rejected, "row")
    if report.written:
        told = f"{file} with --keep-going: {did} are in, {rejected} in {rejects}"
    else:
        told = f"{file}: nothing is written, {rejected} of {report.rows} would be rejected"
    step(play.clock(), f"{by} imports {told}")
