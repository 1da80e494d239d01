"""A fact that the policy has the engine set."""

from msgspec import Struct

from kamflow.model.expression import Condition


class Setting(Struct, frozen=True, kw_only=True):
    """A fact that is set: to an expression, to who asked, or to nothing."""

    fact: str
    value: Condition | None = None  # None: forget the value
    actor: bool = False
