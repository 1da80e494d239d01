"""A database, opened one transaction at a time.

SQLAlchemy is brought in by the first write. Reading an embedded database does without it, which
makes the commands that only look quick to start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kamflow.errors import SchemaError
from kamflow.storage import queries
from kamflow.storage.embedded import database_file, sqlite_rows
from kamflow.storage.reading import Reading, Writing

HEAD = "0001"  # the newest file in `migrations/versions`; a test compares the two


class Store:
    """A database. Each use is one transaction: `writing` commits all or nothing."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._file = database_file(url)
        self._engine: Any = None  # SQLAlchemy's, made by the first write
        if self._file is None or not self._file.exists() or not self._has_schema(self._file):
            self._connect()

    @staticmethod
    def _has_schema(file: Path) -> bool:
        """Tell whether an embedded database has our schema, which then has to fit the code."""
        with sqlite_rows(file) as rows:
            if not rows(queries.HAS_SCHEMA):
                return False
            _require(rows(queries.SCHEMA_VERSION)[0][0])
            return True

    def _connect(self) -> Any:  # noqa: ANN401 - naming the type would bring SQLAlchemy in
        """Return the engine; an empty database gets the schema."""
        if self._engine is None:
            from kamflow.storage.dialects import open_engine  # noqa: PLC0415
            from kamflow.storage.migrate import schema_version, upgrade  # noqa: PLC0415

            engine = open_engine(self._url)
            version = schema_version(engine)
            if version is None:
                upgrade(engine)
            else:
                _require(version)
            self._engine = engine
        return self._engine

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Begin a transaction that writes alone; commit what was appended at its end.

        Raises:
            ConcurrencyError: Somebody else appended to one of the instances meanwhile.
            DatabaseError: The database cannot be written.
        """
        from kamflow.storage.writing import write  # noqa: PLC0415

        with write(self._connect()) as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Begin a transaction that sees one state of the database and writes nothing."""
        if self._file is not None:
            with sqlite_rows(self._file) as rows:
                yield Reading(rows)
            return
        from kamflow.storage.writing import read  # noqa: PLC0415

        with read(self._connect()) as transaction:
            yield transaction

    def close(self) -> None:
        """Close all connections."""
        if self._engine is not None:
            self._engine.dispose()


def _require(version: str) -> None:
    """Make sure that code and schema fit."""
    if version != HEAD:
        raise SchemaError(
            f"the database has schema {version}, this version of kamflow needs {HEAD}; "
            "use a kamflow of the same age"
        )
