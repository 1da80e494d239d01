"""How long clients waited, and how fairly they were served."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from tests.chaos.client import answers


class Service(Struct, frozen=True, kw_only=True):
    """What several clients got out of one database."""

    commands: int
    rate: float  # commands a second in all
    p50_ms: float
    p99_ms: float
    longest_ms: float
    fairness: float  # commands of the slowest client / those of the fastest
    most_tries: int

    def __str__(self) -> str:
        """Return it as one line."""
        return (
            f"{self.rate:,.0f} commands/s, wait p50 {self.p50_ms:.1f} ms, "
            f"p99 {self.p99_ms:.1f} ms, longest {self.longest_ms:.0f} ms, "
            f"slowest/fastest {self.fairness:.0%}, at most {self.most_tries} tries"
        )


def service(files: Sequence[Path], seconds: float) -> Service:
    """Return what clients got that noted their answers in these files, one each."""
    each = [[item for item in answers(file) if not item.approval] for file in files]
    waits = sorted(item.wait_s for told in each for item in told)
    counts = [len(told) for told in each]
    return Service(
        commands=len(waits),
        rate=len(waits) / seconds,
        p50_ms=_share(waits, 0.5) * 1000,
        p99_ms=_share(waits, 0.99) * 1000,
        longest_ms=waits[-1] * 1000,
        fairness=min(counts) / max(counts),
        most_tries=max(item.tries for told in each for item in told),
    )


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]
