"""Reads whole numbers that may stand in a parameter: shares in percent, and days."""

import re

from kamflow.language.fields import Fields, Use
from kamflow.language.source import Scalar
from kamflow.model.approval import Amount

SHARES = "percent parameter"
DAYS = "integer parameter"


def read_amounts(fields: Fields, key: str, what: str) -> tuple[Amount, ...]:
    """Return one amount or several below a key; what is not understood is reported."""
    found = (_amount(item, key, fields, what) for item in fields.words(key))
    return tuple(item for item in found if item is not None)


def read_amount(fields: Fields, key: str, what: str) -> Amount | None:
    """Return the amount below a key; nothing when there is none, or none that is understood."""
    scalar = fields.scalar(key)
    return None if scalar is None else _amount(scalar, key, fields, what)


def _amount(scalar: Scalar, key: str, fields: Fields, what: str) -> Amount | None:
    """Return a whole number above 0, or a parameter that holds one."""
    if scalar.text.startswith("P."):
        fields.reader.uses.append(Use(scalar, what))
        return Amount(parameter=scalar.text.removeprefix("P."))
    if re.fullmatch(r"[1-9]\d{0,3}", scalar.text):
        return Amount(number=int(scalar.text))
    message = f"`{key}: {scalar.text}` is not understood; write it like `50`, or name a parameter"
    fields.report(scalar.place, "K205", message)
    return None
