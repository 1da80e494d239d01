"""A connection of a driver, as the statements of this package need it.

The statements are text with `?` for each parameter; a link puts in what its driver wants.
SQLAlchemy stands on none of these paths: its price per statement is several times the driver's.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from kamflow.errors import ConcurrencyError, DatabaseError


def damage(error: Exception) -> DatabaseError | None:
    """Return our error for stored bytes that do not say what they should; nothing for any other."""
    if not isinstance(error, msgspec.MsgspecError | UnicodeDecodeError):
        return None
    return DatabaseError(f"what is stored is damaged: {error}; restore a backup")


Write: TypeAlias = tuple[
    str, Sequence[Sequence[object]]
]  # a statement, and parameters for each row


class Link(ABC):
    """One connection. It is used by one thread at a time."""

    name: str  # of the database, as SQLAlchemy calls it: "sqlite", "postgresql"

    @abstractmethod
    def rows(self, statement: str, *parameters: object) -> Sequence[Sequence[Any]]:
        """Run a statement and return all rows."""

    @abstractmethod
    def stream(self, statement: str, *parameters: object) -> Iterator[Sequence[Any]]:
        """Run a statement and yield row by row, so that memory stays flat; several may be open."""

    @abstractmethod
    def write(self, statement: str, rows: Sequence[Sequence[object]]) -> int:
        """Run a statement once for each row of parameters; return how many rows it changed."""

    def write_all(self, writes: Sequence[Write]) -> list[int]:
        """Run several statements in order; return for each how many rows it changed."""
        return [self.write(statement, rows) if rows else 0 for statement, rows in writes]

    @abstractmethod
    def instant(self, at: datetime) -> object:
        """Return an aware instant as the driver is given it."""

    @abstractmethod
    def begin_reading(self) -> None:
        """Begin a transaction that sees one state of the database and writes nothing."""

    @abstractmethod
    def begin_writing(self, *, alone: bool) -> str:
        """Begin a transaction that is as good as alone, or fails at its end.

        Args:
            alone: Wait for all who write, and let none begin: it cannot be overtaken by ours.

        Returns:
            The version of the schema: another program may have upgraded it meanwhile.
        """

    def begin(self, *, writes: bool) -> None:
        """Begin a transaction of either sort, whatever the version of the schema."""
        if writes:
            self.begin_writing(alone=True)
        else:
            self.begin_reading()

    @abstractmethod
    def commit(self) -> None:
        """Keep what was written, so that it survives a power cut."""

    @abstractmethod
    def roll_back(self) -> None:
        """Take back what was written since `begin`; nothing when the transaction has ended."""

    @abstractmethod
    def savepoint(self, statement: str) -> None:
        """Run a statement about a savepoint."""

    @abstractmethod
    def close(self) -> None:
        """End the connection; what was not committed is taken back."""

    @abstractmethod
    def translated(self, error: Exception) -> Exception | None:
        """Return our error for one of the driver; nothing for any other error."""

    def tell(self, error: BaseException | None) -> None:
        """Raise our error in place of one of the driver; do nothing about any other."""
        if not isinstance(error, Exception) or isinstance(error, DatabaseError | ConcurrencyError):
            return
        ours = self.translated(error)
        if ours is not None:
            raise ours from error

    def translating(self) -> "Translating":
        """Turn the driver's errors into ours."""
        return Translating(self)


class Translating:
    """A block whose errors of the driver become ours; a generator would take twice the time."""

    __slots__ = ("_link",)

    def __init__(self, link: Link) -> None:
        self._link = link

    def __enter__(self) -> None:
        """Begin the block."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise our error in place of the driver's."""
        self._link.tell(error)


class Backend(ABC):
    """A database that links can be made to."""

    @abstractmethod
    def connect(self) -> Link:
        """Return a new link.

        Raises:
            DatabaseError: The database cannot be reached.
        """

    @abstractmethod
    def has_schema(self, link: Link) -> bool:
        """Tell whether the database has our tables, of whatever version."""

    def turn(self) -> AbstractContextManager[object]:
        """Wait until this process may write, where a queue is fairer than the database's own."""
        return nullcontext()
