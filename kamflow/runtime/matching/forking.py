"""What begins anew in a child after a fork: locks that nobody lets go, processes of the parent."""

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """Something that a fork copies although it cannot be shared."""

    def begin_anew(self) -> None:
        """Let go of what belongs to the parent; called in the child, where no other thread is."""


_alive: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def begins_anew(one: Forked) -> None:
    """See to it that something begins anew in each child, for as long as it is used."""
    _alive.add(one)


def _in_child() -> None:
    for one in list(_alive):
        one.begin_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
