"""What the world knows of days: time zones, and the public holidays of countries.

The zones are those of the machine, else of the package `tzdata`; the holidays those of the package
`holidays`, which is imported when it is first asked: that takes a tenth of a second.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from msgspec import Struct

from kamflow.language.diagnostics import did_you_mean

_ENGLISH = "en_US"
_SHOWN = 20  # codes of subdivisions in a message


class PublicDays(Struct, frozen=True):
    """What a country says about the days of one year."""

    off: Mapping[date, str]  # public holidays, each with its name
    worked: frozenset[date]  # days of a weekend that are worked to make up for other days


def zone_fault(name: str) -> str:
    """Return what is wrong with the name of a time zone, or nothing."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        known = did_you_mean(name, available_timezones()) or "; write it like `Europe/Berlin`"
        return f"there is no time zone `{name}`{known}"
    return ""


def country_fault(country: str, subdivision: str) -> tuple[str, str]:
    """Return which is wrong, `country` or `subdivision`, and how; twice nothing when none is."""
    try:
        table = _table(country, "")
    except NotImplementedError:
        table = None
    if table is None or table.country != country:
        way_out = "write its two letters of ISO 3166, like `DE`"
        return "country", f"no public holidays are known of a country `{country}`; {way_out}"
    if not subdivision or subdivision in table.subdivisions:
        return "", ""
    code, known = table.subdivisions_aliases.get(subdivision), table.subdivisions
    hint = f"; did you mean `{code}`?" if code else did_you_mean(subdivision, known)
    if not hint and known:
        more = ", ..." if len(known) > _SHOWN else ""
        hint = f"; it is one of {', '.join(known[:_SHOWN])}{more}"
    return "subdivision", f"`{subdivision}` is no subdivision of {country}{hint}"


def holiday_tables() -> str:
    """Return whose public holidays are counted: `holidays` with its version."""
    return f"holidays {_holidays().__version__}"


@lru_cache(maxsize=4096)
def public_days(country: str, subdivision: str, year: int) -> PublicDays:
    """Return the public holidays of a year; none in years that the package does not know.

    Raises:
        NotImplementedError: The package has no such country or subdivision; a policy that was
            checked names none.
    """
    table = _table(country, subdivision)
    if not table.start_year <= year <= table.end_year:
        return PublicDays({}, frozenset())
    # A holiday is sometimes made up for on a day of the year before or after.
    around = [each for each in (year - 1, year, year + 1) if 1 <= each <= date.max.year]
    language = _ENGLISH if _ENGLISH in table.supported_languages else None
    found = _holidays().country_holidays(
        country, subdiv=subdivision or None, years=around, expand=False, language=language
    )
    off = {day: name for day, name in sorted(found.items()) if day.year == year}
    return PublicDays(off, frozenset(day for day in found.weekend_workdays if day.year == year))


@cache
def _table(country: str, subdivision: str) -> Any:  # noqa: ANN401 - a class of the package
    return _holidays().country_holidays(country, subdiv=subdivision or None)


def _holidays() -> Any:  # noqa: ANN401 - the package
    import holidays  # noqa: PLC0415 - slow, and most commands count no business days

    return holidays
