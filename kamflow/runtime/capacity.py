"""What the facade tells of places: who has some left, and who waits for one."""

from kamflow.reports.capacity import CapacityReport, capacity_report
from kamflow.runtime.readable import Readable


class Capacities(Readable):
    """A database whose programs have people with only so many places."""

    def capacity(self, program: str) -> tuple[CapacityReport, ...]:
        """Return the places of a program, one report for each waitlist of the newest policy.

        Raises:
            NotFoundError: There is no such program.
        """
        with self.reading() as session:
            snapshot, compiled = session.find(program), session.compiled()
            reports = []
            for line in compiled.pack.waitlists.values():
                found = session.members(snapshot, line.id, compiled)
                members = [view for _, view in found]
                reports.append(capacity_report(compiled, line, snapshot.id, members, session.now))
            return tuple(reports)
