"""The program of a wholesaler, reviewed month by month."""

from pathlib import Path

from kamflow import Kamflow, StageEntered, import_file, load_mapping
from tests.acceptance.reference import Calendar, answers, assert_clean, at_noon

HERE = Path(__file__).parent
REVIEWS = ("2010-12-01", *(f"2011-{month:02}-01" for month in range(1, 13)))
STAGES = ("none", "candidate", "key", "at_risk", "exited")


class Replay:
    """The program, reviewed month by month with the clock set to each review day."""

    def __init__(self, kam: Kamflow, calendar: Calendar, file: str) -> None:
        self.kam = kam
        self.transitions: list[dict[str, str]] = []
        self.counts: list[dict[str, str]] = []
        mapping = load_mapping(HERE / "accounts.yaml")
        for day in REVIEWS:
            calendar.now = at_noon(day)
            assert_clean(import_file(kam, file, mapping, what="accounts"))
            self._review(day)

    def _review(self, day: str) -> None:
        passing = answers(self.kam, "retail", "account", ["review.passes"])
        stages = dict.fromkeys(STAGES, 0)
        with self.kam.batch() as batch:
            for account in passing:
                decision = batch.request(f"retail/{account}", "review", by="ana")
                assert decision.accepted, decision.explain()
                assert decision.snapshot
                stages[decision.snapshot.stage] += 1
                self.transitions += [
                    {"review": day, "customer_id": account, "from": event.left, "to": event.stage}
                    for event in decision.happenings
                    if isinstance(event, StageEntered) and event.left != event.stage
                ]
        count = sum(item["review.passes"] is True for item in passing.values())
        row = {"known_customers": len(passing), "passing": count, **stages}
        self.counts.append({"review": day, **{name: str(item) for name, item in row.items()}})
