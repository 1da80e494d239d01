"""A database as a former version left it: its tables, and rows that its code wrote."""

import re
from pathlib import Path

from sqlalchemy import text

from kamflow.storage.dialects import open_engine
from kamflow.storage.migrate import upgrade

ROWS = Path(__file__).with_name("schema_0001.sql")


def make_former(url: str) -> None:
    """Fill an empty database with what schema 0001 held."""
    upgrade(url, to="0001")
    engine = open_engine(url)
    server = engine.dialect.name == "postgresql"
    with engine.begin() as connection:
        if server:
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
        for statement in ROWS.read_text("utf-8").splitlines()[1:]:
            connection.exec_driver_sql(_for(statement, server=server))
    engine.dispose()


def _for(statement: str, *, server: bool) -> str:
    """Return a statement with its bytes written as the database wants them."""
    form = r"convert_to(\1, 'UTF8')" if server else r"CAST(\1 AS BLOB)"
    plain = re.sub(r"BYTES\(('(?:[^']|'')*')\)", form, statement)
    return plain.replace("%", "%%") if server else plain
