"""All checks of a policy that could be read."""

from kamflow.analysis.checks.asking import Asking
from kamflow.analysis.checks.calls import check_calls
from kamflow.analysis.checks.gates import check_gates
from kamflow.analysis.checks.guards import check_guards
from kamflow.analysis.checks.loops import check_loops
from kamflow.analysis.checks.ordering import check_order
from kamflow.analysis.checks.recalls import check_call_ins
from kamflow.analysis.checks.report import Places, Report
from kamflow.analysis.checks.solver import Engine, is_installed
from kamflow.analysis.checks.stages import check_stages
from kamflow.analysis.checks.tables import check_tables
from kamflow.analysis.checks.thresholds import check_thresholds
from kamflow.analysis.checks.usage import check_usage
from kamflow.analysis.checks.voting import check_approvals
from kamflow.analysis.checks.waiting import check_waiting
from kamflow.analysis.checks.waits import check_waits
from kamflow.language.diagnostics import Diagnostic
from kamflow.model.pack import Pack

NAMED = 3  # questions that a hint repeats


def verify(pack: Pack, places: Places, *, with_z3: bool | None = None) -> tuple[Diagnostic, ...]:
    """Return what is wrong or doubtful with a pack that was read without problems.

    Args:
        pack: Pack to look at.
        places: Where each thing is declared; see `Loaded.places`.
        with_z3: Whether z3 answers what intervals and enumeration leave open; unless given, it
            does when it is installed. Without it such questions end in one hint.
    """
    exact = is_installed() if with_z3 is None else with_z3
    report, asking = Report(places), Asking(pack, Engine() if exact else None)
    check_stages(pack, report)
    check_order(pack, report)
    check_approvals(pack, report)
    check_waits(pack, report)
    check_call_ins(pack, report)
    check_usage(pack, report)
    for check in (
        check_guards,
        check_loops,
        check_tables,
        check_thresholds,
        check_gates,
        check_waiting,
        check_calls,
    ):
        check(pack, asking, report)
    _report_open(asking, report, exact=exact)
    return report.diagnostics


def _report_open(asking: Asking, report: Report, *, exact: bool) -> None:
    questions = list(asking.left_open)
    if not questions:
        return
    more = f" and {len(questions) - NAMED} more" if len(questions) > NAMED else ""
    way_out = "look at them yourself" if exact else "run `pip install 'kamflow[check]'`"
    message = f"could not be told: {'; '.join(questions[:NAMED])}{more}; {way_out}"
    report.add("K561", ("section", "pack"), message)
