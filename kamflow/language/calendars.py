"""Reads calendars, and checks that every region that a subject can have has one."""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from kamflow.language.almanac import country_fault, zone_fault
from kamflow.language.diagnostics import did_you_mean
from kamflow.language.fields import Fields, Reader
from kamflow.language.source import Node, Scalar
from kamflow.model import expression as tree
from kamflow.model.pack import WEEKDAYS, Calendar, Closure, FactType, Pack

LONGEST = 366  # days of one closure; a longer one has a slip in its year

_UNKNOWN = "UTC"  # stands in for a zone that was reported


def read_calendar(name: Scalar, node: Node, reader: Reader) -> Calendar:
    """Read a calendar."""
    fields = Fields(node, "calendar", f"calendar `{name.text}`", reader)
    fields.require("zone")
    country, subdivision = _read_country(fields)
    return Calendar(
        id=name.text,
        title=fields.text("title", name.text),
        zone=_read_zone(fields),
        weekend=_read_weekend(fields),
        country=country,
        subdivision=subdivision,
        closures=tuple(_read_closures(fields)),
        regions=fields.names("regions", "region"),
        default=fields.flag("default", default=False),
    )


def _read_zone(fields: Fields) -> str:
    scalar = fields.scalar("zone")
    if scalar is None:
        return _UNKNOWN
    fault = zone_fault(scalar.text)
    if fault:
        fields.report(scalar.place, "K206", fault)
    return _UNKNOWN if fault else scalar.text


def _read_weekend(fields: Fields) -> tuple[str, ...]:
    """Return the days of the weekend in the order of the week."""
    if "weekend" not in fields:
        return ("saturday", "sunday")
    found = tuple(fields.words("weekend"))
    for word in found:
        if word.text not in WEEKDAYS:
            hint = did_you_mean(word.text, WEEKDAYS) or f"; it is one of {', '.join(WEEKDAYS)}"
            fields.report(word.place, "K206", f"`{word.text}` is no day of the week{hint}")
    names = {word.text for word in found}
    if names.issuperset(WEEKDAYS):
        fields.report(found[0].place, "K206", f"{fields.what} leaves no day to work on")
    return tuple(day for day in WEEKDAYS if day in names)


def _read_country(fields: Fields) -> tuple[str, str]:
    country, subdivision = fields.scalar("country"), fields.scalar("subdivision")
    if country is None:
        if subdivision is not None:
            message = f"`subdivision` of {fields.what} is of no country; add the key `country`"
            fields.report(subdivision.place, "K202", message)
        return "", ""
    part = "" if subdivision is None else subdivision.text
    key, fault = country_fault(country.text, part)
    wrong = fields.scalar(key) if key else None
    if wrong is not None:
        fields.report(wrong.place, "K206", fault)
    return country.text, part


def _read_closures(fields: Fields) -> Iterator[Closure]:
    what = f"a closure of {fields.what}"
    for node in fields.items("closures"):
        found = _read_closure(Fields(node, "closure", what, fields.reader))
        if found is not None:
            yield found


def _read_closure(fields: Fields) -> Closure | None:
    span = _read_days(fields)
    if not fields.require("title") or span is None:
        return None
    first, last = span
    if last < first:
        message = f"the closure ends on {last}, before it begins on {first}"
        fields.report(fields.place, "K206", message)
    elif (last - first).days >= LONGEST:
        message = f"the closure is longer than {LONGEST} days; split it, or correct its year"
        fields.report(fields.place, "K206", message)
    return Closure(title=fields.text("title"), first=first, last=last)


def _read_days(fields: Fields) -> tuple[date, date] | None:
    """Return the first and the last day of a closure."""
    is_day, is_span = "day" in fields, "from" in fields and "to" in fields
    if is_day == is_span or (is_day and ("from" in fields or "to" in fields)):
        fields.report(fields.place, "K202", f"{fields.what} needs either `day` or `from` and `to`")
        return None
    if is_day:
        day = fields.day("day", "2027-12-24")
        return None if day is None else (day, day)
    first, last = fields.day("from", "2027-12-24"), fields.day("to", "2027-12-31")
    return None if first is None or last is None else (first, last)


# ---- what has to fit together


def is_region_fact(fact: FactType) -> bool:
    """Tell whether a fact can pick calendars: its values are listed, and people record it.

    What would be worked out could hang on business days, and so on the calendar itself.
    """
    fixed = fact.default is None or isinstance(fact.default.tree, tree.Word | tree.Text)
    return fact.shape.type == "choice" and fact.derived is None and fixed


def regions_of(pack: Pack) -> dict[str, str]:
    """Return every region that a subject can have, with the first fact that has it."""
    facts = [pack.facts[name] for name in pack.calendar_by if name in pack.facts]
    return {
        region: fact.name
        for fact in reversed(facts)
        if is_region_fact(fact)
        for region in fact.shape.values
    }


def with_regions(pack: Pack) -> dict[str, Calendar]:
    """Return the calendars with their regions: a calendar that lists none serves its own name."""
    regions = regions_of(pack)
    return {
        name: replace(item, regions=(name,)) if name in regions and not item.regions else item
        for name, item in pack.calendars.items()
    }


def check_calendars(pack: Pack, reader: Reader) -> None:
    """Report regions without a calendar or with two, and what picks no calendar."""
    if pack.calendars:
        _check_default(pack, reader)
        _check_regions(pack, reader)
    elif pack.calendar_by:
        place = reader.places["section", "pack"]
        reader.sink.report(place, "K202", "`calendar_by` needs the section `calendars`")


def _check_regions(pack: Pack, reader: Reader) -> None:
    served: dict[str, str] = {}
    for item in pack.calendars.values():
        place = reader.places["calendar", item.id]
        for region in item.regions:
            other = served.setdefault(region, item.id)
            if other != item.id:
                message = f"region `{region}` has the calendar `{other}` already"
                reader.sink.report(place, "K204", message)
        if not item.regions and not item.default:
            way_out = "name them under `regions`"
            if not pack.calendar_by:
                way_out = "the pack names the fact with the region under `calendar_by`"
            message = f"calendar `{item.id}` serves no region; {way_out}"
            reader.sink.report(place, "K202", message)
    for region, fact in regions_of(pack).items():
        if region not in served:
            message = f"region `{region}` of `{fact}` has no calendar; add it to `regions` of one"
            reader.sink.report(reader.places["fact", fact], "K406", message)


def _check_default(pack: Pack, reader: Reader) -> None:
    defaults = [name for name, item in pack.calendars.items() if item.default]
    if not defaults:
        first = reader.places["calendar", next(iter(pack.calendars))]
        message = "one calendar needs `default: true`: subjects without a known region have it"
        reader.sink.report(first, "K202", message)
    for name in defaults[1:]:
        message = f"calendar `{defaults[0]}` is the default already"
        reader.sink.report(reader.places["calendar", name], "K204", message)
