"""Waivers in SQL: which criteria of a gate block nobody, or not everybody, on a day.

Few criteria are ever waived. A statement asks for the waivers of those alone that somebody has, so
that judging costs nothing more while there are none.
"""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, case, exists, select, true

from kamflow.model.pack import Gate
from kamflow.storage.sql.projection import held_waivers
from kamflow.storage.sql.rows import Element, Rows


def waived_criteria(connection: Connection, gate: Gate, today: date) -> frozenset[str]:
    """Return the criteria of a gate that any subject has waived on a day, as the policy allows.

    The table is as new as the last `rebuild`, and is not there before the first one.
    """
    table = held_waivers()
    found = select(table.c.criterion).where(table.c.gate == gate.id, table.c.ends_on >= today)
    return gate.bearing_waiver.intersection(connection.execute(found.distinct()).scalars())


def whether_waived(
    rows: Rows, gate_id: str, criteria: Mapping[int, str], today: date
) -> dict[int, Element]:
    """Return for each place of a criterion whether a subject has it waived on a day."""
    table = held_waivers()
    of_subject = (table.c.holder == rows.id, table.c.gate == gate_id, table.c.ends_on >= today)
    return {
        place: exists().where(*of_subject, table.c.criterion == criterion)
        for place, criterion in criteria.items()
    }


def unless_waived(bit: Element, waived: Element | None) -> Element:
    """Return the verdict of a criterion as the gate takes it: met where it is waived."""
    return bit if waived is None else case((waived, true()), else_=bit)
