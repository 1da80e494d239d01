"""Brings the schema of a database to the version that this code needs; forward only."""

from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from sqlalchemy import exc, text

from kamflow.errors import DatabaseError
from kamflow.storage import migrations
from kamflow.storage.dialects import open_engine

_LOCK = 0x6B616D66  # "kamf": the advisory lock under which PostgreSQL is migrated
_ALONE = Lock()  # Alembic keeps the migration that is under way in a global of the process


def upgrade(url: str, to: str = "head") -> None:
    """Create the schema, or bring an older one up to date, in one transaction.

    Who comes while somebody else is at it waits, and finds nothing left to do. A process that dies
    in the middle leaves the schema and the rows as they were.

    Raises:
        DatabaseError: The database cannot be reached, or refuses a step; nothing was changed.
    """
    config = Config()
    config.set_main_option("script_location", "kamflow.storage:migrations")
    engine = open_engine(url)
    try:
        with _ALONE, engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, to)
    except exc.DBAPIError as error:
        raise DatabaseError(f"the schema cannot be made: {error.orig}") from error
    finally:
        engine.dispose()


def known_versions() -> list[str]:
    """Return the versions of the schema that there have been, oldest first."""
    folder = Path(next(iter(migrations.__path__))) / "versions"
    return sorted(path.name.partition("_")[0] for path in folder.glob("[0-9]*.py"))
