from kamflow.errors import (
    AlreadyExistsError as AlreadyExistsError,
)
from kamflow.errors import (
    ConcurrencyError as ConcurrencyError,
)
from kamflow.errors import (
    DatabaseError as DatabaseError,
)
from kamflow.errors import (
    DiagnosticsError as DiagnosticsError,
)
from kamflow.errors import (
    InputError as InputError,
)
from kamflow.errors import (
    KamflowError as KamflowError,
)
from kamflow.errors import (
    KeyReusedError as KeyReusedError,
)
from kamflow.errors import (
    MissingExtraError as MissingExtraError,
)
from kamflow.errors import (
    NotFoundError as NotFoundError,
)
from kamflow.errors import (
    NotInSqlError as NotInSqlError,
)
from kamflow.errors import (
    PolicyError as PolicyError,
)
from kamflow.errors import (
    SchemaError as SchemaError,
)
from kamflow.language.diagnostics import Diagnostic as Diagnostic
from kamflow.model.commands import Stated as Stated
from kamflow.model.decision import Decision as Decision
from kamflow.model.decision import GateVerdict as GateVerdict
from kamflow.model.events import (
    ApprovalDecided as ApprovalDecided,
)
from kamflow.model.events import (
    ApprovalRequested as ApprovalRequested,
)
from kamflow.model.events import (
    ApprovalWithdrawn as ApprovalWithdrawn,
)
from kamflow.model.events import (
    CohortFrozen as CohortFrozen,
)
from kamflow.model.events import (
    CommandRefused as CommandRefused,
)
from kamflow.model.events import (
    Event as Event,
)
from kamflow.model.events import (
    EventReported as EventReported,
)
from kamflow.model.events import (
    FactsRecorded as FactsRecorded,
)
from kamflow.model.events import (
    Recorded as Recorded,
)
from kamflow.model.events import (
    RoleAssigned as RoleAssigned,
)
from kamflow.model.events import (
    RoleEnded as RoleEnded,
)
from kamflow.model.events import (
    StageEntered as StageEntered,
)
from kamflow.model.events import (
    SubjectOpened as SubjectOpened,
)
from kamflow.model.events import (
    VoteCast as VoteCast,
)
from kamflow.model.pack import Pack as Pack
from kamflow.model.stalled import ApprovalStalled as ApprovalStalled
from kamflow.model.stalled import ApprovalUnstalled as ApprovalUnstalled
from kamflow.model.values import (
    Money as Money,
)
from kamflow.model.values import (
    Verdict as Verdict,
)
from kamflow.reports.inbox import InboxItem as InboxItem
from kamflow.reports.sarif import sarif_report as sarif_report
from kamflow.reports.status import StatusReport as StatusReport
from kamflow.reports.subjects import SubjectView as SubjectView
from kamflow.reports.why import (
    CriterionView as CriterionView,
)
from kamflow.reports.why import (
    Explanation as Explanation,
)
from kamflow.reports.why import (
    RowView as RowView,
)
from kamflow.reports.why import (
    SeenFact as SeenFact,
)
from kamflow.reports.why import (
    TransitionView as TransitionView,
)
from kamflow.runtime.clock import (
    fixed_clock as fixed_clock,
)
from kamflow.runtime.clock import (
    system_clock as system_clock,
)
from kamflow.runtime.importing.importer import import_file as import_file
from kamflow.runtime.importing.mapping import ImportMapping as ImportMapping
from kamflow.runtime.importing.mapping import load_mapping as load_mapping
from kamflow.runtime.importing.report import ImportOptions as ImportOptions
from kamflow.runtime.importing.report import ImportReport as ImportReport
from kamflow.runtime.importing.report import Reject as Reject
from kamflow.runtime.importing.report import write_rejects as write_rejects
from kamflow.runtime.kamflow import (
    Batch as Batch,
)
from kamflow.runtime.kamflow import (
    Kamflow as Kamflow,
)
from kamflow.runtime.packs import (
    check_policy as check_policy,
)
from kamflow.runtime.packs import (
    read_policy as read_policy,
)
from kamflow.storage.messages import Message as Message
from kamflow.storage.portfolio import Portfolio as Portfolio
from kamflow.storage.reading import InstanceEntry as InstanceEntry

