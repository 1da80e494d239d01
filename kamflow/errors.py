"""Every exception that kamflow raises on purpose.

    KamflowError
    |-- PolicyError            the policy files have errors; `.diagnostics` lists all of them
    |-- InputError             other input has errors; `.diagnostics` lists all of them
    |-- NotFoundError          no subject, pack or approval of that name
    |-- AlreadyExistsError     a subject of that name is there
    |-- RefusedError           the policy forbids it to this person; `.reasons` says why
    |-- ConcurrencyError       somebody else wrote first; call again
    |-- KeyReusedError         an idempotency key was used for another request
    |-- DatabaseError          the database cannot be read or written; the message repeats its words
    |-- SchemaError            the database is not of the version that this code needs
    |-- NotInSqlError          a condition has no counterpart in SQL; judge it one by one
    `-- MissingExtraError      an optional part is not installed; the message says how to get it

A refused command is not an exception: it is a `Decision` with reasons. Publishing a policy is no
command to a subject and has no `Decision`.
"""

from collections.abc import Sequence


class KamflowError(Exception):
    """Root of all errors that kamflow raises on purpose."""


class DiagnosticsError(KamflowError):
    """Input that cannot be used, with every problem that was found in one run."""

    def __init__(self, diagnostics: Sequence[object]) -> None:
        super().__init__("\n".join(str(item) for item in diagnostics))
        self.diagnostics = tuple(diagnostics)


class PolicyError(DiagnosticsError):
    """The policy files have errors; nothing was changed. Correct them and load again."""


class InputError(DiagnosticsError):
    """An input file or its mapping has errors; nothing was changed. Correct them and run again."""


class NotFoundError(KamflowError):
    """Nothing has that name; the message lists names that come near."""


class AlreadyExistsError(KamflowError):
    """Something has that name already; choose another one."""


class RefusedError(KamflowError):
    """The policy forbids it to this person; nothing was changed. Let somebody else do it."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class ConcurrencyError(KamflowError):
    """Another writer appended to the instance first; reload and decide again."""

    def __init__(self, instance_id: str, *, expected: int) -> None:
        super().__init__(f"instance `{instance_id}` has moved on from event {expected}; call again")
        self.instance_id, self.expected = instance_id, expected


class KeyReusedError(KamflowError):
    """An idempotency key stands for another request already; take a new key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the key `{key}` was used for another request; take a new one")
        self.key = key


class DatabaseError(KamflowError):
    """The database cannot be read or written; nothing was changed."""


class SchemaError(KamflowError):
    """The database has another schema than this kamflow; upgrade the older of the two."""

    def __init__(self, found: str, needed: str) -> None:
        older = found.isdigit() and found < needed
        way_out = "run `kamflow db upgrade`" if older else "upgrade kamflow"
        super().__init__(
            f"the database has schema {found}, this version of kamflow needs {needed}; {way_out}"
        )
        self.found, self.needed = found, needed


class NotInSqlError(KamflowError):
    """A part of a condition has no counterpart in SQL; judge the subjects one by one instead."""

    def __init__(self, part: str) -> None:
        super().__init__(f"SQL cannot read {part}; ask `Kamflow.judge_all` instead")
        self.part = part


class MissingExtraError(KamflowError):
    """An optional part is needed and not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional part; run `pip install 'kamflow[{extra}]'`")
        self.extra = extra
