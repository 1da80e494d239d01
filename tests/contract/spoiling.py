"""Changes past the library, as nothing but a fault would make them."""

from sqlalchemy import Engine


def spoil(engine: Engine, statement: str) -> None:
    """Change rows, also where a reference forbids it."""
    free = {"sqlite": "PRAGMA foreign_keys=OFF"}
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(free.get(engine.dialect.name, "SET session_replication_role = replica"))
    cursor.execute(statement)
    connection.commit()
    connection.close()
