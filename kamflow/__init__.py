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
    "AuditProblem": "kamflow.storage.audit.report",
    "AuditReport": "kamflow.storage.audit.report",
    "BackupReport": "kamflow.storage.backup",
    "Batch": "kamflow.runtime.kamflow",
    "Bullets": "kamflow.analysis.document",
    "CheckReport": "kamflow.storage.checking",
    "Checkpoint": "kamflow.storage.audit.report",
    "CohortFrozen": "kamflow.model.events",
    "CommandRefused": "kamflow.model.events",
    "ConcurrencyError": "kamflow.errors",
    "CriterionView": "kamflow.reports.why",
    "Database": "kamflow.runtime.database",
    "DatabaseError": "kamflow.errors",
    "DatabaseStats": "kamflow.storage.statistics",
    "Decision": "kamflow.model.decision",
    "Diagnostic": "kamflow.language.diagnostics",
    "DiagnosticsError": "kamflow.errors",
    "Due": "kamflow.model.deadline",
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
    "KeyReusedError": "kamflow.errors",
    "Message": "kamflow.storage.messages",
    "MissingExtraError": "kamflow.errors",
    "Money": "kamflow.model.values",
    "NotFoundError": "kamflow.errors",
    "NotInSqlError": "kamflow.errors",
    "Pack": "kamflow.model.pack",
    "PackChange": "kamflow.analysis.compare",
    "PackDiff": "kamflow.analysis.compare",
    "Paragraph": "kamflow.analysis.document",
    "Person": "kamflow.storage.people",
    "Pause": "kamflow.model.deadline",
    "PolicyError": "kamflow.errors",
    "Portfolio": "kamflow.storage.portfolio",
    "Problem": "kamflow.storage.checking",
    "Pruned": "kamflow.storage.pruning",
    "RebuildReport": "kamflow.storage.rebuilding",
    "Recorded": "kamflow.model.events",
    "Reject": "kamflow.runtime.importing.report",
    "RestoreReport": "kamflow.storage.backup",
    "RoleAssigned": "kamflow.model.events",
    "RoleEnded": "kamflow.model.events",
    "RowView": "kamflow.reports.why",
    "SchemaError": "kamflow.errors",
    "SeenFact": "kamflow.reports.why",
    "SmallestChange": "kamflow.analysis.smallest",
    "Span": "kamflow.model.deadline",
    "StageEntered": "kamflow.model.events",
    "Stated": "kamflow.model.commands",
    "StatusReport": "kamflow.reports.status",
    "SubjectOpened": "kamflow.model.events",
    "SubjectSize": "kamflow.storage.statistics",
    "SubjectView": "kamflow.reports.subjects",
    "TableSize": "kamflow.storage.statistics",
    "TransitionView": "kamflow.reports.why",
    "UpgradeReport": "kamflow.runtime.database",
    "Verdict": "kamflow.model.values",
    "VoteCast": "kamflow.model.events",
    "Wish": "kamflow.analysis.smallest",
    "WorkCalendar": "kamflow.engine.calendars",
    "calendar_for": "kamflow.engine.calendars",
    "check_policy": "kamflow.runtime.packs",
    "compare_packs": "kamflow.analysis.compare",
    "describe_pack": "kamflow.analysis.prose",
    "describe_part": "kamflow.analysis.prose",
    "draw_workflow": "kamflow.runtime.authoring",
    "due": "kamflow.engine.deadlines",
    "fixed_clock": "kamflow.runtime.clock",
    "format_policy": "kamflow.runtime.authoring",
    "import_file": "kamflow.runtime.importing.importer",
    "load_mapping": "kamflow.runtime.importing.mapping",
    "new_policy": "kamflow.runtime.authoring",
    "policy_schema": "kamflow.language.schema",
    "read_policy": "kamflow.runtime.packs",
    "read_span": "kamflow.engine.deadlines",
    "sarif_report": "kamflow.reports.sarif",
    "share_of": "kamflow.engine.deadlines",
    "system_clock": "kamflow.runtime.clock",
    "unformatted_files": "kamflow.runtime.authoring",
    "verify_database": "kamflow.runtime.auditing",
    "verify_export": "kamflow.runtime.auditing",
    "write_rejects": "kamflow.runtime.importing.report",
}

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604 - names of strings


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module `kamflow` has no attribute `{name}`")
    return getattr(import_module(_PUBLIC[name]), name)
