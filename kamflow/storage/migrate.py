"""Brings the schema of a database to the version that this code needs; forward only."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect, text

from kamflow.storage import queries


def schema_version(engine: Engine) -> str | None:
    """Return the version of the schema; nothing for an empty database."""
    with engine.connect().execution_options(reads_only=True) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.execute(text(queries.SCHEMA_VERSION)).scalar()
        return version


def upgrade(engine: Engine) -> None:
    """Create the schema, or bring an older one up to date."""
    config = Config()
    config.set_main_option("script_location", "kamflow.storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
