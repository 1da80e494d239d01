"""The engine of SQLAlchemy for migrations and reports."""

from typing import Any

from sqlalchemy import Engine, create_engine, event

from kamflow.storage.postgres import conninfo


def open_engine(url: str) -> Engine:
    """Return an engine whose transactions write alone from their start and survive a power cut."""
    info = conninfo(url)
    engine = create_engine(info.replace("postgresql", "postgresql+psycopg", 1) if info else url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's connection
    connection.isolation_level = None  # BEGIN is ours
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's connection
    reads = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
