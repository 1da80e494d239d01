"""kamflow: the governance of key account management as policy that runs.

    kam = Kamflow.open("sqlite:///governance.db", pack="kam-core")
    decision = kam.request("acme", "designate", by="ana")
    print(decision.explain())

The names below are the public ones. Each is imported on first use, so that importing the package is
quick; `__init__.pyi` tells type checkers the same.
"""

from importlib import import_module

__version__ = "0.1.0"

_PUBLIC = {
    "AlreadyExistsError": "kamflow.errors",
    "Alternative": "kamflow.analysis.smallest",
    "ApprovalDecided": "kamflow.model.events",
    "ApprovalRequested": "kamflow.model.events",
    "ApprovalWithdrawn": "kamflow.model.events",
    "Batch": "kamflow.runtime.kamflow",
    "Bullets": "kamflow.analysis.document",
    "CohortFrozen": "kamflow.model.events",
    "CommandRefused": "kamflow.model.events",
    "ConcurrencyError": "kamflow.errors",
    "CriterionView": "kamflow.reports.why",
    "DatabaseError": "kamflow.errors",
    "Decision": "kamflow.model.decision",
    "Diagnostic": "kamflow.language.diagnostics",
    "DiagnosticsError": "kamflow.errors",
    "Event": "kamflow.model.events",
    "EventReported": "kamflow.model.events",
    "Explanation": "kamflow.reports.why",
    "FactsRecorded": "kamflow.model.events",
    "GateVerdict": "kamflow.model.decision",
    "Grid": "kamflow.analysis.document",
    "Heading": "kamflow.analysis.document",
    "ImportMapping": "kamflow.runtime.importing.mapping",
    "ImportOptions": "kamflow.runtime.importing.report",
    "ImportReport": "kamflow.runtime.importing.report",
    "InboxItem": "kamflow.reports.inbox",
    "InputError": "kamflow.errors",
    "InstanceEntry": "kamflow.storage.reading",
    "Kamflow": "kamflow.runtime.kamflow",
    "KamflowError": "kamflow.errors",
    "MissingExtraError": "kamflow.errors",
    "Money": "kamflow.model.values",
    "NotFoundError": "kamflow.errors",
    "NotInSqlError": "kamflow.errors",
    "Pack": "kamflow.model.pack",
    "PackChange": "kamflow.analysis.compare",
    "PackDiff": "kamflow.analysis.compare",
    "Paragraph": "kamflow.analysis.document",
    "PolicyError": "kamflow.errors",
    "Portfolio": "kamflow.storage.portfolio",
    "Recorded": "kamflow.model.events",
    "Reject": "kamflow.runtime.importing.report",
    "RoleAssigned": "kamflow.model.events",
    "RoleEnded": "kamflow.model.events",
    "RowView": "kamflow.reports.why",
    "SchemaError": "kamflow.errors",
    "SeenFact": "kamflow.reports.why",
    "SmallestChange": "kamflow.analysis.smallest",
    "StageEntered": "kamflow.model.events",
    "Stated": "kamflow.model.commands",
    "StatusReport": "kamflow.reports.status",
    "SubjectOpened": "kamflow.model.events",
    "SubjectView": "kamflow.reports.subjects",
    "TransitionView": "kamflow.reports.why",
    "Verdict": "kamflow.model.values",
    "VoteCast": "kamflow.model.events",
    "Wish": "kamflow.analysis.smallest",
    "check_policy": "kamflow.runtime.packs",
    "compare_packs": "kamflow.analysis.compare",
    "describe_pack": "kamflow.analysis.prose",
    "describe_part": "kamflow.analysis.prose",
    "draw_workflow": "kamflow.runtime.authoring",
    "fixed_clock": "kamflow.runtime.clock",
    "format_policy": "kamflow.runtime.authoring",
    "import_file": "kamflow.runtime.importing.importer",
    "load_mapping": "kamflow.runtime.importing.mapping",
    "new_policy": "kamflow.runtime.authoring",
    "policy_schema": "kamflow.language.schema",
    "read_policy": "kamflow.runtime.packs",
    "sarif_report": "kamflow.reports.sarif",
    "system_clock": "kamflow.runtime.clock",
    "unformatted_files": "kamflow.runtime.authoring",
    "write_rejects": "kamflow.runtime.importing.report",
}

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604 - names of strings


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module `kamflow` has no attribute `{name}`")
    return getattr(import_module(_PUBLIC[name]), name)
