"""What an operator does with a database: upgrade, check, rebuild, back up, measure, prune."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from kamflow.errors import SchemaError
from kamflow.runtime.clock import Clock, system_clock
from kamflow.storage.backup import BackupReport, Form, RestoreReport, backup, restore
from kamflow.storage.checking import CheckReport, check
from kamflow.storage.migrate import known_versions, upgrade
from kamflow.storage.pruning import Pruned, prune
from kamflow.storage.rebuilding import RebuildReport, rebuild
from kamflow.storage.statistics import DatabaseStats, statistics
from kamflow.storage.store import HEAD
from kamflow.storage.upkeep import schema_version


class UpgradeReport(Struct, frozen=True, kw_only=True):
    """From which schema to which."""

    before: str | None  # nothing: the database was empty
    after: str


class Database:
    """A database, to be looked after. Services may go on with it, but for an upgrade.

    Args:
        url: `sqlite:///governance.db`, `postgresql://...`.
        clock: Gives the present instant, aware UTC.
    """

    def __init__(self, url: str, *, clock: Clock = system_clock) -> None:
        self._url, self._clock = url, clock

    def upgrade(self) -> UpgradeReport:
        """Bring the schema up to date, in one transaction; forward only.

        Raises:
            SchemaError: The schema is newer than this kamflow.
        """
        before = schema_version(self._url)
        if before is not None and before not in known_versions():
            raise SchemaError(before, HEAD)
        upgrade(self._url)
        return UpgradeReport(before=before, after=HEAD)

    def check(self) -> CheckReport:
        """Tell what does not agree: pages, history, snapshots, outbox, kept requests."""
        return check(self._url)

    def rebuild(self, progress: Callable[[int, int | None], None] | None = None) -> RebuildReport:
        """Write what is derived from the history anew, in batches; readers go on."""
        return rebuild(self._url, progress or _silent)

    def backup(self, file: str | Path, *, form: Form | None = None) -> BackupReport:
        """Write one state of the database to a new file, while others read and write.

        Args:
            file: The new file; `lines` are zipped when its name ends in `.gz`.
            form: `sqlite`, `lines` (of JSON) or `pg_dump`; the first for an embedded database and
                the second for a server unless given.
        """
        return backup(self._url, Path(file), form)

    def restore(self, file: str | Path) -> RestoreReport:
        """Fill this database, which has to be empty, from a backup of either kind."""
        return restore(self._url, Path(file))

    def stats(self) -> DatabaseStats:
        """Tell how large the database is, and what grows in it."""
        return statistics(self._url)

    def prune(
        self,
        *,
        requests: timedelta | None = None,
        outbox: timedelta | None = None,
        imports: timedelta | None = None,
        dry_run: bool = False,
    ) -> Pruned:
        """Remove kept requests, messages and broken-off imports of some age; never history."""
        now = self._clock()
        return prune(
            self._url,
            requests=now - requests if requests is not None else None,
            outbox=now - outbox if outbox is not None else None,
            imports=now - imports if imports is not None else None,
            dry_run=dry_run,
        )


def _silent(_done: int, _total: int | None) -> None:
    pass