__version__: str
from kamflow.analysis.compare import PackChange as PackChange
from kamflow.analysis.compare import PackDiff as PackDiff
from kamflow.analysis.compare import compare_packs as compare_packs
from kamflow.analysis.document import Bullets as Bullets
from kamflow.analysis.document import Grid as Grid
from kamflow.analysis.document import Heading as Heading
from kamflow.analysis.document import Paragraph as Paragraph
from kamflow.analysis.prose import describe_pack as describe_pack
from kamflow.analysis.prose import describe_part as describe_part
from kamflow.analysis.smallest import Alternative as Alternative
from kamflow.analysis.smallest import SmallestChange as SmallestChange
from kamflow.analysis.smallest import Wish as Wish
from kamflow.engine.calendars import WorkCalendar as WorkCalendar
from kamflow.engine.calendars import calendar_for as calendar_for
from kamflow.engine.deadlines import due as due
from kamflow.engine.deadlines import read_span as read_span
from kamflow.engine.deadlines import share_of as share_of
from kamflow.errors import RefusedError as RefusedError
from kamflow.language.schema import policy_schema as policy_schema
from kamflow.model.commands import Promise as Promise
from kamflow.model.deadline import Due as Due
from kamflow.model.deadline import Milestone as Milestone
from kamflow.model.deadline import Pause as Pause
from kamflow.model.deadline import Span as Span
from kamflow.model.events import AbsenceEnded as AbsenceEnded
from kamflow.model.events import AbsenceRecorded as AbsenceRecorded
from kamflow.model.events import ApprovalCommented as ApprovalCommented
from kamflow.model.events import ApprovalEscalated as ApprovalEscalated
from kamflow.model.events import ApprovalExpired as ApprovalExpired
from kamflow.model.events import ApprovalReassigned as ApprovalReassigned
from kamflow.model.events import ApprovalReevaluated as ApprovalReevaluated
from kamflow.model.events import ApprovalReminded as ApprovalReminded
from kamflow.model.events import ApprovalResumed as ApprovalResumed
from kamflow.model.events import ApprovalReturned as ApprovalReturned
from kamflow.model.events import Change as Change
from kamflow.model.events import ConditionMet as ConditionMet
from kamflow.model.events import DelegationEnded as DelegationEnded
from kamflow.model.events import DelegationGiven as DelegationGiven
from kamflow.model.events import FactLapsed as FactLapsed
from kamflow.model.events import GlassBroken as GlassBroken
from kamflow.model.events import LapseScheduled as LapseScheduled
from kamflow.model.events import PeriodsTurned as PeriodsTurned
from kamflow.model.events import PlaceOffered as PlaceOffered
from kamflow.model.events import ReviewClosed as ReviewClosed
from kamflow.model.events import ReviewOpened as ReviewOpened
from kamflow.model.events import WaiverEnded as WaiverEnded
from kamflow.model.events import WaiverGranted as WaiverGranted
from kamflow.model.overdue import ConditionOverdue as ConditionOverdue
from kamflow.model.overdue import ReviewOverdue as ReviewOverdue
from kamflow.model.snapshot import Comment as Comment
from kamflow.model.snapshot import Evidence as Evidence
from kamflow.model.snapshot import OpenCondition as OpenCondition
from kamflow.model.snapshot import WaiverAsked as WaiverAsked
from kamflow.reports.approvals import ApprovalEntry as ApprovalEntry
from kamflow.reports.approvals import ApprovalLife as ApprovalLife
from kamflow.reports.approvals import PromiseView as PromiseView
from kamflow.reports.approvals import Rejudged as Rejudged
from kamflow.reports.arrangements import AbsenceEntry as AbsenceEntry
from kamflow.reports.arrangements import DelegationEntry as DelegationEntry
from kamflow.reports.arrangements import WaiverEntry as WaiverEntry
from kamflow.reports.capacity import CapacityReport as CapacityReport
from kamflow.reports.capacity import PersonPlaces as PersonPlaces
from kamflow.reports.capacity import PlacesView as PlacesView
from kamflow.reports.capacity import WaitingView as WaitingView
from kamflow.reports.coming import Coming as Coming
from kamflow.reports.lives import CastView as CastView
from kamflow.reports.voters import BallotView as BallotView
from kamflow.reports.voters import MayVote as MayVote
from kamflow.reports.voters import StepView as StepView
from kamflow.reports.why import WaivedView as WaivedView
from kamflow.runtime.auditing import verify_database as verify_database
from kamflow.runtime.auditing import verify_export as verify_export
from kamflow.runtime.authoring import draw_workflow as draw_workflow
from kamflow.runtime.authoring import format_policy as format_policy
from kamflow.runtime.authoring import new_policy as new_policy
from kamflow.runtime.authoring import unformatted_files as unformatted_files
from kamflow.runtime.database import (
    Database as Database,
)
from kamflow.runtime.database import (
    UpgradeReport as UpgradeReport,
)
from kamflow.runtime.due import DueReport as DueReport
from kamflow.runtime.due import TurnedSubject as TurnedSubject
from kamflow.storage.audit.report import AuditProblem as AuditProblem
from kamflow.storage.audit.report import AuditReport as AuditReport
from kamflow.storage.audit.report import Checkpoint as Checkpoint
from kamflow.storage.backup import (
    BackupReport as BackupReport,
)
from kamflow.storage.backup import (
    RestoreReport as RestoreReport,
)
from kamflow.storage.checking import (
    CheckReport as CheckReport,
)
from kamflow.storage.checking import (
    Problem as Problem,
)
from kamflow.storage.people import Person as Person
from kamflow.storage.pruning import (
    Pruned as Pruned,
)
from kamflow.storage.rebuilding import (
    RebuildReport as RebuildReport,
)
from kamflow.storage.statistics import (
    DatabaseStats as DatabaseStats,
)
from kamflow.storage.statistics import (
    SubjectSize as SubjectSize,
)
from kamflow.storage.statistics import (
    TableSize as TableSize,
)
