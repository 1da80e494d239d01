"""Brings the schema of a database to the version that this code needs; forward only."""

from sqlalchemy import Connection, Engine, inspect, text

from kamflow.errors import SchemaError

HEAD = "0001"  # the newest file in `migrations/versions`; a test compares the two


def schema_version(connection: Connection) -> str | None:
    """Return the version of the schema; nothing for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return version


def upgrade(engine: Engine) -> None:
    """Create the schema, or bring an older one up to date."""
    from alembic import command  # noqa: PLC0415 - slow, and only needed to change a schema
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "kamflow.storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_schema(engine: Engine) -> None:
    """Make sure that code and schema fit; an empty database gets the schema.

    Raises:
        SchemaError: The database is newer or older than this code.
    """
    with engine.connect().execution_options(reads_only=True) as connection:
        version = schema_version(connection)
    if version is None:
        upgrade(engine)
    elif version != HEAD:
        raise SchemaError(
            f"the database has schema {version}, this version of kamflow needs {HEAD}; "
            "use a kamflow of the same age"
        )
