"""Databases as former versions of kamflow made them."""

from typing import Any

from sqlalchemy import Connection, inspect, text

from kamflow.storage.dialects import open_engine
from kamflow.storage.migrate import upgrade

FIRST = "0001"
_TABLES = ("packs", "instances", "events")


def at_first_schema(url: str, like: str) -> int:
    """Make a database of the first schema with the rows of another; return how many events."""
    upgrade(url, FIRST)
    source, target = open_engine(like), open_engine(url)
    count = 0
    with source.connect() as reader, target.begin() as writer:
        for table in _TABLES:
            count = _copy(reader, writer, table)
    source.dispose()
    target.dispose()
    return count


def _copy(reader: Connection, writer: Connection, table: str) -> int:
    columns = [column["name"] for column in inspect(writer).get_columns(table)]
    order = "length(id)" if table == "instances" else "1"  # the parent before its members
    rows = reader.execute(text(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"))  # noqa: S608
    values: list[dict[str, Any]] = [dict(row) for row in rows.mappings()]
    places = ", ".join(f":{column}" for column in columns)
    writer.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"), values)  # noqa: S608
    return len(values)
