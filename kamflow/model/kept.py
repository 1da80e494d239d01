"""What events keep of how a gate was judged."""

from msgspec import Struct

from kamflow.model.values import Cause, Severity, Verdict


class KeptFinding(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A finding as the history keeps it: the verdict and the values that were read."""

    criterion: str
    severity: Severity
    verdict: Verdict
    values: dict[str, str] = {}  # name -> canonical text; names without a value are in `causes`
    causes: tuple[Cause, ...] = ()
    waived: str = ""  # the waiver for which it did not keep the gate shut
