"""Calendars in plain English."""

from kamflow.analysis.naming import listed
from kamflow.model.pack import Calendar, Closure, Pack


def calendar_words(calendar: Calendar, pack: Pack) -> str:
    """Return who has a calendar, and which days it leaves out."""
    zone = f"A day begins and ends as in {calendar.zone}."
    return f"{_who(calendar, pack)} {_days(calendar)} {zone}"


def closure_words(closure: Closure) -> str:
    """Return when a closure is, and why."""
    if closure.first == closure.last:
        return f"{closure.first}: {closure.title}"
    return f"{closure.first} to {closure.last}: {closure.title}"


def _who(calendar: Calendar, pack: Pack) -> str:
    if not pack.calendar_by:
        return "It holds everywhere."
    facts = listed([f"the {pack.facts[name].title}" for name in pack.calendar_by], "or else")
    held = [f"{facts} is {listed(calendar.regions, 'or')}"] if calendar.regions else []
    if calendar.default:
        held.append("that is unknown" if held else f"{facts} is unknown")
    return f"It holds where {listed(held, 'and where')}."


def _days(calendar: Calendar) -> str:
    off = [f"{day.capitalize()}s" for day in calendar.weekend]
    if calendar.country:
        place = "-".join(item for item in (calendar.country, calendar.subdivision) if item)
        off.append(f"the public holidays of {place}")
    if calendar.closures:
        off.append("the days below")
    if not off:
        return "Every day is a business day."
    return f"Every day is a business day but for {listed(off, 'and')}."
