"""The log of `kamflow worker`: a line for each happening."""

from collections.abc import Callable
from typing import Any

import click
import msgspec

from kamflow import DeliveryReport, Troubled, Worked, system_clock

_COUNTS = ("delivered", "told", "failed", "dead")


class WorkerLog:
    """Writes what a worker tells to standard output, for programs as JSON.

    Args:
        state: Gives how the matcher of event rules fares; new troubles of it are written.
        as_json: Whether a line is an object.
    """

    def __init__(self, state: Callable[[], dict[str, Any]], *, as_json: bool) -> None:
        self._state, self._as_json = state, as_json
        self._troubles = (0, 0, 0)

    def write(self, event: str, **fields: object) -> None:
        """Write one line with the present instant."""
        at = system_clock().isoformat(timespec="seconds").replace("+00:00", "Z")
        if self._as_json:
            click.echo(msgspec.json.encode({"at": at, "event": event, **fields}))
            return
        told = (f"{name}={value}" for name, value in fields.items())
        click.echo(" ".join((at, event, *told)))

    def tell(self, happening: Worked | DeliveryReport | Troubled) -> None:
        """Write what was done."""
        match happening:
            case Worked():
                self._worked(happening)
            case DeliveryReport():
                self._delivered(happening)
            case Troubled():
                self.write("error", error=happening.error)

    def _worked(self, done: Worked) -> None:
        if done.subjects:
            self.write("done", subjects=done.subjects, events=done.events)
        for item in done.failed:
            subject, failures = item.subject, item.failures
            self.write("failed", subject=subject, error=item.error, failures=failures)
        state, known = self._state(), self._troubles
        self._troubles = (state["differed"], state["unconfirmed"], state["restarts"])
        if self._troubles != known:
            self.write("matcher", **state)

    def _delivered(self, sent: DeliveryReport) -> None:
        counts = {name: getattr(sent, name) for name in _COUNTS}
        if any(counts.values()):
            self.write("delivered", **counts)
        for problem in sent.problems:
            self.write("problem", error=problem)
