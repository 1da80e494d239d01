"""The tables of the peers as classes of SQLAlchemy's ORM, and an engine as its pages advise."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What the classes share."""

    type_annotation_map = {dict[str, Any]: sa.JSON, list[dict[str, Any]]: sa.JSON}  # noqa: RUF012


class Account(Base):
    """An account; two writers cannot overwrite each other."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stage: Mapped[str]
    version: Mapped[int] = mapped_column()
    facts: Mapped[dict[str, Any]]
    head: Mapped[str]
    entered_at: Mapped[str]
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Vote(Base):
    """What one person said."""

    __tablename__ = "vote"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    stage: Mapped[str]
    role: Mapped[str]
    person: Mapped[str]
    answer: Mapped[str]
    at: Mapped[str]


class History(Base):
    """What happened."""

    __tablename__ = "history"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    sequence: Mapped[int]
    at: Mapped[str]
    actor: Mapped[str]
    event: Mapped[str]
    left_stage: Mapped[str]
    stage: Mapped[str]
    findings: Mapped[list[dict[str, Any]]]
    hash: Mapped[str]


class Outbox(Base):
    """What the outside is told."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    type: Mapped[str]
    at: Mapped[str]
    payload: Mapped[dict[str, Any]]


class Request(Base):
    """The answer that was given under a key."""

    __tablename__ = "request"
    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    answer: Mapped[dict[str, Any]]
    at: Mapped[str]


def engine_for(file: str) -> sa.Engine:
    """Return an engine whose transactions begin with BEGIN IMMEDIATE."""
    engine = sa.create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - a driver's
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
