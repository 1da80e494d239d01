"""What every group of questions needs: one state of the database to ask."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager

from kamflow.runtime.session import Session


class Readable(ABC):
    """A database that can be asked. A subclass says how it is opened."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Session]:
        """Ask many questions of one state of the database."""
