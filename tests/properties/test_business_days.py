"""Monday to Friday, the business days of a policy without calendars, are the same everywhere."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from kamflow.engine.days import add_business_days
from kamflow.storage.sql.functions import lend_functions, store_functions

days = st.dates(date(1995, 1, 1), date(2035, 12, 31))


def one_by_one(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        if day.isoweekday() <= 5:
            count -= step.days
    return day


@given(day=days, count=st.integers(-400, 400))
def test_monday_to_friday_are_counted_alike(day: date, count: int) -> None:
    assert add_business_days(day, count) == one_by_one(day, count)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_databases_count_monday_to_friday_alike(kind: str, request: pytest.FixtureRequest) -> None:
    url = "sqlite://" if kind == "sqlite" else request.getfixturevalue("postgres")
    engine = create_engine(url)
    call = "SELECT kamflow_moved(:day, :count, 'business days')"
    with engine.connect() as connection:
        lend_functions(connection)
        store_functions(connection)
        for offset in range(7):
            day = date(2026, 3, 30) + timedelta(days=offset)
            for count in range(-12, 13):
                given_day = day.toordinal() if kind == "sqlite" else day
                found = connection.execute(text(call), {"day": given_day, "count": count}).scalar()
                moved = date.fromordinal(found) if isinstance(found, int) else found

                assert moved == one_by_one(day, count)
        connection.rollback()
    engine.dispose()
