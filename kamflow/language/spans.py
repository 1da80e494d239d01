"""Reads spans of time: `14 days`, `5 business days`, `6 months`, `24 hours`, or a parameter."""

import re

from kamflow.language.fields import Fields, Use
from kamflow.language.source import Scalar
from kamflow.language.timeunits import LONGEST

SPAN = r"[1-9]\d{0,4} (day|business day|month|hour)s?"
EXACT_SPAN = r"[1-9]\d{0,4} (day|hour)s?"

# What a parameter has to be that stands where a span does.
TIME_PARAMETER, EXACT_PARAMETER = "time parameter", "exact time parameter"


def read_span(fields: Fields, key: str) -> str:
    """Return the span under `key` as it is written, empty where there is none or it is none."""
    scalar = fields.scalar(key)
    return "" if scalar is None else _span(scalar, key, fields, (SPAN, TIME_PARAMETER))


def read_exact_span(fields: Fields, key: str) -> str:
    """Return the span of days or hours under `key`."""
    scalar = fields.scalar(key)
    return "" if scalar is None else _span(scalar, key, fields, (EXACT_SPAN, EXACT_PARAMETER))


def read_time(fields: Fields, key: str) -> str:
    """Return the span under `key`, which may be `0 days`: none at all."""
    scalar = fields.scalar(key)
    return "0 days" if scalar is not None and scalar.text == "0 days" else read_span(fields, key)


def _span(scalar: Scalar, key: str, fields: Fields, form: tuple[str, str]) -> str:
    pattern, parameter = form
    text = " ".join(scalar.text.split())
    if text.startswith("P."):
        fields.reader.uses.append(Use(scalar, parameter))
        return text
    if re.fullmatch(pattern, text) and int(text.split()[0]) <= LONGEST:
        return text
    example = "`14 days`" if pattern == SPAN else "`7 days` or `24 hours`"
    message = f"`{key}: {text}` is no span; write it like {example}, or name a parameter: `P.name`"
    fields.report(scalar.place, "K205", message)
    return ""
